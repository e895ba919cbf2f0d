"""Other keys to a tenant's cloud: tried first, kept only when they open it."""

from dataclasses import replace

import pytest

from functions.tenants.commands import RotateKeys
from functions.tenants.model import KeysRefused
from functions.tenants.service import rotate_keys
from makoto.domain.clouds.keys import key_sets
from makoto.errors import Invalid
from tests.accounts import CUSTOM
from tests.unit.tenants.test_places import place
from tests.unit.tenants.world import ACT, World

NEW = RotateKeys.model_validate({"keys": dict.fromkeys(key_sets(CUSTOM)[0], "another-key")})


@pytest.fixture
def world() -> World:
    world = World()
    world.ports = replace(world.ports, reaches_other_regions=True)
    return world


@pytest.fixture
def tenant_id(world: World) -> str:
    return world.active(cloud=place(CUSTOM))


def test_keys_that_open_the_cloud_take_the_place_of_the_old_ones(world: World, tenant_id: str) -> None:
    rotate_keys(tenant_id, NEW, ACT, world.ports)

    assert set(world.key_ring.keys(tenant_id, CUSTOM).values()) == {"another-key"}


def test_keys_that_do_not_open_it_leave_the_old_ones(world: World, tenant_id: str) -> None:
    before = dict(world.key_ring.keys(tenant_id, CUSTOM))
    world.provisioner.refusing.add(tenant_id)

    with pytest.raises(KeysRefused):
        rotate_keys(tenant_id, NEW, ACT, world.ports)

    assert world.key_ring.keys(tenant_id, CUSTOM) == before


def test_a_rotation_is_audited_without_the_keys(world: World, tenant_id: str) -> None:
    rotate_keys(tenant_id, NEW, ACT, world.ports)

    latest = world.tenancy.audit_of(tenant_id)[-1]
    assert latest.actor == ACT.actor
    assert "another-key" not in latest.model_dump_json()


def test_other_keys_than_the_cloud_needs_are_refused(world: World, tenant_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        rotate_keys(tenant_id, RotateKeys.model_validate({"keys": {"client_secret": "x"}}), ACT, world.ports)

    assert refused.value.errors[0].pointer == "/body/keys"


def test_a_cloud_that_no_key_opens_has_none_to_rotate(world: World) -> None:
    hosted = world.active(organization="hosted", administrator={"email": "a@example.com", "name": "A"})

    with pytest.raises(Invalid):
        rotate_keys(hosted, RotateKeys(keys={}), ACT, world.ports)
