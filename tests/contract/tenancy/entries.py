"""Tenants, acts and facts as the register stores them, showing only what matters to a test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from makoto.domain import TenantStatus
from makoto.events import Envelope
from makoto.events.tenants import TenantResumed
from makoto.ports.tenant_entry import Admission, AuditEntry, FirstAdministrator, TenantEntry
from tests.builders import TENANT, tenant_record

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def entry(tenant_id: str = TENANT, *, minutes: int = 0, **record: Any) -> TenantEntry:
    """A tenant that is being onboarded since so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    given = {"status": TenantStatus.ONBOARDING, "organization": f"org-{tenant_id}", **record}
    administrator = FirstAdministrator(email="hanako@example.com", name="山田 花子")
    return TenantEntry(
        record=tenant_record(tenant_id, **given), administrator=administrator, created_at=at, updated_at=at
    )


def next_version(of: TenantEntry, status: TenantStatus, **around: Any) -> TenantEntry:
    """The entry after one more decision."""
    record = of.record.model_copy(update={"status": status, "version": of.record.version + 1})
    return of.model_copy(update={"record": record, **around})


def audit(tenant_id: str = TENANT, action: str = "tenant.onboard") -> AuditEntry:
    """An act of the operator."""
    return AuditEntry(
        tenant_id=tenant_id,
        action=action,
        actor="operator@example.com",
        detail={"why": "契約"},
        correlation_id="request-1",
        occurred_at=NOON,
    )


def fact(tenant_id: str = TENANT, version: int = 2) -> Envelope:
    """A fact about one version of a tenant."""
    return Envelope.around(
        TenantResumed(tenant_id=tenant_id),
        tenant_id=tenant_id,
        aggregate=f"tenant/{tenant_id}",
        version=version,
        occurred_at=NOON,
        correlation_id="request-1",
    )


def admission(key: str = "key-1", fingerprint: str = "print-1") -> Admission:
    """A request's idempotency key and the print of its body."""
    return Admission(key, fingerprint)
