"""A custom tenant's stores put together; PostgreSQL, S3 and Vault have the rest of the suites in files of their own."""

from collections.abc import Iterator

import pytest

from tests.contract.clouds.conditions_suite import ConditionsContract
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.object_versions_suite import ObjectVersionsContract
from tests.contract.clouds.objects_suite import ObjectsContract
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_world import RentedWorld, custom_account
from tests.contract.clouds.secrets_suite import SecretsContract
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import AwsWorld


@pytest.fixture(scope="module")
def custom_world(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    world = RentedWorld(custom_account, aws_world, postgres_world, vault_world)
    yield world
    world.close()


class OnCustom:
    @pytest.fixture
    def world(self, custom_world: RentedWorld) -> Iterator[RentedWorld]:
        custom_world.begin()
        yield custom_world
        custom_world.close_opened()


class TestCustomDocuments(OnCustom, DocumentsContract):
    pass


class TestCustomConditions(OnCustom, ConditionsContract):
    pass


class TestCustomOutbox(OnCustom, OutboxContract):
    pass


class TestCustomObjects(OnCustom, ObjectsContract):
    pass


class TestCustomObjectVersions(OnCustom, ObjectVersionsContract):
    pass


class TestCustomSecrets(OnCustom, SecretsContract):
    pass
