"""A tenant as it is stored for ever: its record, how its onboarding goes, and what was done to it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from makoto.domain import Instant, TenantId, TenantRecord, Value


class StepStatus(StrEnum):
    """How far a step of an onboarding is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


class OnboardingStep(Value):
    """One step of an onboarding; `cause` says why it failed, in words fit for the operator."""

    step: str
    status: StepStatus
    attempts: int
    started_at: Instant
    finished_at: Instant | None = None
    cause: str | None = None


class FirstAdministrator(Value):
    """Who is invited as the tenant's first user."""

    email: str
    name: str


class OnboardingFailure(Value):
    """Where an onboarding stopped and why; `residue` names what its roll-back could not remove."""

    step: str
    cause: str
    residue: str | None = None


class TenantEntry(Value):
    """A tenant as it is stored: the record that is decided upon, and what surrounds it.

    `projected_version` is the version of the record that the configuration table is known to hold.
    """

    record: TenantRecord
    administrator: FirstAdministrator
    created_at: Instant
    updated_at: Instant
    attempt: int = 1
    suspension_reason: str | None = None
    failure: OnboardingFailure | None = None
    projected_version: int = 0

    @property
    def tenant_id(self) -> str:
        return self.record.tenant_id


class AuditEntry(Value):
    """An administrative act; it can be added and read, never changed."""

    tenant_id: TenantId
    action: str
    actor: str
    detail: Mapping[str, str] = {}
    correlation_id: str
    occurred_at: Instant


class Admission(NamedTuple):
    """The key that a request carried and the fingerprint of its content."""

    key: str
    fingerprint: str


class Keyset(NamedTuple):
    """The place in a listing after which the next page begins: newest first, then by id."""

    created_at: datetime
    tenant_id: str
