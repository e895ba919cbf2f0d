"""Where and why an onboarding stopped is told, and no more than that."""

import pytest

from functions.tenants import model
from functions.tenants.onboarding import finish_roll_back, run_step, undo_step
from functions.tenants.service import read_tenant
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from tests.unit.tenants.world import Crash, World, task


def test_a_crash_without_a_cause_is_told_by_its_name() -> None:
    world = World()
    tenant_id = world.admit()
    run_step("register_metadata", task(tenant_id), world.ports)
    run_step("reach_cloud", task(tenant_id), world.ports)
    world.fuse.breaks_at = world.fuse.calls + 3
    with pytest.raises(Crash):
        run_step("create_identity", task(tenant_id), world.ports)

    world.roll_back(tenant_id, "States.Timeout")

    failure = read_tenant(tenant_id, world.ports).failure
    assert failure is not None
    assert failure.step == "create_identity"
    assert "States.Timeout" in failure.cause


def test_what_cannot_be_removed_is_named() -> None:
    world = World()
    tenant_id = world.admit()
    for step in model.STEPS[:4]:
        run_step(step, task(tenant_id), world.ports)
    world.fuse.stays_broken = lambda name: name == "provisioner.remove"
    with pytest.raises(Unavailable):
        world.roll_back(tenant_id)

    undo_step("create_identity", task(tenant_id), world.ports)
    finish_roll_back(task(tenant_id), world.ports)

    detail = read_tenant(tenant_id, world.ports)
    assert detail.status is TenantStatus.FAILED
    assert detail.failure is not None
    assert detail.failure.residue == "provision_stores"


def test_causes_hold_no_secret() -> None:
    world = World()
    tenant_id = world.active()

    told = str(read_tenant(tenant_id, world.ports))

    assert world.hosted.role_arn not in told
    assert world.cloud.stores(tenant_id).secrets.get("cursor-key").reveal() not in told


def test_a_cloud_that_gives_no_role_leaves_nothing_and_can_be_deleted() -> None:
    world = World()
    tenant_id = world.admit()
    world.provisioner.refusing.add(tenant_id)
    world.fuse.stays_broken = lambda name: name == "provisioner.remove"
    run_step("register_metadata", task(tenant_id), world.ports)
    with pytest.raises(Unavailable):
        run_step("reach_cloud", task(tenant_id), world.ports)
    world.roll_back(tenant_id)

    failure = read_tenant(tenant_id, world.ports).failure
    assert failure is not None
    assert (failure.step, failure.residue) == ("reach_cloud", None)
    assert world.identity.users_of(tenant_id) == ()
    world.delete(tenant_id)
    assert read_tenant(tenant_id, world.ports).status is TenantStatus.DELETED
