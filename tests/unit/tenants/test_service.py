"""What the operator does with tenants."""

from typing import Any

import pytest

from functions.tenants import model
from functions.tenants.commands import SuspendTenant
from functions.tenants.service import (
    delete_tenant,
    list_tenants,
    onboard_tenant,
    read_tenant,
    resume_tenant,
    suspend_tenant,
)
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from makoto.ports.documents import Key
from makoto.ports.tenancy import TenantNotFound
from makoto.ports.workflows import ONBOARD_TENANT
from tests.builders import TENANT
from tests.unit.tenants.world import ACT, KEY, World, command

OVERDUE = SuspendTenant(reason="請求書が未払い")


def _administrator(name: str) -> dict[str, Any]:
    return {"email": f"{name}@example.com", "name": name}


def test_an_onboarding_starts_one_execution_named_after_tenant_and_attempt() -> None:
    world = World()

    accepted = onboard_tenant(command(), KEY, ACT, world.ports)

    given = {"tenant_id": accepted.tenant_id, "mode": "onboard", "correlation_id": "request-1"}
    assert world.workflows.started == {(ONBOARD_TENANT, f"{accepted.tenant_id}-1"): given}


def test_a_workflow_service_that_is_down_does_not_lose_the_request() -> None:
    world = World()
    world.fuse.stays_broken = lambda name: name.startswith("workflows")

    accepted = onboard_tenant(command(), KEY, ACT, world.ports)

    assert world.tenancy.tenant(accepted.tenant_id).record.status is TenantStatus.ONBOARDING


def test_steps_are_shown_in_the_order_in_which_they_run() -> None:
    world = World()
    tenant_id = world.active()

    assert tuple(step.step for step in read_tenant(tenant_id, world.ports).steps) == model.STEPS


def test_a_list_shows_tenants_page_by_page() -> None:
    world = World()
    made = {world.admit(organization=f"org-{number}") for number in range(5)}

    first = list_tenants(None, 3, None, world.ports)
    second = list_tenants(None, 3, first.next_cursor, world.ports)

    assert {item.tenant_id for item in (*first.items, *second.items)} == made
    assert second.next_cursor is None


def test_a_suspension_is_seen_by_the_hot_path_and_told_to_the_bus() -> None:
    world = World()
    tenant_id = world.active()

    suspended = suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)

    assert (suspended.status, suspended.suspension_reason) == (TenantStatus.SUSPENDED, OVERDUE.reason)
    assert world.configuration.tenant(tenant_id).status is TenantStatus.SUSPENDED
    told = world.publisher.published[-1]
    assert (told.detail_type, told.version) == ("tenant.suspended.v1", world.tenancy.tenant(tenant_id).record.version)
    audit = world.tenancy.audit_of(tenant_id)[-1]
    assert (audit.actor, audit.detail["reason"]) == ("operator@example.com", OVERDUE.reason)


def test_a_suspended_tenant_cannot_be_suspended_again() -> None:
    world = World()
    tenant_id = world.active()
    suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)

    with pytest.raises(model.AlreadySuspended):
        suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)


def test_a_resumed_tenant_is_served_again() -> None:
    world = World()
    tenant_id = world.active()
    suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)

    resumed = resume_tenant(tenant_id, ACT, world.ports)

    assert (resumed.status, resumed.suspension_reason) == (TenantStatus.ACTIVE, None)
    assert world.configuration.tenant(tenant_id).status is TenantStatus.ACTIVE
    assert world.publisher.published[-1].detail_type == "tenant.resumed.v1"


def test_a_suspension_whose_projection_failed_takes_effect_when_it_is_asked_for_again() -> None:
    world = World()
    tenant_id = world.active()
    world.fuse.stays_broken = lambda name: name == "configuration.save_tenant"
    with pytest.raises(Unavailable):
        suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)
    assert world.configuration.tenant(tenant_id).status is TenantStatus.ACTIVE
    world.mend()

    with pytest.raises(model.AlreadySuspended):
        suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)

    assert world.configuration.tenant(tenant_id).status is TenantStatus.SUSPENDED


def test_a_bus_that_is_down_does_not_hold_up_a_suspension() -> None:
    world = World()
    tenant_id = world.active()
    world.fuse.stays_broken = lambda name: name.startswith("publisher")

    suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)

    assert world.configuration.tenant(tenant_id).status is TenantStatus.SUSPENDED
    world.mend()
    world.tenancy.relay(world.publisher.publish, world.clock.now())
    assert world.publisher.published[-1].detail_type == "tenant.suspended.v1"


def test_a_deletion_takes_out_of_service_at_once_and_removes_nothing_itself() -> None:
    world = World()
    tenant_id = world.active()
    before = world.left_of(tenant_id)

    deleting = delete_tenant(tenant_id, ACT, world.ports)

    assert deleting.status is TenantStatus.DELETING
    assert world.configuration.tenant(tenant_id).status is TenantStatus.DELETING
    assert world.left_of(tenant_id) == before


def test_deleting_again_changes_nothing() -> None:
    world = World()
    tenant_id = world.active()

    first = delete_tenant(tenant_id, ACT, world.ports)
    assert delete_tenant(tenant_id, ACT, world.ports) == first
    world.later()
    deleted = delete_tenant(tenant_id, ACT, world.ports)
    assert delete_tenant(tenant_id, ACT, world.ports) == deleted

    assert deleted.status is TenantStatus.DELETED
    assert [each.detail_type for each in world.publisher.published].count("tenant.deleted.v1") == 1


def test_a_configuration_that_is_down_does_not_hold_up_a_deletion() -> None:
    world = World()
    tenant_id = world.active()
    world.fuse.stays_broken = lambda name: name == "configuration.save_tenant"

    assert delete_tenant(tenant_id, ACT, world.ports).status is TenantStatus.DELETING


def test_a_tenant_with_a_device_is_not_deleted() -> None:
    world = World()
    tenant_id = world.active()
    world.cloud.stores(tenant_id).documents.put(Key("device", "press-1"), {"device_id": "press-1"})

    with pytest.raises(model.TenantNotEmpty):
        delete_tenant(tenant_id, ACT, world.ports)

    assert world.tenancy.tenant(tenant_id).record.status is TenantStatus.ACTIVE
    assert "stores" in world.left_of(tenant_id)


def test_a_tenant_with_a_file_is_not_deleted() -> None:
    world = World()
    tenant_id = world.active()
    world.cloud.stores(tenant_id).objects.upload("history/a.parquet", b"PAR1", content_type="application/parquet")

    with pytest.raises(model.TenantNotEmpty):
        delete_tenant(tenant_id, ACT, world.ports)


def test_a_tenant_is_not_deleted_while_it_is_being_onboarded() -> None:
    world = World()
    tenant_id = world.admit()

    with pytest.raises(model.StillOnboarding):
        delete_tenant(tenant_id, ACT, world.ports)


def test_a_tenant_that_is_being_deleted_is_neither_suspended_nor_resumed() -> None:
    world = World()
    tenant_id = world.active()
    delete_tenant(tenant_id, ACT, world.ports)

    with pytest.raises(model.NotActive):
        suspend_tenant(tenant_id, OVERDUE, ACT, world.ports)
    with pytest.raises(model.NotSuspended):
        resume_tenant(tenant_id, ACT, world.ports)


def test_a_tenant_that_is_not_there_is_not_found() -> None:
    world = World()
    with pytest.raises(TenantNotFound):
        read_tenant(TENANT, world.ports)
    with pytest.raises(TenantNotFound):
        suspend_tenant(TENANT, OVERDUE, ACT, world.ports)
    with pytest.raises(TenantNotFound):
        delete_tenant(TENANT, ACT, world.ports)
