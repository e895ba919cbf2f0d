"""The memory cloud under every store's contract."""

import pytest

from tests.contract.clouds.batches_suite import BatchesContract
from tests.contract.clouds.conditions_suite import ConditionsContract
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.filters_suite import FiltersContract
from tests.contract.clouds.object_versions_suite import ObjectVersionsContract
from tests.contract.clouds.objects_suite import ObjectsContract
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.patch_suite import PatchContract
from tests.contract.clouds.queries_suite import QueriesContract
from tests.contract.clouds.secrets_suite import SecretsContract
from tests.contract.clouds.system_suite import SystemContract
from tests.contract.clouds.walk_suite import WalkContract
from tests.contract.clouds.worlds import MemoryWorld


class OnMemory:
    @pytest.fixture
    def world(self, memory_world: MemoryWorld) -> MemoryWorld:
        return memory_world


class TestMemoryDocuments(OnMemory, DocumentsContract):
    pass


class TestMemoryBatches(OnMemory, BatchesContract):
    pass


class TestMemoryConditions(OnMemory, ConditionsContract):
    pass


class TestMemoryFilters(OnMemory, FiltersContract):
    pass


class TestMemoryQueries(OnMemory, QueriesContract):
    pass


class TestMemoryOutbox(OnMemory, OutboxContract):
    pass


class TestMemoryPatch(OnMemory, PatchContract):
    pass


class TestMemorySystem(OnMemory, SystemContract):
    pass


class TestMemoryWalk(OnMemory, WalkContract):
    pass


class TestMemoryObjects(OnMemory, ObjectsContract):
    pass


class TestMemorySecrets(OnMemory, SecretsContract):
    pass


class TestMemoryObjectVersions(OnMemory, ObjectVersionsContract):
    pass
