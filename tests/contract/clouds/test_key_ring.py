"""The keys to tenants' own clouds: kept per tenant and account, and open to that tenant's credentials alone."""

import logging

import pytest

from makoto.adapters.clouds.aws.key_ring import AwsKeyRing
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.system import SystemIds
from makoto.domain import AwsAccount, TenantRecord
from makoto.errors import Forbidden
from makoto.ports.key_ring import KeyRing, KeysMissing
from tests.accounts import AZURE, CUSTOM
from tests.contract.clouds.worlds import PLATFORM_ACCOUNT, REGION, ROLE, AwsWorld, new_tenant

KEYS = {"documents.username": "u", "documents.password": "hunter2-0b5e7c 鍵"}
HOSTED = AwsAccount(account_id=PLATFORM_ACCOUNT, region=REGION, role_arn=f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{ROLE}")


def aws_ring(world: AwsWorld) -> AwsKeyRing:
    return AwsKeyRing(world.broker, HOSTED, world.endpoint_url, clock=world.clock, ids=SystemIds())


@pytest.fixture(params=["aws", "memory"])
def ring(request: pytest.FixtureRequest, aws_world: AwsWorld) -> KeyRing:
    return aws_ring(aws_world) if request.param == "aws" else MemoryKeyRing()


@pytest.fixture
def tenant() -> TenantRecord:
    return new_tenant()


def test_keys_come_back_per_tenant_and_account(ring: KeyRing, tenant: TenantRecord) -> None:
    ring.entrust(tenant.tenant_id, CUSTOM, KEYS)

    assert ring.keys(tenant.tenant_id, CUSTOM) == KEYS
    with pytest.raises(KeysMissing):
        ring.keys(tenant.tenant_id, AZURE)
    with pytest.raises(KeysMissing):
        ring.keys(new_tenant().tenant_id, CUSTOM)


def test_keys_are_replaced_and_forgotten(ring: KeyRing, tenant: TenantRecord) -> None:
    ring.entrust(tenant.tenant_id, CUSTOM, KEYS)
    ring.entrust(tenant.tenant_id, CUSTOM, {"documents.password": "new"})
    assert ring.keys(tenant.tenant_id, CUSTOM) == {"documents.password": "new"}

    ring.forget(tenant.tenant_id, CUSTOM)
    ring.forget(tenant.tenant_id, CUSTOM)

    with pytest.raises(KeysMissing):
        ring.keys(tenant.tenant_id, CUSTOM)


def test_keys_rotated_elsewhere_are_seen_after_five_minutes_or_when_refused(aws_world: AwsWorld) -> None:
    world = AwsWorld(aws_world.endpoint_url)
    tenant_id, here, elsewhere = new_tenant().tenant_id, aws_ring(world), aws_ring(world)
    here.entrust(tenant_id, CUSTOM, {"n": "1"})

    elsewhere.entrust(tenant_id, CUSTOM, {"n": "2"})
    assert here.keys(tenant_id, CUSTOM) == {"n": "1"}
    here.renew(tenant_id, CUSTOM)
    assert here.keys(tenant_id, CUSTOM) == {"n": "2"}
    elsewhere.entrust(tenant_id, CUSTOM, {"n": "3"})
    world.clock.advance(301)

    assert here.keys(tenant_id, CUSTOM) == {"n": "3"}


def test_the_credentials_for_one_tenants_keys_read_no_others(aws_world: AwsWorld) -> None:
    victim, thief = new_tenant().tenant_id, new_tenant().tenant_id
    ring = aws_ring(aws_world)
    ring.entrust(victim, CUSTOM, KEYS)
    ring.entrust(thief, CUSTOM, {"n": "1"})
    bound_wrongly = ring._secrets(thief)
    bound_wrongly._driver._prefix = f"/makoto/{victim}/"  # type: ignore[attr-defined]  # as a bug would
    (name,) = ring._secrets(victim)._entries

    with pytest.raises(Forbidden):
        bound_wrongly.read_through(name)


def test_no_key_is_logged_at_any_level(aws_world: AwsWorld, caplog: pytest.LogCaptureFixture) -> None:
    tenant_id = new_tenant().tenant_id
    with caplog.at_level(logging.DEBUG):
        aws_ring(aws_world).entrust(tenant_id, CUSTOM, KEYS)
        aws_ring(aws_world).keys(tenant_id, CUSTOM)

    assert "hunter2-0b5e7c" not in "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
