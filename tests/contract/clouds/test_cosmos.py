"""Cosmos DB under every document store's contract."""

from collections.abc import Iterator

import pytest

from tests.contract.clouds.batches_suite import BatchesContract
from tests.contract.clouds.conditions_suite import ConditionsContract
from tests.contract.clouds.cosmos_world import CosmosWorld, cosmos_world
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.filters_suite import FiltersContract
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.patch_suite import PatchContract
from tests.contract.clouds.queries_suite import QueriesContract
from tests.contract.clouds.system_suite import SystemContract
from tests.contract.clouds.walk_suite import WalkContract


@pytest.fixture(scope="module")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosmosWorld]:
    with cosmos_world(tmp_path_factory.mktemp("cosmos")) as world:
        yield world


class OnCosmos:
    @pytest.fixture
    def world(self, cosmos: CosmosWorld) -> CosmosWorld:
        return cosmos


class TestCosmosDocuments(OnCosmos, DocumentsContract):
    pass


class TestCosmosBatches(OnCosmos, BatchesContract):
    pass


class TestCosmosConditions(OnCosmos, ConditionsContract):
    pass


class TestCosmosFilters(OnCosmos, FiltersContract):
    pass


class TestCosmosOutbox(OnCosmos, OutboxContract):
    pass


class TestCosmosPatches(OnCosmos, PatchContract):
    pass


class TestCosmosQueries(OnCosmos, QueriesContract):
    pass


class TestCosmosSystem(OnCosmos, SystemContract):
    pass


class TestCosmosWalks(OnCosmos, WalkContract):
    pass
