"""PostgreSQL under every document store's contract, on a real server."""

import pytest

from tests.contract.clouds.batches_suite import BatchesContract
from tests.contract.clouds.conditions_suite import ConditionsContract
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.filters_suite import FiltersContract
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.patch_suite import PatchContract
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.queries_suite import QueriesContract
from tests.contract.clouds.system_suite import SystemContract
from tests.contract.clouds.walk_suite import WalkContract


class OnPostgres:
    @pytest.fixture
    def world(self, postgres_world: PostgresWorld) -> PostgresWorld:
        return postgres_world


class TestPostgresDocuments(OnPostgres, DocumentsContract):
    pass


class TestPostgresBatches(OnPostgres, BatchesContract):
    pass


class TestPostgresConditions(OnPostgres, ConditionsContract):
    pass


class TestPostgresFilters(OnPostgres, FiltersContract):
    pass


class TestPostgresQueries(OnPostgres, QueriesContract):
    pass


class TestPostgresPatches(OnPostgres, PatchContract):
    pass


class TestPostgresSystemDocuments(OnPostgres, SystemContract):
    pass


class TestPostgresWalks(OnPostgres, WalkContract):
    pass


class TestPostgresOutbox(OnPostgres, OutboxContract):
    pass
