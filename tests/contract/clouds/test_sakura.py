"""Sakura Internet's object storage under contract; its PostgreSQL and Vault have suites of their own."""

from collections.abc import Iterator

import pytest

from tests.contract.clouds.conditions_suite import ConditionsContract
from tests.contract.clouds.documents_suite import DocumentsContract
from tests.contract.clouds.object_versions_suite import ObjectVersionsContract
from tests.contract.clouds.objects_suite import ObjectsContract
from tests.contract.clouds.outbox_suite import OutboxContract
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_world import RentedWorld, sakura_account
from tests.contract.clouds.secrets_suite import SecretsContract
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import AwsWorld


@pytest.fixture(scope="module")
def sakura_world(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    world = RentedWorld(sakura_account, aws_world, postgres_world, vault_world)
    yield world
    world.close()


class OnSakura:
    @pytest.fixture
    def world(self, sakura_world: RentedWorld) -> Iterator[RentedWorld]:
        sakura_world.begin()
        yield sakura_world
        sakura_world.close_opened()


class TestSakuraDocuments(OnSakura, DocumentsContract):
    pass


class TestSakuraConditions(OnSakura, ConditionsContract):
    pass


class TestSakuraOutbox(OnSakura, OutboxContract):
    pass


class TestSakuraObjects(OnSakura, ObjectsContract):
    pass


class TestSakuraObjectVersions(OnSakura, ObjectVersionsContract):
    pass


class TestSakuraSecrets(OnSakura, SecretsContract):
    pass
