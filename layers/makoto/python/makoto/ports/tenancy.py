"""What the platform knows about its tenants for ever: one transaction saves a change, its audit and its event."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from makoto.domain import Instant, Page, TenantId, TenantStatus, Value
from makoto.domain.membership import Membership
from makoto.errors import Conflict, FieldError, Invalid, NotFound
from makoto.events import Envelope
from makoto.ports.tenant_entry import Admission, AuditEntry, Keyset, OnboardingStep, TenantEntry

MAX_LIMIT = 200
RELAY_ROUNDS = 50


class TenantNotFound(NotFound):
    """There is no such tenant."""


class TenantChanged(Conflict):
    """Somebody else changed the tenant in between: read it again."""


class OrganizationTaken(Conflict):
    """A living tenant has this organization's code."""


class IdempotencyKeyReused(Invalid):
    """The idempotency key belongs to a request with another content."""


Publish = Callable[[Sequence[Envelope]], None]


class TenancyDriver(Protocol):
    """One transactional store; every method is one transaction, bound to the tenant that it names."""

    def insert(self, entry: TenantEntry, admission: Admission, audit: AuditEntry) -> bool:
        """Store a new tenant; False when the key is taken, OrganizationTaken when the organization's code is."""
        ...

    def admitted(self, key: str) -> tuple[TenantEntry, str] | None:
        """Read the tenant that a key made, with the fingerprint of its request."""
        ...

    def read(self, tenant_id: str) -> TenantEntry | None: ...

    def page(self, status: TenantStatus | None, after: Keyset | None, limit: int) -> Sequence[TenantEntry]:
        """Read newest first, from after the given place."""
        ...

    def update(self, entry: TenantEntry, audit: AuditEntry, event: Envelope | None) -> bool:
        """Save over version `entry.record.version - 1`, with audit and event, or save nothing and say so."""
        ...

    def mark_projected(self, tenant_id: str, version: int) -> None:
        """Remember that the configuration table holds this version or a newer one."""
        ...

    def unprojected(self, limit: int) -> Sequence[TenantEntry]: ...

    def unfinished(self, status: TenantStatus, before: datetime, limit: int) -> Sequence[TenantEntry]:
        """Read the tenants that have stood in this status since before the instant, the oldest first."""
        ...

    def claim_attempt(self, tenant_id: str, attempt: int, now: datetime) -> bool:
        """Raise the attempt of an onboarding from `attempt - 1`; one of several callers succeeds."""
        ...

    def steps(self, tenant_id: str) -> Sequence[OnboardingStep]:
        """Read the steps in the order in which they began."""
        ...

    def save_step(self, tenant_id: str, step: OnboardingStep) -> None: ...

    def add_member(self, membership: Membership, now: datetime) -> bool:
        """Store a membership; False when the person is a member of another tenant."""
        ...

    def members(self, tenant_id: str) -> Sequence[Membership]: ...

    def remove_member(self, membership: Membership) -> None: ...

    def audit_of(self, tenant_id: str) -> Sequence[AuditEntry]: ...

    def relay(self, publish: Publish, limit: int, now: datetime) -> int:
        """Publish the first unpublished event of up to `limit` aggregates and mark them, or neither.

        Several relays share the work; none publishes an aggregate's later event before its earlier one.
        """
        ...


class TenancyStore:
    """The register of tenants; rules, cursors and wording are here, once."""

    def __init__(self, driver: TenancyDriver) -> None:
        self.driver = driver

    def admit(self, entry: TenantEntry, admission: Admission, audit: AuditEntry) -> TenantEntry:
        """Store a new tenant, or return the one that this key made before.

        Raises IdempotencyKeyReused when the key came with another content, OrganizationTaken.
        """
        earlier = self.driver.admitted(admission.key)
        if earlier is None and self.driver.insert(entry, admission, audit):
            return entry
        found, fingerprint = earlier or self._admitted(admission.key)
        if fingerprint != admission.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key was used with another body: use a new key")
        return found

    def _admitted(self, key: str) -> tuple[TenantEntry, str]:
        found = self.driver.admitted(key)
        if found is None:
            raise TenantChanged("another request with this Idempotency-Key has just been undone: send it again")
        return found

    def tenant(self, tenant_id: str) -> TenantEntry:
        """Read a tenant; TenantNotFound."""
        found = self.driver.read(tenant_id)
        if found is None:
            raise TenantNotFound(f"there is no tenant {tenant_id}")
        return found

    def tenants(
        self, *, status: TenantStatus | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[TenantEntry]:
        """List tenants, the newest first."""
        after = None if cursor is None else _read_cursor(cursor, status)
        found = self.driver.page(status, after, min(limit, MAX_LIMIT) + 1)
        kept = tuple(found[: min(limit, MAX_LIMIT)])
        return Page(items=kept, next_cursor=_cursor(kept[-1], status) if len(found) > len(kept) else None)

    def save(self, entry: TenantEntry, audit: AuditEntry, event: Envelope | None = None) -> TenantEntry:
        """Save the next version with its audit and event; TenantChanged when it is not the next one any more."""
        if not self.driver.update(entry, audit, event):
            raise TenantChanged(f"tenant {entry.tenant_id} was changed by somebody else: read it and try again")
        return entry

    def enrol(self, membership: Membership, now: datetime) -> bool:
        """Store a membership, again if need be; False when the person is a member of another tenant."""
        return self.driver.add_member(membership, now)

    def relay(self, publish: Publish, now: datetime, *, batch: int = 10) -> int:
        """Publish what is unpublished, in order per aggregate; returns how many events left."""
        published = 0
        for _ in range(RELAY_ROUNDS):
            done = self.driver.relay(publish, batch, now)
            published += done
            if done == 0:
                break
        return published


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
