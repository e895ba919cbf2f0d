"""An onboarding ends active or leaves nothing behind, wherever it breaks."""

from collections.abc import Callable

import pytest

from functions.tenants import model
from functions.tenants.onboarding import run_step, undo_step
from functions.tenants.resources import CONFIGURATION
from functions.tenants.service import read_tenant
from makoto.domain import Role, TenantStatus
from makoto.errors import Unavailable
from makoto.ports.identity import NewUser
from makoto.ports.tenant_entry import StepStatus
from tests.unit.tenants.world import Crash, Fuse, World, command, task

BREAKS: tuple[type[BaseException], ...] = (Crash, Unavailable)
UNDOABLE = ("write_configuration", "provision_stores", "create_identity")


def _retried(act: Callable[[], object], times: int = 3) -> None:
    """Do as a client or the state machine does: try again."""
    for left in reversed(range(times)):
        try:
            act()
        except BREAKS:
            if left == 0:
                raise
        else:
            return


def _calls_of(act: Callable[[World], object], world: World) -> int:
    before = world.fuse.calls
    act(world)
    return world.fuse.calls - before


def test_an_onboarding_ends_active_and_says_so_once() -> None:
    world = World()

    tenant_id = world.active()

    assert world.configuration.tenant(tenant_id).status is TenantStatus.ACTIVE
    assert [envelope.detail_type for envelope in world.publisher.published] == ["tenant.onboarded.v1"]
    assert [step.status for step in read_tenant(tenant_id, world.ports).steps] == [StepStatus.DONE] * len(model.STEPS)


def test_the_first_administrator_is_a_member_of_the_tenant() -> None:
    world = World()

    tenant_id = world.active()

    (user,) = world.identity.users_of(tenant_id)
    membership = world.configuration.membership(user.username)
    assert user.email == "hanako@example.com"
    assert (membership.tenant_id, membership.role) == (tenant_id, Role.TENANT_ADMIN)


def test_the_initial_configuration_lies_in_the_tenants_own_store() -> None:
    world = World()

    tenant_id = world.active(locale="en")

    stored = world.cloud.stores(tenant_id).documents.get(CONFIGURATION)
    assert stored.data == {"locale": "en", "time_zone": "Asia/Tokyo", "name": "東都精機株式会社"}


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", BREAKS)
def test_wherever_it_breaks_once_it_is_resumed_to_its_end(error: type[BaseException], is_after: bool) -> None:
    whole = World()
    whole.active()
    assert whole.fuse.calls > 30

    for breaks_at in range(1, whole.fuse.calls + 1):
        world = World(Fuse(breaks_at, is_after, error))
        admitted: list[str] = []
        _retried(lambda world=world, admitted=admitted: admitted.append(world.admit()))  # type: ignore[misc]
        for step in model.STEPS:
            _retried(lambda step=step, world=world, of=admitted[-1]: run_step(step, task(of), world.ports))  # type: ignore[misc]

        world.ports.tenancy.relay(world.publisher.publish, world.clock.now())
        entry = world.tenancy.tenant(admitted[-1])
        assert entry.record.status is TenantStatus.ACTIVE, breaks_at
        assert len(world.tenancy.tenants().items) == 1
        assert {envelope.id for envelope in world.publisher.published} == {world.publisher.published[0].id}


@pytest.mark.parametrize("step", model.STEPS)
def test_each_step_may_run_twice(step: str) -> None:
    world = World()
    tenant_id = world.admit()

    for each in model.STEPS:
        run_step(each, task(tenant_id), world.ports)
        if each == step:
            run_step(each, task(tenant_id), world.ports)

    assert world.tenancy.tenant(tenant_id).record.status is TenantStatus.ACTIVE
    assert len(world.identity.users_of(tenant_id)) == 1
    assert len(world.publisher.published) == 1


@pytest.mark.parametrize("done", range(len(model.STEPS)))
def test_after_any_step_a_roll_back_leaves_nothing(done: int) -> None:
    world = World()
    tenant_id = world.admit()
    for step in model.STEPS[:done]:
        run_step(step, task(tenant_id), world.ports)

    assert world.roll_back(tenant_id)

    assert world.left_of(tenant_id) == []
    assert world.configuration.tenant(tenant_id).status is TenantStatus.FAILED
    assert [envelope.detail_type for envelope in world.publisher.published] == ["tenant.onboarding_failed.v1"]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", BREAKS)
def test_wherever_a_roll_back_breaks_it_is_taken_up_again(error: type[BaseException], is_after: bool) -> None:
    def until_verified(world: World) -> str:
        tenant_id = world.admit()
        for step in model.STEPS[:-1]:
            run_step(step, task(tenant_id), world.ports)
        return tenant_id

    whole = World()
    of = until_verified(whole)
    calls = _calls_of(lambda world: world.roll_back(of), whole)
    assert calls > 20

    for breaks_at in range(1, calls + 1):
        world = World()
        tenant_id = until_verified(world)
        world.fuse.breaks_at = world.fuse.calls + breaks_at
        world.fuse.is_after, world.fuse.error = is_after, error

        _retried(lambda world=world, tenant_id=tenant_id: world.roll_back(tenant_id))  # type: ignore[misc]

        assert world.tenancy.tenant(tenant_id).record.status is TenantStatus.FAILED, breaks_at
        assert world.left_of(tenant_id) == [], breaks_at


@pytest.mark.parametrize("step", model.STEPS[:-1])
def test_a_step_twice_and_its_undoing_twice_leave_nothing(step: str) -> None:
    world = World()
    tenant_id = world.admit()
    for each in model.STEPS[: model.STEPS.index(step) + 1]:
        for _ in range(2):
            run_step(each, task(tenant_id), world.ports)

    for each in UNDOABLE:
        for _ in range(2):
            undo_step(each, task(tenant_id), world.ports)

    assert world.left_of(tenant_id) == []


def test_an_active_tenant_is_not_rolled_back() -> None:
    world = World()
    tenant_id = world.active()

    assert not world.roll_back(tenant_id)

    assert "stores" in world.left_of(tenant_id)
    assert world.tenancy.tenant(tenant_id).record.status is TenantStatus.ACTIVE


def test_steps_of_a_failed_onboarding_make_nothing_again() -> None:
    world = World()
    tenant_id = world.admit()
    world.roll_back(tenant_id)

    with pytest.raises(model.NotOnboarding):
        run_step("provision_stores", task(tenant_id), world.ports)

    assert world.left_of(tenant_id) == []


def test_an_administrator_of_another_tenant_ends_the_onboarding_and_keeps_his_place() -> None:
    world = World()
    second = world.admit(organization="other")
    first = world.active()  # it took the administrator in while the other waited
    run_step("register_metadata", task(second), world.ports)

    with pytest.raises(model.AdministratorTaken):
        run_step("create_identity", task(second), world.ports)
    world.roll_back(second)

    (user,) = world.identity.users_of(first)
    assert world.configuration.membership(user.username).tenant_id == first
    assert world.identity.users_of(second) == ()


def test_a_tenants_roll_back_touches_no_other_tenant() -> None:
    world = World()
    kept = world.active()
    administrator = {"email": "taro@example.com", "name": "太郎"}
    failed = world.admit(organization="other", administrator=administrator)
    for step in model.STEPS[:-1]:
        run_step(step, task(failed), world.ports)
    before = world.cloud.stores(kept).documents.get(CONFIGURATION)

    world.roll_back(failed)

    assert world.cloud.stores(kept).documents.get(CONFIGURATION) == before
    assert len(world.identity.users_of(kept)) == 1
    assert kept in world.provisioner.provisioned


def test_a_user_invited_before_a_crash_is_not_invited_twice() -> None:
    world = World()
    tenant_id = world.admit()
    world.identity.ensure_group(tenant_id, "")
    world.identity.create_user(
        NewUser(email=command().administrator.email, tenant_id=tenant_id, role=Role.TENANT_ADMIN)
    )

    world.onboard(tenant_id)

    assert len(world.identity.users_of(tenant_id)) == 1


def test_nobody_sees_an_active_tenant_whose_last_step_still_runs() -> None:
    world = World()
    tenant_id = world.admit()
    for step in model.STEPS[:-1]:
        run_step(step, task(tenant_id), world.ports)
    seen = list[tuple[TenantStatus, StepStatus]]()

    def look(name: str) -> bool:
        steps = {step.step: step.status for step in world.tenancy.steps(tenant_id)}
        if "activate" in steps:
            seen.append((world.tenancy.tenant(tenant_id).record.status, steps["activate"]))
        return False

    world.fuse.stays_broken = look
    run_step("activate", task(tenant_id), world.ports)
    look("after")

    assert (TenantStatus.ACTIVE, StepStatus.RUNNING) not in seen
    assert seen[-1] == (TenantStatus.ACTIVE, StepStatus.DONE)
