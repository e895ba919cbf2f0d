"""Who is taken on, and who is refused at once."""

from dataclasses import replace

import pytest

from functions.tenants import model
from functions.tenants.service import (
    list_tenants,
    onboard_tenant,
)
from makoto.domain import Role, TenantStatus
from makoto.domain.membership import Membership
from makoto.errors import Invalid
from makoto.ports.tenancy import IdempotencyKeyReused, OrganizationTaken
from tests.builders import TENANT
from tests.unit.tenants.test_commands import OWN
from tests.unit.tenants.world import ACT, KEY, World, command


def test_an_account_in_another_region_is_taken_on_only_where_it_can_be_reached() -> None:
    world = World()
    abroad = command(cloud=OWN | {"region": "eu-central-1"})

    with pytest.raises(Invalid) as refused:
        onboard_tenant(abroad, KEY, ACT, world.ports)
    assert refused.value.errors[0].pointer == "/body/cloud/region"
    with_nat = replace(world.ports, reaches_other_regions=True)
    assert onboard_tenant(abroad, KEY, ACT, with_nat).status == "onboarding"


def test_the_same_request_again_gives_the_same_answer_even_when_the_tenant_is_active() -> None:
    world = World()
    first = onboard_tenant(command(), KEY, ACT, world.ports)
    world.onboard(first.tenant_id)

    again = onboard_tenant(command(), KEY, ACT, world.ports)

    assert again == first
    assert len(world.workflows.started) == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    world = World()
    onboard_tenant(command(), KEY, ACT, world.ports)

    with pytest.raises(IdempotencyKeyReused):
        onboard_tenant(command(locale="en"), KEY, ACT, world.ports)


def test_a_living_tenants_organization_is_taken() -> None:
    world = World()
    onboard_tenant(command(), KEY, ACT, world.ports)

    with pytest.raises(OrganizationTaken):
        onboard_tenant(command(), "key-2", ACT, world.ports)


def test_a_member_of_another_tenant_is_no_first_administrator() -> None:
    world = World()
    email = command().administrator.email
    world.configuration.save_membership(Membership(username=email, tenant_id=TENANT, role=Role.VIEWER))

    with pytest.raises(model.AdministratorTaken) as refused:
        onboard_tenant(command(), KEY, ACT, world.ports)

    assert refused.value.errors[0].pointer == "/body/administrator/email"
    assert list_tenants(None, 10, None, world.ports).items == ()


def test_after_a_failure_a_new_key_makes_a_new_tenant() -> None:
    world = World()
    failed = onboard_tenant(command(), KEY, ACT, world.ports).tenant_id
    world.roll_back(failed)

    again = onboard_tenant(command(), "key-2", ACT, world.ports).tenant_id
    world.onboard(again)

    assert again != failed
    assert world.tenancy.tenant(again).record.status is TenantStatus.ACTIVE
