"""Whose turn it is to be looked into."""

from datetime import UTC, datetime, timedelta

from functions.doctor.model import BATCH, due, gone
from makoto.domain import TenantRecord, TenantStatus
from tests.builders import tenant_record

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def tenants(count: int) -> list[TenantRecord]:
    return [tenant_record(f"t{n:012d}") for n in range(1, count + 1)]


def test_those_never_looked_into_come_first_then_those_longest_ago() -> None:
    first, second, third, fresh = tenants(4)
    looked_at = {
        first.tenant_id: NOW - timedelta(hours=25),
        second.tenant_id: NOW - timedelta(days=3),
        fresh.tenant_id: NOW - timedelta(hours=23),
    }

    assert due([first, second, third, fresh], looked_at, NOW) == (third, second, first)


def test_a_tick_takes_a_few_only() -> None:
    assert len(due(tenants(BATCH + 5), {}, NOW)) == BATCH


def test_only_active_tenants_have_a_turn() -> None:
    suspended = tenant_record(status=TenantStatus.SUSPENDED)

    assert due([suspended], {}, NOW) == ()


def test_reports_of_tenants_that_are_gone_may_go() -> None:
    kept, deleted = tenant_record("t000000000001"), tenant_record("t000000000002", status=TenantStatus.DELETED)
    looked_at = dict.fromkeys(("t000000000001", "t000000000002", "t000000000003"), NOW)

    assert gone([kept, deleted], looked_at) == ("t000000000002", "t000000000003")
