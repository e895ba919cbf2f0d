"""AWS, as the emulator plays it, under every store's contract."""

import pytest

from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.system import SystemClock
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
from tests.contract.clouds.worlds import AwsWorld


class OnAws:
    @pytest.fixture
    def world(self, aws_world: AwsWorld) -> AwsWorld:
        aws_world.clock = FixedClock(SystemClock().now())  # the test before may have moved it
        return aws_world


class TestDynamoDocuments(OnAws, DocumentsContract):
    pass


class TestDynamoBatches(OnAws, BatchesContract):
    pass


class TestDynamoConditions(OnAws, ConditionsContract):
    pass


class TestDynamoFilters(OnAws, FiltersContract):
    pass


class TestDynamoQueries(OnAws, QueriesContract):
    pass


class TestDynamoOutbox(OnAws, OutboxContract):
    pass


class TestDynamoPatch(OnAws, PatchContract):
    pass


class TestDynamoSystem(OnAws, SystemContract):
    pass


class TestDynamoWalk(OnAws, WalkContract):
    pass


class TestS3Objects(OnAws, ObjectsContract):
    pass


class TestSecretsManagerSecrets(OnAws, SecretsContract):
    pass


class TestS3ObjectVersions(OnAws, ObjectVersionsContract):
    pass
