"""How a tenant goes: seen by every door first, removed after, and kept when something came in between."""

from collections.abc import Callable

import pytest

from functions.tenants import model
from functions.tenants.onboarding import UNMADE_IN_ORDER
from functions.tenants.service import delete_tenant, onboard_tenant, read_tenant, resume_tenant
from functions.tenants.upkeep import keep_up
from makoto.domain import MovePhase, TenantMove, TenantStatus
from makoto.errors import Unavailable
from makoto.ports.configuration import CertificateRecord
from makoto.ports.documents import Key
from makoto.ports.tenant_entry import AuditEntry, StepStatus
from tests.accounts import AZURE
from tests.unit.tenants.world import ACT, Crash, World, command


def _status(world: World, tenant_id: str) -> TenantStatus:
    return world.tenancy.tenant(tenant_id).record.status


def _stores_are_gone(name: str) -> bool:
    """Nothing of a tenant's stores answers, as in a cloud where they have been removed."""
    return name.startswith(("documents.", "objects."))


def _two(world: World) -> list[str]:
    return [
        world.active(organization=name, administrator={"email": f"{name}@example.com", "name": name})
        for name in ("first", "second")
    ]


def test_an_empty_tenant_is_deleted_with_all_it_has() -> None:
    world = World()
    tenant_id = world.active()

    assert world.delete(tenant_id).deleted == 1

    shown = read_tenant(tenant_id, world.ports)
    assert shown.status is TenantStatus.DELETED
    assert {step.status for step in shown.steps if step.step in UNMADE_IN_ORDER} == {StepStatus.ROLLED_BACK}
    assert world.left_of(tenant_id) == []
    assert world.publisher.published[-1].detail_type == "tenant.deleted.v1"


def test_nothing_is_removed_while_a_door_may_still_serve_the_tenant() -> None:
    world = World()
    tenant_id = world.active()
    delete_tenant(tenant_id, ACT, world.ports)

    assert world.later(89).deleted == 0
    assert "stores" in world.left_of(tenant_id)
    assert world.later(2).deleted == 1


def test_the_time_counts_from_when_the_doors_could_see_it() -> None:
    world = World()
    tenant_id = world.active()
    world.fuse.stays_broken = lambda name: name == "configuration.save_tenant"
    delete_tenant(tenant_id, ACT, world.ports)
    assert world.later().deleted == 0
    world.mend()

    shown = world.later()
    assert (shown.projected, shown.deleted) == (1, 0)
    assert "stores" in world.left_of(tenant_id)
    assert world.later().deleted == 1


def test_a_failed_tenant_can_be_deleted() -> None:
    world = World()
    tenant_id = world.admit()
    world.roll_back(tenant_id)
    world.fuse.stays_broken = _stores_are_gone

    world.delete(tenant_id)

    assert _status(world, tenant_id) is TenantStatus.DELETED


def _registered(world: World, tenant_id: str) -> None:
    world.cloud.stores(tenant_id).documents.put(Key("device", "press-1"), {"device_id": "press-1"})


def _certified(world: World, tenant_id: str) -> None:
    place = {"site": "s", "area": "a", "line": "l", "cell": "c"}
    world.configuration.save_certificate(
        CertificateRecord(certificate_id="c-1", tenant_id=tenant_id, device_id="press-1", **place)
    )


def _stored(world: World, tenant_id: str) -> None:
    world.cloud.stores(tenant_id).objects.upload("history/a.parquet", b"PAR1", content_type="application/parquet")


@pytest.mark.parametrize("come_in", [_registered, _certified, _stored])
def test_what_came_in_while_the_doors_closed_calls_the_deletion_off(come_in: Callable[[World, str], None]) -> None:
    world = World()
    tenant_id = world.active()
    before = world.left_of(tenant_id)
    delete_tenant(tenant_id, ACT, world.ports)
    come_in(world, tenant_id)

    assert world.later().deleted == 0

    shown = read_tenant(tenant_id, world.ports)
    assert shown.status is TenantStatus.SUSPENDED
    assert shown.suspension_reason is not None
    assert shown.suspension_reason.startswith("deletion called off")
    assert world.configuration.tenant(tenant_id).status is TenantStatus.SUSPENDED
    assert world.publisher.published[-1].detail_type == "tenant.suspended.v1"
    assert set(before) <= set(world.left_of(tenant_id))
    assert resume_tenant(tenant_id, ACT, world.ports).status is TenantStatus.ACTIVE


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Crash, Unavailable])
def test_wherever_a_removal_breaks_it_is_taken_up_again(error: type[BaseException], is_after: bool) -> None:
    whole = World()
    of = whole.active()
    delete_tenant(of, ACT, whole.ports)
    before = whole.fuse.calls
    whole.later()
    calls = whole.fuse.calls - before
    assert calls > 20

    for breaks_at in range(1, calls + 1):
        world = World()
        tenant_id = world.active()
        delete_tenant(tenant_id, ACT, world.ports)
        world.fuse.breaks_at = world.fuse.calls + breaks_at
        world.fuse.is_after, world.fuse.error = is_after, error

        for _ in range(3):
            try:
                world.later()
            except (Crash, Unavailable):
                continue

        assert _status(world, tenant_id) is TenantStatus.DELETED, breaks_at
        assert world.left_of(tenant_id) == [], breaks_at
        assert world.configuration.tenant(tenant_id).status is TenantStatus.DELETED


def test_a_removal_that_has_begun_does_not_look_into_stores_that_are_gone() -> None:
    world = World()
    tenant_id = world.active()
    world.fuse.stays_broken = lambda name: name == "identity.delete_group"
    assert world.delete(tenant_id).deleted == 0

    world.fuse.stays_broken = _stores_are_gone

    assert world.later().deleted == 1


def test_a_tenant_is_not_called_deleted_while_something_remains() -> None:
    world = World()
    tenant_id = world.active()
    world.provisioner.stuck.add(tenant_id)

    assert world.delete(tenant_id).deleted == 0
    assert _status(world, tenant_id) is TenantStatus.DELETING
    world.provisioner.stuck.clear()
    assert world.later().deleted == 1


def test_one_tenants_trouble_holds_up_no_other() -> None:
    world = World()
    broken, well = _two(world)
    world.provisioner.stuck.add(broken)
    for tenant_id in (broken, well):
        delete_tenant(tenant_id, ACT, world.ports)

    done = world.later()

    assert done.deleted == 1
    assert [broken in problem for problem in done.problems] == [True]


def test_many_tenants_that_stay_do_not_keep_another_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.tenants.upkeep.BATCH", 1)
    world = World()
    stuck, well = _two(world)
    world.provisioner.stuck.add(stuck)
    for tenant_id in (stuck, well):
        delete_tenant(tenant_id, ACT, world.ports)
        world.clock.advance(1)

    assert world.later().deleted == 0
    assert keep_up("tick", world.ports).deleted == 1

    assert _status(world, well) is TenantStatus.DELETED


def test_a_deletion_whose_organization_has_a_new_tenant_is_not_called_off_but_waits() -> None:
    world = World()
    tenant_id = world.active()
    delete_tenant(tenant_id, ACT, world.ports)
    _registered(world, tenant_id)
    administrator = {"email": "taro@example.com", "name": "太郎"}
    organization = world.tenancy.tenant(tenant_id).record.organization

    onboard_tenant(command(organization=organization, administrator=administrator), "key-2", ACT, world.ports)

    done = world.later()

    assert any("organization-taken" in problem for problem in done.problems)
    assert _status(world, tenant_id) is TenantStatus.DELETING
    assert "stores" in world.left_of(tenant_id)


def test_deleting_one_tenant_touches_no_other() -> None:
    world = World()
    kept, gone = _two(world)

    world.delete(gone)

    assert world.configuration.tenant(kept).status is TenantStatus.ACTIVE
    assert len(world.identity.users_of(kept)) == 1
    assert kept in world.provisioner.provisioned


def test_a_tenant_that_is_not_empty_is_not_even_taken_out_of_service() -> None:
    world = World()
    tenant_id = world.active()
    _registered(world, tenant_id)

    with pytest.raises(model.TenantNotEmpty):
        delete_tenant(tenant_id, ACT, world.ports)

    assert _status(world, tenant_id) is TenantStatus.ACTIVE


def test_a_tenant_that_is_being_moved_is_not_deleted() -> None:
    world = World()
    tenant_id = world.active()
    entry = world.tenancy.tenant(tenant_id)
    move = TenantMove(move_id="move-1", phase=MovePhase.GRACE, source=entry.record.cloud, target=AZURE)
    moving = entry.record.model_copy(update={"move": move, "version": entry.record.version + 1})
    audit = AuditEntry(
        tenant_id=tenant_id, action="tenant.move", actor="o", correlation_id="r", occurred_at=world.clock.now()
    )
    world.tenancy.save(entry.model_copy(update={"record": moving}), audit)

    with pytest.raises(model.TenantMoving):
        world.delete(tenant_id)
