"""MongoDB under every document store's contract."""

import pytest

from tests.contract.clouds.batches_suite import BatchesContract
from tests.contract.clouds.conditions_suite import ConditionsContract
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.filters_suite import FiltersContract
from tests.contract.clouds.mongo_world import MongoWorld
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.patch_suite import PatchContract
from tests.contract.clouds.queries_suite import QueriesContract
from tests.contract.clouds.system_suite import SystemContract
from tests.contract.clouds.walk_suite import WalkContract


class OnMongo:
    @pytest.fixture
    def world(self, mongo_world: MongoWorld) -> MongoWorld:
        return mongo_world


class TestMongoDocuments(OnMongo, DocumentsContract):
    pass


class TestMongoBatches(OnMongo, BatchesContract):
    pass


class TestMongoConditions(OnMongo, ConditionsContract):
    pass


class TestMongoFilters(OnMongo, FiltersContract):
    pass


class TestMongoQueries(OnMongo, QueriesContract):
    pass


class TestMongoOutbox(OnMongo, OutboxContract):
    pass


class TestMongoPatches(OnMongo, PatchContract):
    pass


class TestMongoSystemDocuments(OnMongo, SystemContract):
    pass


class TestMongoWalks(OnMongo, WalkContract):
    pass
