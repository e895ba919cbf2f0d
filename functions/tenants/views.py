"""What a caller sees of a tenant."""

from typing import Literal

from functions.tenants.model import STEPS
from makoto.domain import Instant, TenantRecord, TenantStatus, Value
from makoto.ports.tenant_entry import OnboardingFailure, OnboardingStep, TenantEntry


class AcceptedTenant(Value):
    """The answer to an onboarding, the same however often the request is sent; progress is at the Location."""

    tenant_id: str
    name: str
    organization: str
    status: Literal["onboarding"] = "onboarding"
    created_at: Instant


class TenantProfile(Value):
    """A tenant as its own members see it."""

    tenant_id: str
    name: str
    organization: str
    status: TenantStatus
    cloud_provider: str
    region: str
    features: tuple[str, ...]
    time_zone: str
    locale: str


class TenantSummary(TenantProfile):
    """A tenant in the operator's list; the account's role and external id are never shown."""

    account_id: str | None  # of a tenant in AWS
    version: int
    created_at: Instant
    updated_at: Instant
    suspension_reason: str | None


class TenantDetail(TenantSummary):
    """A tenant with the steps of its onboarding and, if it failed, where and why."""

    administrator: str
    steps: tuple[OnboardingStep, ...]
    failure: OnboardingFailure | None


def accepted(entry: TenantEntry) -> AcceptedTenant:
    """Show what was accepted."""
    record = entry.record
    return AcceptedTenant(
        tenant_id=record.tenant_id, name=record.name, organization=record.organization, created_at=entry.created_at
    )


def profile(record: TenantRecord) -> TenantProfile:
    """Show a tenant to its members."""
    return TenantProfile(**_profile(record))


def summary(entry: TenantEntry) -> TenantSummary:
    """Show a tenant in a list."""
    return TenantSummary(**_summary(entry))


def detail(entry: TenantEntry, steps: tuple[OnboardingStep, ...]) -> TenantDetail:
    """Show all of a tenant, its steps in the order in which they run."""
    ordered = tuple(sorted(steps, key=lambda step: STEPS.index(step.step)))
    return TenantDetail(
        **_summary(entry), administrator=entry.administrator.email, steps=ordered, failure=entry.failure
    )


def _profile(record: TenantRecord) -> dict[str, object]:
    shown = record.model_dump(exclude={"cloud", "version", "residency", "llm", "move"})
    return {**shown, "cloud_provider": record.cloud.provider, "region": record.cloud.region}


def _summary(entry: TenantEntry) -> dict[str, object]:
    around = entry.model_dump(include={"created_at", "updated_at", "suspension_reason"})
    cloud = entry.record.cloud
    return {
        **_profile(entry.record),
        **around,
        "account_id": getattr(cloud, "account_id", None),
        "version": entry.record.version,
    }
