"""What both registers find for the schedule: what to show, to resume, to remove, to publish and to forget."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.ports.tenancy import (
    OrganizationTaken,
    TenancyStore,
)
from makoto.ports.tenant_entry import TenantEntry
from tests.builders import OTHER_TENANT, TENANT
from tests.contract.tenancy.entries import NOON, admission, audit, entry, fact, next_version


def test_what_the_hot_path_has_not_seen_is_found_until_it_has(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(), admission(), audit())
    tenancy.mark_projected(TENANT, 1, NOON)
    assert tenancy.unprojected(10) == []

    tenancy.save(next_version(stored, TenantStatus.ACTIVE), audit())
    assert [each.tenant_id for each in tenancy.unprojected(10)] == [TENANT]

    tenancy.mark_projected(TENANT, 2, NOON)
    tenancy.mark_projected(TENANT, 1, NOON)
    assert tenancy.unprojected(10) == []


def test_unfinished_work_is_found_after_its_time(tenancy: TenancyStore) -> None:
    tenancy.admit(entry(minutes=0), admission(), audit())

    assert tenancy.unfinished(TenantStatus.ONBOARDING, NOON, 10) == []
    assert len(tenancy.unfinished(TenantStatus.ONBOARDING, NOON + timedelta(seconds=1), 10)) == 1
    assert tenancy.unfinished(TenantStatus.DELETING, NOON + timedelta(seconds=1), 10) == []


class BusDown(Unavailable):
    """The bus does not answer."""


def _refuse(envelopes: Sequence[Envelope]) -> None:
    raise BusDown("the bus does not answer")


def _deleting(tenancy: TenancyStore, tenant_id: str = TENANT) -> TenantEntry:
    stored = tenancy.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
    return tenancy.save(next_version(stored, TenantStatus.DELETING), audit(tenant_id))


def _removable(tenancy: TenancyStore, seconds: int) -> list[str]:
    return [each.tenant_id for each in tenancy.removable(NOON + timedelta(seconds=seconds), 10)]


def test_a_tenant_is_removable_some_time_after_the_hot_path_saw_that_it_is_deleting(tenancy: TenancyStore) -> None:
    deleting = _deleting(tenancy)
    tenancy.mark_projected(TENANT, 1, NOON)
    assert _removable(tenancy, 3600) == []

    tenancy.mark_projected(TENANT, deleting.record.version, NOON)

    assert _removable(tenancy, 0) == []
    assert _removable(tenancy, 1) == [TENANT]


def test_of_removable_tenants_the_one_shown_again_comes_last(tenancy: TenancyStore) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        tenancy.mark_projected(tenant_id, _deleting(tenancy, tenant_id).record.version, NOON)

    tenancy.mark_projected(TENANT, 2, NOON + timedelta(seconds=5))

    assert _removable(tenancy, 6) == [OTHER_TENANT, TENANT]
    assert _removable(tenancy, 5) == [OTHER_TENANT]


def test_only_a_deleting_tenant_is_removable(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(), admission(), audit())
    tenancy.save(next_version(stored, TenantStatus.ACTIVE), audit())
    tenancy.mark_projected(TENANT, 2, NOON)

    assert _removable(tenancy, 3600) == []


def test_a_tenant_does_not_come_back_to_an_organization_that_another_one_has(tenancy: TenancyStore) -> None:
    deleting = _deleting(tenancy)
    tenancy.admit(entry(OTHER_TENANT, organization=deleting.record.organization), admission("key-2"), audit())

    with pytest.raises(OrganizationTaken):
        tenancy.save(next_version(deleting, TenantStatus.SUSPENDED), audit(), fact(version=3))

    assert tenancy.tenant(TENANT).record.status is TenantStatus.DELETING
    assert tenancy.relay(_refuse, NOON) == 0


def test_published_events_are_forgotten_after_their_time_and_others_never(tenancy: TenancyStore) -> None:
    at = tenancy.admit(entry(), admission(), audit())
    for version in (2, 3, 4):
        at = tenancy.save(next_version(at, TenantStatus.ACTIVE), audit(), fact(version=version))
        if version < 4:
            tenancy.relay(lambda envelopes: None, NOON)
    later = NOON + timedelta(days=1)

    assert tenancy.purge_published(NOON, 10) == 0
    assert [tenancy.purge_published(later, 1) for _ in range(3)] == [1, 1, 0]
    unpublished: list[Envelope] = []
    tenancy.relay(unpublished.extend, later)
    assert [each.version for each in unpublished] == [4]


def test_an_event_that_the_bus_refused_stays(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(), admission(), audit())
    tenancy.save(next_version(stored, TenantStatus.ACTIVE), audit(), fact())
    published: list[Envelope] = []

    with pytest.raises(BusDown):
        tenancy.relay(_refuse, NOON)
    assert tenancy.relay(published.extend, NOON) == 1
    assert tenancy.relay(published.extend, NOON) == 0
    assert published == [fact()]
