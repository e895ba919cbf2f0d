"""The register of tenants in this process."""

import threading
from collections.abc import Sequence
from datetime import datetime

from makoto.domain import TenantStatus
from makoto.domain.membership import Membership
from makoto.events import Envelope
from makoto.ports.tenancy import Admitted, OrganizationTaken, Publish, TenancyStore
from makoto.ports.tenant_entry import Admission, AuditEntry, Keyset, OnboardingStep, TenantEntry
from makoto.settings import RuntimeSettings

_CODE_IS_TAKEN_WHILE = frozenset({TenantStatus.ONBOARDING, TenantStatus.ACTIVE, TenantStatus.SUSPENDED})


class MemoryTenancy(TenancyStore):
    """Dictionaries behind one lock, which is what makes each method a transaction."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: dict[str, TenantEntry] = {}
        self._admissions: dict[str, tuple[str, str]] = {}
        self._steps: dict[str, dict[str, OnboardingStep]] = {}
        self._members: dict[str, Membership] = {}
        self._audit: list[AuditEntry] = []
        self._projected_at: dict[str, datetime] = {}
        self._outbox: list[Envelope] = []
        self._published_at: list[datetime] = []

    def insert(self, entry: TenantEntry, admission: Admission, audit: AuditEntry) -> bool:
        with self._lock:
            if admission.key in self._admissions or self._is_taken(entry):
                return False
            self._entries[entry.tenant_id] = entry
            self._admissions[admission.key] = (entry.tenant_id, admission.fingerprint)
            self._audit.append(audit)
        return True

    def _is_taken(self, entry: TenantEntry) -> bool:
        others = (each.record for each in self._entries.values() if each.tenant_id != entry.tenant_id)
        taken = {each.organization for each in others if each.status in _CODE_IS_TAKEN_WHILE}
        return entry.record.organization in taken and entry.record.status in _CODE_IS_TAKEN_WHILE

    def admitted(self, key: str) -> Admitted | None:
        tenant_id, fingerprint = self._admissions.get(key, ("", ""))
        return Admitted(self._entries[tenant_id], fingerprint) if tenant_id else None

    def read(self, tenant_id: str) -> TenantEntry | None:
        return self._entries.get(tenant_id)

    def page(self, status: TenantStatus | None, after: Keyset | None, limit: int) -> Sequence[TenantEntry]:
        found = [entry for entry in self._entries.values() if status in (None, entry.record.status)]
        found.sort(key=_place, reverse=True)
        return [entry for entry in found if after is None or _place(entry) < after][:limit]

    def update(self, entry: TenantEntry, audit: AuditEntry, event: Envelope | None) -> bool:
        with self._lock:
            before = self._entries.get(entry.tenant_id)
            if before is None or before.record.version != entry.record.version - 1:
                return False
            if self._is_taken(entry):
                raise OrganizationTaken(f"the organization {entry.record.organization} is another tenant's")
            kept = {"attempt": before.attempt, "projected_version": before.projected_version}
            self._entries[entry.tenant_id] = entry.model_copy(update=kept)
            self._audit.append(audit)
            self._outbox += [] if event is None else [event]
        return True

    def mark_projected(self, tenant_id: str, version: int, now: datetime) -> None:
        with self._lock:
            entry = self._entries[tenant_id]
            if entry.projected_version <= version:
                self._entries[tenant_id] = entry.model_copy(update={"projected_version": version})
                self._projected_at[tenant_id] = now

    def unprojected(self, limit: int) -> Sequence[TenantEntry]:
        behind = [entry for entry in self._entries.values() if entry.projected_version < entry.record.version]
        return sorted(behind, key=lambda entry: entry.updated_at)[:limit]

    def unfinished(self, status: TenantStatus, before: datetime, limit: int) -> Sequence[TenantEntry]:
        found = [each for each in self._entries.values() if each.record.status is status and each.updated_at < before]
        return sorted(found, key=lambda entry: entry.updated_at)[:limit]

    def removable(self, before: datetime, limit: int) -> Sequence[TenantEntry]:
        deleting = [each for each in self._entries.values() if each.record.status is TenantStatus.DELETING]
        shown = [each for each in deleting if each.projected_version >= each.record.version]
        found = [each for each in shown if self._projected_at[each.tenant_id] < before]
        return sorted(found, key=lambda entry: self._projected_at[entry.tenant_id])[:limit]

    def claim_attempt(self, tenant_id: str, attempt: int, now: datetime) -> bool:
        with self._lock:
            entry = self._entries[tenant_id]
            if entry.attempt != attempt - 1 or entry.record.status is not TenantStatus.ONBOARDING:
                return False
            self._entries[tenant_id] = entry.model_copy(update={"attempt": attempt, "updated_at": now})
        return True

    def steps(self, tenant_id: str) -> Sequence[OnboardingStep]:
        return sorted(self._steps.get(tenant_id, {}).values(), key=lambda step: (step.started_at, step.step))

    def save_step(self, tenant_id: str, step: OnboardingStep) -> None:
        with self._lock:
            steps = self._steps.setdefault(tenant_id, {})
            first = steps.get(step.step, step).started_at
            steps[step.step] = step.model_copy(update={"started_at": first})

    def add_member(self, membership: Membership, now: datetime) -> bool:
        with self._lock:
            found = self._members.setdefault(membership.username, membership)
        return found.tenant_id == membership.tenant_id

    def members(self, tenant_id: str) -> Sequence[Membership]:
        mine = [member for member in self._members.values() if member.tenant_id == tenant_id]
        return sorted(mine, key=lambda member: member.username)

    def remove_member(self, membership: Membership) -> None:
        with self._lock:
            found = self._members.get(membership.username)
            if found is not None and found.tenant_id == membership.tenant_id:
                del self._members[membership.username]

    def audit_of(self, tenant_id: str) -> Sequence[AuditEntry]:
        return [audit for audit in self._audit if audit.tenant_id == tenant_id]

    def relay_heads(self, publish: Publish, limit: int, now: datetime) -> int:
        with self._lock:
            heads: dict[str, Envelope] = {}
            for envelope in self._outbox:
                heads.setdefault(envelope.aggregate, envelope)
            chosen = list(heads.values())[:limit]
            if chosen:
                publish(chosen)
            self._outbox = [envelope for envelope in self._outbox if envelope not in chosen]
            self._published_at += [now] * len(chosen)
        return len(chosen)

    def purge_published(self, before: datetime, limit: int) -> int:
        with self._lock:
            old = sorted(at for at in self._published_at if at < before)[:limit]
            for at in old:
                self._published_at.remove(at)
        return len(old)


def _place(entry: TenantEntry) -> Keyset:
    return Keyset(entry.created_at, entry.tenant_id)


def connect(settings: RuntimeSettings) -> MemoryTenancy:
    """Start empty."""
    return MemoryTenancy()
