"""What every suite over a tenant's stores starts with."""

import pytest

from makoto.domain import TenantRecord
from makoto.ports.documents import Documents
from makoto.ports.objects import Objects
from makoto.ports.secrets import Secrets
from tests.contract.clouds.worlds import World


class StoreContract:
    """Inherited by each suite; each cloud gives the `world`."""

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError

    @pytest.fixture
    def tenant(self, world: World) -> TenantRecord:
        return world.tenant()

    @pytest.fixture
    def documents(self, world: World, tenant: TenantRecord) -> Documents:
        return world.open(tenant).documents

    @pytest.fixture
    def objects(self, world: World, tenant: TenantRecord) -> Objects:
        return world.open(tenant).objects

    @pytest.fixture
    def secrets(self, world: World, tenant: TenantRecord) -> Secrets:
        return world.open(tenant).secrets
