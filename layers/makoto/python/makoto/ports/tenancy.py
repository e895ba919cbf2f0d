"""What the platform knows about its tenants for ever: one transaction saves a change, its audit and its event."""

import json
from abc import ABC, abstractmethod
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from makoto.domain import Instant, Page, TenantId, TenantStatus, Value
from makoto.domain.membership import Membership
from makoto.errors import Conflict, FieldError, Invalid, NotFound
from makoto.events import Envelope
from makoto.ports.tenant_entry import Admission, AuditEntry, Keyset, OnboardingStep, TenantEntry

MAX_LIMIT = 200
RELAY_ROUNDS = 50


class Admitted(NamedTuple):
    """The tenant that a key made, and the fingerprint of its request."""

    entry: TenantEntry
    fingerprint: str


class TenantNotFound(NotFound):
    """There is no such tenant."""


class TenantChanged(Conflict):
    """Somebody else changed the tenant in between: read it again."""


class OrganizationTaken(Conflict):
    """A living tenant has this organization's code."""


class IdempotencyKeyReused(Invalid):
    """The idempotency key belongs to a request with another content."""


Publish = Callable[[Sequence[Envelope]], None]


class TenancyStore(ABC):
    """The register of tenants: rules, cursors and wording are here, once; what a store must do is abstract.

    Each abstract method is one transaction, bound to the tenant that it names.
    """

    def admit(self, entry: TenantEntry, admission: Admission, audit: AuditEntry) -> TenantEntry:
        """Store a new tenant, or return the one that this key made before.

        Raises IdempotencyKeyReused when the key came with another content, OrganizationTaken.
        """
        if self.insert(entry, admission, audit):
            return entry
        earlier = self.admitted_before(admission)
        if earlier is None:
            raise OrganizationTaken(f"the organization {entry.record.organization} is a tenant already")
        return earlier

    def admitted_before(self, admission: Admission) -> TenantEntry | None:
        """Find the tenant that this key made; IdempotencyKeyReused when it came with another content."""
        earlier = self.admitted(admission.key)
        if earlier is None:
            return None
        if earlier.fingerprint != admission.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key was used with another body: use a new key")
        return earlier.entry

    def tenant(self, tenant_id: str) -> TenantEntry:
        """Read a tenant; TenantNotFound."""
        found = self.read(tenant_id)
        if found is None:
            raise TenantNotFound(f"there is no tenant {tenant_id}")
        return found

    def tenants(
        self, *, status: TenantStatus | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[TenantEntry]:
        """List tenants, the newest first."""
        after = None if cursor is None else _read_cursor(cursor, status)
        found = self.page(status, after, min(limit, MAX_LIMIT) + 1)
        kept = tuple(found[: min(limit, MAX_LIMIT)])
        return Page(items=kept, next_cursor=_cursor(kept[-1], status) if len(found) > len(kept) else None)

    def save(self, entry: TenantEntry, audit: AuditEntry, event: Envelope | None = None) -> TenantEntry:
        """Save the next version with its audit and event; TenantChanged when it is not the next one any more.

        OrganizationTaken when the tenant comes back to a life in which another one has its organization's code.
        """
        if not self.update(entry, audit, event):
            raise TenantChanged(f"tenant {entry.tenant_id} was changed by somebody else: read it and try again")
        return entry

    def relay(self, publish: Publish, now: datetime, *, batch: int = 10) -> int:
        """Publish what is unpublished, in order per aggregate; returns how many events left."""
        published = 0
        for _ in range(RELAY_ROUNDS):
            done = self.relay_heads(publish, batch, now)
            published += done
            if done == 0:
                break
        return published

    @abstractmethod
    def insert(self, entry: TenantEntry, admission: Admission, audit: AuditEntry) -> bool:
        """Store a new tenant; False when the key or the organization's code is taken."""

    @abstractmethod
    def admitted(self, key: str) -> Admitted | None:
        """Read what a key made."""

    @abstractmethod
    def read(self, tenant_id: str) -> TenantEntry | None: ...

    @abstractmethod
    def page(self, status: TenantStatus | None, after: Keyset | None, limit: int) -> Sequence[TenantEntry]:
        """Read newest first, from after the given place."""

    @abstractmethod
    def update(self, entry: TenantEntry, audit: AuditEntry, event: Envelope | None) -> bool:
        """Save over version `entry.record.version - 1`, with audit and event, or save nothing and say so."""

    @abstractmethod
    def mark_projected(self, tenant_id: str, version: int, now: datetime) -> None:
        """Remember that the configuration table holds this version or a newer one, and when it was shown."""

    @abstractmethod
    def unprojected(self, limit: int) -> Sequence[TenantEntry]: ...

    @abstractmethod
    def unfinished(self, status: TenantStatus, before: datetime, limit: int) -> Sequence[TenantEntry]:
        """Read the tenants that have stood in this status since before the instant, the oldest first."""

    @abstractmethod
    def removable(self, before: datetime, limit: int) -> Sequence[TenantEntry]:
        """Read the tenants that the hot path was shown as deleting before the instant, the earliest shown first."""

    @abstractmethod
    def claim_attempt(self, tenant_id: str, attempt: int, now: datetime) -> bool:
        """Raise the attempt of an onboarding from `attempt - 1`; one of several callers succeeds."""

    @abstractmethod
    def steps(self, tenant_id: str) -> Sequence[OnboardingStep]:
        """Read the steps in the order in which they began."""

    @abstractmethod
    def save_step(self, tenant_id: str, step: OnboardingStep) -> None: ...

    @abstractmethod
    def add_member(self, membership: Membership, now: datetime) -> bool:
        """Store a membership; False when the person is a member of another tenant."""

    @abstractmethod
    def members(self, tenant_id: str) -> Sequence[Membership]: ...

    @abstractmethod
    def remove_member(self, membership: Membership) -> None: ...

    @abstractmethod
    def audit_of(self, tenant_id: str) -> Sequence[AuditEntry]: ...

    @abstractmethod
    def relay_heads(self, publish: Publish, limit: int, now: datetime) -> int:
        """Publish the first unpublished event of up to `limit` aggregates and mark them, or neither.

        Several relays share the work; none publishes an aggregate's later event before its earlier one.
        """

    @abstractmethod
    def purge_published(self, before: datetime, limit: int) -> int:
        """Forget up to `limit` events that were published before the instant; returns how many."""


def _cursor(entry: TenantEntry, status: TenantStatus | None) -> str:
    """Say where to go on. It is not signed: whoever may list may begin anywhere in the list."""
    place = [entry.created_at.isoformat(), entry.tenant_id, status and status.value]
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


class _Place(Value):
    created_at: Instant
    tenant_id: TenantId


def _read_cursor(cursor: str, status: TenantStatus | None) -> Keyset:
    try:
        created_at, tenant_id, of_status = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = _Place(created_at=created_at, tenant_id=tenant_id)
    except (NotBase64, ValueError, TypeError, ValidationError) as error:
        raise _bad_cursor("the cursor is not one of ours") from error
    if of_status != (status and status.value):
        raise _bad_cursor("the cursor belongs to a listing with another filter")
    return Keyset(place.created_at, place.tenant_id)


def _bad_cursor(detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError("/query/cursor", "cursor", detail)])
