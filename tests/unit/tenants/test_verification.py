"""The stores are proven before a tenant is served, and nothing of the proof stays."""

import pytest

from functions.tenants import model
from functions.tenants.onboarding import run_step
from functions.tenants.service import read_tenant
from makoto.adapters.clouds.memory.secrets import MemorySecrets
from makoto.conformance.verification import StoreNotUsable
from makoto.errors import Unavailable
from tests.unit.tenants.world import World, task


def test_verification_leaves_no_probe() -> None:
    world = World()

    tenant_id = world.active()

    assert "objects" not in world.left_of(tenant_id)


class LingeringSecrets(MemorySecrets):
    """Secrets whose names stay taken for a while after their deletion, as AWS's do."""

    def __init__(self) -> None:
        super().__init__()
        self._going: set[str] = set()

    def create(self, name: str, value: str) -> bool:
        if name in self._going:
            raise Unavailable("the secret is still being removed")
        return super().create(name, value)

    def delete(self, name: str) -> None:
        super().delete(name)
        self._going.add(name)


def test_a_verification_is_repeated_while_the_last_ones_secret_is_still_going() -> None:
    world = World()
    tenant_id = world.admit()
    world.cloud.stores(tenant_id).secrets._driver = LingeringSecrets()
    for step in model.STEPS[:-1]:
        run_step(step, task(tenant_id), world.ports)

    run_step("verify_stores", task(tenant_id), world.ports)

    assert world.roll_back(tenant_id)
    assert world.left_of(tenant_id) == []


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ("documents.put", "documents: write"),
        ("documents.get", "documents: read"),
        ("documents.query", "documents: query"),
        ("documents.delete", "documents: delete"),
        ("objects.upload", "objects: write"),
        ("objects.download", "objects: read"),
        ("objects.list", "objects: list"),
        ("objects.delete", "objects: delete"),
        ("secrets.put", "secrets: write"),
        ("secrets.get", "secrets: read"),
        ("secrets.delete", "secrets: delete"),
    ],
)
def test_verification_names_the_store_and_the_permission(broken: str, named: str) -> None:
    world = World()
    tenant_id = world.admit()
    for step in model.STEPS[:5]:
        run_step(step, task(tenant_id), world.ports)
    world.fuse.stays_broken = lambda name: name == broken

    with pytest.raises(StoreNotUsable):
        run_step("verify_stores", task(tenant_id), world.ports)
    world.mend()
    world.roll_back(tenant_id, "Unavailable")

    failure = read_tenant(tenant_id, world.ports).failure
    assert failure is not None
    assert failure.step == "verify_stores"
    assert named in failure.cause
    assert world.left_of(tenant_id) == []
