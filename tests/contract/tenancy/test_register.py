"""What both registers of tenants promise."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from makoto.domain import CloudAccount, LlmContract, MovePhase, Role, TenantMove, TenantStatus
from makoto.domain.membership import Membership
from makoto.errors import Invalid
from makoto.events import Envelope
from makoto.ports.tenancy import (
    IdempotencyKeyReused,
    OrganizationTaken,
    TenancyStore,
    TenantChanged,
    TenantNotFound,
)
from makoto.ports.tenant_entry import OnboardingFailure, OnboardingStep, StepStatus
from tests.accounts import EVERY_KIND
from tests.builders import OTHER_TENANT, TENANT
from tests.contract.tenancy.conftest import Processes
from tests.contract.tenancy.entries import NOON, admission, audit, entry, fact, next_version

THIRD_TENANT = "t0123456789ad"


def test_a_tenant_is_read_as_it_was_stored(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(features=("chat", "web_search"), locale="en"), admission(), audit())

    assert tenancy.tenant(TENANT) == stored
    assert tenancy.audit_of(TENANT) == [audit()]


@pytest.mark.parametrize("cloud", EVERY_KIND, ids=lambda cloud: cloud.provider)
def test_a_cloud_its_regions_and_a_move_are_read_as_they_were_stored(
    tenancy: TenancyStore, cloud: CloudAccount
) -> None:
    move = TenantMove(move_id="move-1", phase=MovePhase.COPYING, source=cloud, target=EVERY_KIND[0])
    llm = LlmContract(provider="anthropic", model="claude")
    placed = entry(cloud=cloud, residency=(cloud.region, "japanwest"), move=move, llm=llm)

    stored = tenancy.admit(placed, admission(), audit())
    tenancy.save(next_version(stored, TenantStatus.ACTIVE), audit(), None)

    assert tenancy.tenant(TENANT).record.model_dump(exclude={"version", "status"}) == stored.record.model_dump(
        exclude={"version", "status"}
    )


def test_a_tenant_that_is_not_there_is_not_found(tenancy: TenancyStore) -> None:
    with pytest.raises(TenantNotFound):
        tenancy.tenant(TENANT)


def test_the_same_key_and_content_give_the_first_tenant(tenancy: TenancyStore) -> None:
    first = tenancy.admit(entry(), admission(), audit())

    again = tenancy.admit(entry(OTHER_TENANT), admission(), audit(OTHER_TENANT))

    assert again == first
    assert tenancy.read(OTHER_TENANT) is None
    assert tenancy.audit_of(OTHER_TENANT) == []


def test_the_same_key_with_another_content_is_refused(tenancy: TenancyStore) -> None:
    tenancy.admit(entry(), admission(), audit())

    with pytest.raises(IdempotencyKeyReused):
        tenancy.admit(entry(OTHER_TENANT), admission(fingerprint="print-2"), audit(OTHER_TENANT))


def test_requests_with_one_key_at_the_same_time_make_one_tenant(tenancy: TenancyStore, processes: Processes) -> None:
    candidates = [entry(f"t00000000000{number}", organization="one-and-only") for number in range(1, 7)]

    with ThreadPoolExecutor(3) as pool:
        made = list(
            pool.map(lambda each: processes.another().admit(each, admission(), audit(each.tenant_id)), candidates)
        )

    assert len({each.tenant_id for each in made}) == 1
    assert len(tenancy.tenants().items) == 1


def test_a_living_tenants_organization_is_taken(tenancy: TenancyStore) -> None:
    tenancy.admit(entry(organization="toto"), admission(), audit())

    with pytest.raises(OrganizationTaken):
        tenancy.admit(entry(OTHER_TENANT, organization="toto"), admission("key-2"), audit(OTHER_TENANT))


def test_a_failed_tenant_frees_its_organization(tenancy: TenancyStore) -> None:
    first = tenancy.admit(entry(organization="toto"), admission(), audit())
    tenancy.save(next_version(first, TenantStatus.FAILED), audit())

    second = tenancy.admit(entry(OTHER_TENANT, organization="toto"), admission("key-2"), audit(OTHER_TENANT))

    assert second.tenant_id == OTHER_TENANT


def test_a_change_its_audit_and_its_event_are_saved_together(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(), admission(), audit())
    failure = OnboardingFailure(step="create_identity", cause="user-taken: …")
    published: list[Envelope] = []

    tenancy.save(next_version(stored, TenantStatus.FAILED, failure=failure), audit(action="tenant.fail"), fact())
    tenancy.relay(published.extend, NOON)

    assert tenancy.tenant(TENANT).failure == failure
    assert [each.action for each in tenancy.audit_of(TENANT)] == ["tenant.onboard", "tenant.fail"]
    assert published == [fact()]


def test_a_change_of_an_old_version_saves_nothing(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(), admission(), audit())
    tenancy.save(next_version(stored, TenantStatus.ACTIVE), audit(action="tenant.activate"))
    published: list[Envelope] = []

    with pytest.raises(TenantChanged):
        tenancy.save(next_version(stored, TenantStatus.FAILED), audit(action="tenant.fail"), fact())

    tenancy.relay(published.extend, NOON)
    assert tenancy.tenant(TENANT).record.status is TenantStatus.ACTIVE
    assert [each.action for each in tenancy.audit_of(TENANT)] == ["tenant.onboard", "tenant.activate"]
    assert published == []


def test_of_changes_at_the_same_time_one_is_saved(tenancy: TenancyStore, processes: Processes) -> None:
    stored = tenancy.admit(entry(), admission(), audit())

    def change(status: TenantStatus) -> bool:
        return processes.another().update(next_version(stored, status), audit(), fact())

    with ThreadPoolExecutor(2) as pool:
        saved = list(pool.map(change, [TenantStatus.ACTIVE, TenantStatus.FAILED]))

    assert sorted(saved) == [False, True]


def test_pages_show_every_tenant_once_the_newest_first(tenancy: TenancyStore) -> None:
    ids = [f"t00000000000{number}" for number in range(1, 8)]
    for number, tenant_id in enumerate(ids):
        tenancy.admit(entry(tenant_id, minutes=number // 2), admission(tenant_id), audit(tenant_id))

    seen: list[str] = []
    page = tenancy.tenants(limit=2)
    while True:
        seen += [each.tenant_id for each in page.items]
        if page.next_cursor is None:
            break
        page = tenancy.tenants(limit=2, cursor=page.next_cursor)

    assert seen == sorted(ids, reverse=True)


def test_the_list_of_one_status_shows_no_other(tenancy: TenancyStore) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        tenancy.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
    tenancy.save(next_version(tenancy.tenant(TENANT), TenantStatus.ACTIVE), audit())

    assert [each.tenant_id for each in tenancy.tenants(status=TenantStatus.ACTIVE).items] == [TENANT]


@pytest.mark.parametrize(
    "cursor", ["", "x", "bnVsbA", "W10", "eyJhIjoxfQ", "\u3042", "ÿ", "W251bGwsMSwyXQ", "A" * 1000]
)
def test_a_cursor_that_is_not_ours_is_invalid(tenancy: TenancyStore, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        tenancy.tenants(cursor=cursor)
    assert refused.value.errors[0].pointer == "/query/cursor"


def test_a_cursor_of_another_filter_is_invalid(tenancy: TenancyStore) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        tenancy.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
    cursor = tenancy.tenants(limit=1).next_cursor

    with pytest.raises(Invalid):
        tenancy.tenants(status=TenantStatus.ACTIVE, cursor=cursor)


def test_steps_keep_when_they_first_began(tenancy: TenancyStore) -> None:
    tenancy.admit(entry(), admission(), audit())
    first = OnboardingStep(step="create_identity", status=StepStatus.FAILED, attempts=1, started_at=NOON, cause="x")
    tenancy.save_step(TENANT, first)
    later = NOON + timedelta(minutes=1)

    tenancy.save_step(
        TENANT,
        first.model_copy(update={"status": StepStatus.DONE, "attempts": 2, "finished_at": later, "cause": None}),
    )

    (step,) = tenancy.steps(TENANT)
    assert (step.status, step.attempts, step.started_at, step.finished_at) == (StepStatus.DONE, 2, NOON, later)
    assert step.cause is None


def test_a_person_is_a_member_of_one_tenant(tenancy: TenancyStore) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        tenancy.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
    member = Membership(username="hanako", tenant_id=TENANT, role=Role.TENANT_ADMIN)
    elsewhere = member.model_copy(update={"tenant_id": OTHER_TENANT})

    assert tenancy.add_member(member, NOON)
    assert tenancy.add_member(member, NOON)
    assert not tenancy.add_member(elsewhere, NOON)
    tenancy.remove_member(elsewhere)
    assert tenancy.members(TENANT) == [member]
    tenancy.remove_member(member)
    assert tenancy.members(TENANT) == []
    assert tenancy.add_member(elsewhere, NOON)


def test_an_attempt_is_claimed_once(tenancy: TenancyStore) -> None:
    tenancy.admit(entry(), admission(), audit())

    claimed = [tenancy.claim_attempt(TENANT, 2, NOON) for _ in range(2)]

    assert claimed == [True, False]
    assert tenancy.tenant(TENANT).attempt == 2


def test_saving_keeps_the_attempt_and_what_was_shown(tenancy: TenancyStore) -> None:
    stored = tenancy.admit(entry(), admission(), audit())
    tenancy.claim_attempt(TENANT, 2, NOON)
    tenancy.mark_projected(TENANT, 1, NOON)

    tenancy.save(next_version(stored, TenantStatus.ACTIVE), audit())

    kept = tenancy.tenant(TENANT)
    assert (kept.attempt, kept.projected_version) == (2, 1)


def test_relays_at_the_same_time_publish_each_event_once_in_order(tenancy: TenancyStore, processes: Processes) -> None:
    ids = [TENANT, OTHER_TENANT, THIRD_TENANT]
    for tenant_id in ids:
        at = tenancy.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
        for version in range(2, 12):
            at = tenancy.save(next_version(at, TenantStatus.ACTIVE), audit(tenant_id), fact(tenant_id, version))
    published: list[Envelope] = []

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: processes.another().relay(published.extend, NOON, batch=2), range(3)))
    tenancy.relay(published.extend, NOON)

    assert len(published) == 30
    for tenant_id in ids:
        assert [each.version for each in published if each.tenant_id == tenant_id] == list(range(2, 12))
