"""What the schedule makes good each minute."""

import pytest

from functions.tenants import model
from functions.tenants.commands import SuspendTenant
from functions.tenants.onboarding import run_step
from functions.tenants.service import delete_tenant, suspend_tenant
from functions.tenants.upkeep import keep_up
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from makoto.ports.workflows import ONBOARD_TENANT, ExecutionStatus
from tests.unit.tenants.world import ACT, World, task

DAY_S = 86_400
OVERDUE = SuspendTenant(reason="overdue")


def _later(world: World) -> World:
    world.clock.advance(61)
    return world


def test_when_all_is_well_nothing_is_done() -> None:
    world = World()
    world.active()

    done = keep_up("tick-1", _later(world).ports)

    assert (done.published, done.projected, done.restarted, done.deleted, done.problems) == (0, 0, 0, 0, ())


def test_an_unpublished_event_is_published_once() -> None:
    world = World()
    world.fuse.stays_broken = lambda name: name.startswith("publisher")
    world.active()
    world.mend()

    assert [keep_up("tick", world.ports).published for _ in range(2)] == [1, 0]


def test_a_suspension_that_a_crash_kept_from_the_hot_path_is_shown() -> None:
    world = World()
    tenant_id = world.active()
    world.fuse.stays_broken = lambda name: name == "configuration.save_tenant"
    with pytest.raises(Unavailable):
        suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)
    world.mend()

    assert keep_up("tick-1", world.ports).projected == 1

    assert world.configuration.tenant(tenant_id).status is TenantStatus.SUSPENDED


def test_an_onboarding_that_was_never_started_is_started() -> None:
    world = World()
    world.fuse.stays_broken = lambda name: name.startswith("workflows")
    tenant_id = world.admit()
    world.mend()

    assert keep_up("tick-1", _later(world).ports).restarted == 1

    assert (ONBOARD_TENANT, f"{tenant_id}-1") in world.workflows.started


def test_an_onboarding_that_runs_is_left_alone() -> None:
    world = World()
    world.admit()

    assert keep_up("tick-1", _later(world).ports).restarted == 0
    assert len(world.workflows.started) == 1


@pytest.mark.parametrize("ended", [ExecutionStatus.FAILED, ExecutionStatus.SUCCEEDED])
def test_an_onboarding_whose_execution_died_gets_the_next_attempt(ended: ExecutionStatus) -> None:
    world = World()
    tenant_id = world.admit()
    world.workflows.standing[ONBOARD_TENANT, f"{tenant_id}-1"] = ended

    assert keep_up("tick-1", _later(world).ports).restarted == 1

    assert world.workflows.started[ONBOARD_TENANT, f"{tenant_id}-2"]["mode"] == "onboard"


def test_after_its_last_attempt_an_onboarding_is_rolled_back() -> None:
    world = World()
    tenant_id = world.admit()
    for attempt in range(1, model.MOST_ATTEMPTS + 1):
        world.workflows.standing[ONBOARD_TENANT, f"{tenant_id}-{attempt}"] = ExecutionStatus.FAILED
        keep_up("tick", _later(world).ports)

    modes = [command["mode"] for command in world.workflows.started.values()]
    assert modes == ["onboard"] * model.MOST_ATTEMPTS + ["roll_back"]


def test_a_roll_back_that_was_begun_is_taken_up_and_not_turned_round() -> None:
    world = World()
    tenant_id = world.admit()
    run_step("register_metadata", task(tenant_id), world.ports)
    run_step("create_identity", task(tenant_id), world.ports)
    world.fuse.stays_broken = lambda name: name == "identity.delete_group"
    with pytest.raises(Unavailable):
        world.roll_back(tenant_id)
    world.mend()
    world.workflows.standing[ONBOARD_TENANT, f"{tenant_id}-1"] = ExecutionStatus.FAILED

    keep_up("tick-1", _later(world).ports)

    assert world.workflows.started[ONBOARD_TENANT, f"{tenant_id}-2"]["mode"] == "roll_back"


def test_facts_are_published_before_anything_else_is_begun() -> None:
    world = World()
    world.fuse.stays_broken = lambda name: name.startswith("publisher")
    tenant_id = world.active()
    order: list[str] = []
    delete_tenant(tenant_id, ACT, world.ports)

    def note(name: str) -> bool:
        order.append(name)
        return False

    world.fuse.stays_broken = note

    world.later()

    assert order.index("publisher.publish") < order.index("provisioner.remove")


def test_a_run_begins_nothing_after_its_budget_and_the_next_run_goes_on() -> None:
    world = World()
    for number in range(3):
        world.admit(organization=f"org-{number}")

    def work_slowly(name: str) -> bool:
        if name == "configuration.save_tenant":
            world.clock.advance(16)
        return False

    world.fuse.stays_broken = work_slowly

    assert [keep_up("tick", world.ports).projected for _ in range(3)] == [2, 1, 0]


def test_published_events_are_forgotten_after_a_fortnight() -> None:
    world = World()
    world.active()

    assert world.later(13 * DAY_S).purged == 0
    assert world.later(DAY_S + 1).purged == 1
