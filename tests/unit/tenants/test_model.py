"""A tenant's life, decided without the world."""

from collections.abc import Callable

import pytest

from functions.tenants import model
from functions.tenants.model import TRANSITIONS
from makoto.domain import AwsAccount, TenantRecord, TenantStatus
from makoto.domain.clouds.places import OwnAccount
from makoto.errors import Conflict, Invalid
from tests.builders import TENANT, tenant_record
from tests.unit.tenants.test_commands import OWN
from tests.unit.tenants.world import command

HOSTED = AwsAccount(
    account_id="000000000000", region="ap-northeast-1", role_arn="arn:aws:iam::000000000000:role/hosted"
)
DECISIONS: dict[Callable[[TenantRecord], TenantRecord], TenantStatus] = {
    model.activate: TenantStatus.ACTIVE,
    model.fail: TenantStatus.FAILED,
    model.suspend: TenantStatus.SUSPENDED,
    model.begin_deletion: TenantStatus.DELETING,
    model.call_off_deletion: TenantStatus.SUSPENDED,
    model.finish_deletion: TenantStatus.DELETED,
}


@pytest.mark.parametrize("decide", DECISIONS, ids=lambda decide: decide.__name__)
@pytest.mark.parametrize("status", TenantStatus)
def test_a_decision_is_taken_only_where_the_life_allows_it(
    decide: Callable[[TenantRecord], TenantRecord], status: TenantStatus
) -> None:
    record, wanted = tenant_record(status=status), DECISIONS[decide]
    is_another_decisions = (decide, status) in (
        (model.activate, TenantStatus.SUSPENDED),
        (model.suspend, TenantStatus.DELETING),
        (model.call_off_deletion, TenantStatus.ACTIVE),
    )
    is_allowed = wanted in TRANSITIONS[status] and not is_another_decisions

    if is_allowed:
        assert decide(record) == record.model_copy(update={"status": wanted, "version": record.version + 1})
    else:
        with pytest.raises(Conflict):
            decide(record)


@pytest.mark.parametrize("status", TenantStatus)
def test_only_a_suspended_tenant_is_resumed(status: TenantStatus) -> None:
    record = tenant_record(status=status)

    if status is TenantStatus.SUSPENDED:
        assert model.resume(record).status is TenantStatus.ACTIVE
    else:
        with pytest.raises(model.NotSuspended):
            model.resume(record)


def test_a_deleted_tenant_is_never_changed() -> None:
    assert TRANSITIONS[TenantStatus.DELETED] == frozenset()


def test_a_hosted_tenant_lives_in_the_platforms_account() -> None:
    record = model.admit(command(), TENANT, HOSTED)

    assert record.cloud == HOSTED
    assert record.status is TenantStatus.ONBOARDING


def test_a_tenant_with_its_own_account_is_reached_by_its_role() -> None:
    assert model.admit(command(cloud=OWN), TENANT, HOSTED).cloud == OwnAccount.model_validate(OWN).account


def test_the_platforms_account_is_nobodys_own() -> None:
    own = {**OWN, "account_id": "000000000000", "role_arn": "arn:aws:iam::000000000000:role/makoto-tenant-access"}

    with pytest.raises(Invalid) as refused:
        model.admit(command(cloud=own), TENANT, HOSTED)
    assert refused.value.errors[0].pointer == "/body/cloud/account_id"


def test_a_fingerprint_tells_bodies_apart() -> None:
    assert model.fingerprint(command()) == model.fingerprint(command())
    assert model.fingerprint(command()) != model.fingerprint(command(locale="en"))
