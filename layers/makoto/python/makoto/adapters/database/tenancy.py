"""The register of tenants in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from makoto.adapters.database.connection import Connection, Database, Row
from makoto.domain import TenantStatus
from makoto.domain.membership import Membership
from makoto.events import Envelope
from makoto.ports.tenancy import Admitted, OrganizationTaken, Publish, TenancyStore
from makoto.ports.tenant_entry import Admission, AuditEntry, Keyset, OnboardingStep, TenantEntry

_OF_THE_CLOUD = ("cloud", "residency", "llm", "move")
_RECORD = ("tenant_id", "name", "organization", "status", *_OF_THE_CLOUD, "features", "time_zone", "locale", "version")
_AROUND = ("administrator", "created_at", "updated_at", "attempt", "suspension_reason", "failure", "projected_version")
_INSERT: LiteralString = """
    INSERT INTO tenants (tenant_id, name, organization, status, cloud, residency, llm, move, features, time_zone,
        locale, version, administrator, created_at, updated_at, attempt, suspension_reason, failure, projected_version,
        idempotency_key, fingerprint)
    VALUES (%(tenant_id)s, %(name)s, %(organization)s, %(status)s, %(cloud)s, %(residency)s, %(llm)s,
        %(move)s, %(features)s, %(time_zone)s, %(locale)s, %(version)s, %(administrator)s, %(created_at)s,
        %(updated_at)s, %(attempt)s, %(suspension_reason)s, %(failure)s, %(projected_version)s, %(key)s,
        %(fingerprint)s)
    ON CONFLICT DO NOTHING"""

_UPDATE: LiteralString = """
    UPDATE tenants SET name = %(name)s, status = %(status)s, cloud = %(cloud)s,
        residency = %(residency)s, llm = %(llm)s, move = %(move)s, features = %(features)s,
        time_zone = %(time_zone)s, locale = %(locale)s, version = %(version)s, updated_at = %(updated_at)s,
        suspension_reason = %(suspension_reason)s, failure = %(failure)s
    WHERE tenant_id = %(tenant_id)s AND version = %(version)s - 1"""

_PAGE: LiteralString = """
    SELECT * FROM tenants
    WHERE (%(status)s::text IS NULL OR status = %(status)s)
      AND (%(at)s::timestamptz IS NULL OR (created_at, tenant_id) < (%(at)s, %(id)s))
    ORDER BY created_at DESC, tenant_id DESC LIMIT %(limit)s"""

_SAVE_STEP: LiteralString = """
    INSERT INTO onboarding_steps (tenant_id, step, status, attempts, started_at, finished_at, cause)
    VALUES (%(tenant_id)s, %(step)s, %(status)s, %(attempts)s, %(started_at)s, %(finished_at)s, %(cause)s)
    ON CONFLICT (tenant_id, step) DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
        finished_at = excluded.finished_at, cause = excluded.cause"""

_HEADS: LiteralString = """
    SELECT event_id, envelope FROM outbox head
    WHERE published_at IS NULL AND NOT EXISTS (
        SELECT FROM outbox earlier
        WHERE earlier.published_at IS NULL AND earlier.aggregate = head.aggregate AND earlier.version < head.version)
    ORDER BY occurred_at LIMIT %s FOR UPDATE OF head SKIP LOCKED"""


_REMOVABLE: LiteralString = """
    SELECT * FROM tenants
    WHERE status = 'deleting' AND projected_version >= version AND coalesce(projected_at, updated_at) < %s
    ORDER BY coalesce(projected_at, updated_at) LIMIT %s"""

_PURGE: LiteralString = """
    DELETE FROM outbox WHERE event_id IN (
        SELECT event_id FROM outbox WHERE published_at < %s ORDER BY published_at LIMIT %s)"""


class PostgresTenancy(TenancyStore):
    """One method, one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Let go of the connection, as the end of a process does."""
        self._database.close()

    def insert(self, entry: TenantEntry, admission: Admission, audit: AuditEntry) -> bool:
        given = {**_row(entry), "key": admission.key, "fingerprint": admission.fingerprint}
        with self._database.platform() as connection:
            if connection.execute(_INSERT, given).rowcount == 0:
                return False
            _append_audit(connection, audit)
        return True

    def admitted(self, key: str) -> Admitted | None:
        query: LiteralString = "SELECT * FROM tenants WHERE idempotency_key = %s"
        with self._database.platform() as connection:
            row = connection.execute(query, (key,)).fetchone()
        return None if row is None else Admitted(_entry(row), row["fingerprint"])

    def read(self, tenant_id: str) -> TenantEntry | None:
        query: LiteralString = "SELECT * FROM tenants WHERE tenant_id = %s"
        with self._database.tenant(tenant_id) as connection:
            row = connection.execute(query, (tenant_id,)).fetchone()
        return None if row is None else _entry(row)

    def page(self, status: TenantStatus | None, after: Keyset | None, limit: int) -> Sequence[TenantEntry]:
        at, tenant_id = after or (None, None)
        given = {"status": status and status.value, "at": at, "id": tenant_id, "limit": limit}
        with self._database.platform() as connection:
            return [_entry(row) for row in connection.execute(_PAGE, given)]

    def update(self, entry: TenantEntry, audit: AuditEntry, event: Envelope | None) -> bool:
        try:
            with self._database.tenant(entry.tenant_id) as connection:
                if connection.execute(_UPDATE, _row(entry)).rowcount == 0:
                    return False
                _append_audit(connection, audit)
                if event is not None:
                    _append_event(connection, event)
        except UniqueViolation as taken:
            raise OrganizationTaken(f"the organization {entry.record.organization} is another tenant's") from taken
        return True

    def mark_projected(self, tenant_id: str, version: int, now: datetime) -> None:
        query: LiteralString = """UPDATE tenants SET projected_version = %(version)s, projected_at = %(now)s
            WHERE tenant_id = %(tenant_id)s AND projected_version <= %(version)s"""
        with self._database.tenant(tenant_id) as connection:
            connection.execute(query, {"tenant_id": tenant_id, "version": version, "now": now})

    def unprojected(self, limit: int) -> Sequence[TenantEntry]:
        query: LiteralString = """SELECT * FROM tenants WHERE projected_version < version
            ORDER BY updated_at LIMIT %s"""
        with self._database.platform() as connection:
            return [_entry(row) for row in connection.execute(query, (limit,))]

    def unfinished(self, status: TenantStatus, before: datetime, limit: int) -> Sequence[TenantEntry]:
        query: LiteralString = """SELECT * FROM tenants WHERE status = %s AND updated_at < %s
            ORDER BY updated_at LIMIT %s"""
        with self._database.platform() as connection:
            return [_entry(row) for row in connection.execute(query, (status.value, before, limit))]

    def removable(self, before: datetime, limit: int) -> Sequence[TenantEntry]:
        with self._database.platform() as connection:
            return [_entry(row) for row in connection.execute(_REMOVABLE, (before, limit))]

    def claim_attempt(self, tenant_id: str, attempt: int, now: datetime) -> bool:
        query: LiteralString = """UPDATE tenants SET attempt = %(attempt)s, updated_at = %(now)s
            WHERE tenant_id = %(tenant_id)s AND attempt = %(attempt)s - 1 AND status = 'onboarding'"""
        with self._database.tenant(tenant_id) as connection:
            done = connection.execute(query, {"tenant_id": tenant_id, "attempt": attempt, "now": now})
            return done.rowcount == 1

    def steps(self, tenant_id: str) -> Sequence[OnboardingStep]:
        query: LiteralString = """SELECT step, status, attempts, started_at, finished_at, cause FROM onboarding_steps
            WHERE tenant_id = %s ORDER BY started_at, step"""
        with self._database.tenant(tenant_id) as connection:
            return [OnboardingStep.model_validate(row) for row in connection.execute(query, (tenant_id,))]

    def save_step(self, tenant_id: str, step: OnboardingStep) -> None:
        with self._database.tenant(tenant_id) as connection:
            connection.execute(_SAVE_STEP, {"tenant_id": tenant_id, **step.model_dump()})

    def add_member(self, membership: Membership, now: datetime) -> bool:
        insert: LiteralString = """INSERT INTO memberships (username, tenant_id, role, created_at)
            VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"""
        mine: LiteralString = "SELECT FROM memberships WHERE username = %s AND tenant_id = %s"
        username, tenant_id = membership.username, membership.tenant_id
        with self._database.tenant(tenant_id) as connection:
            connection.execute(insert, (username, tenant_id, membership.role.value, now))
            return connection.execute(mine, (username, tenant_id)).fetchone() is not None

    def members(self, tenant_id: str) -> Sequence[Membership]:
        query: LiteralString = """SELECT username, tenant_id, role FROM memberships
            WHERE tenant_id = %s ORDER BY username"""
        with self._database.tenant(tenant_id) as connection:
            return [Membership.model_validate(row) for row in connection.execute(query, (tenant_id,))]

    def remove_member(self, membership: Membership) -> None:
        delete: LiteralString = "DELETE FROM memberships WHERE username = %s AND tenant_id = %s"
        with self._database.tenant(membership.tenant_id) as connection:
            connection.execute(delete, (membership.username, membership.tenant_id))

    def audit_of(self, tenant_id: str) -> Sequence[AuditEntry]:
        query: LiteralString = """SELECT tenant_id, action, actor, detail, correlation_id, occurred_at FROM audit
            WHERE tenant_id = %s ORDER BY audit_id"""
        with self._database.tenant(tenant_id) as connection:
            return [AuditEntry.model_validate(row) for row in connection.execute(query, (tenant_id,))]

    def relay_heads(self, publish: Publish, limit: int, now: datetime) -> int:
        mark: LiteralString = "UPDATE outbox SET published_at = %s WHERE event_id = ANY(%s)"
        with self._database.platform() as connection:
            heads = connection.execute(_HEADS, (limit,)).fetchall()
            if heads:
                publish([Envelope.model_validate(head["envelope"]) for head in heads])
                connection.execute(mark, (now, [head["event_id"] for head in heads]))
        return len(heads)

    def purge_published(self, before: datetime, limit: int) -> int:
        with self._database.platform() as connection:
            return connection.execute(_PURGE, (before, limit)).rowcount


def _append_audit(connection: Connection, audit: AuditEntry) -> None:
    insert: LiteralString = """INSERT INTO audit (tenant_id, action, actor, detail, correlation_id, occurred_at)
        VALUES (%(tenant_id)s, %(action)s, %(actor)s, %(detail)s, %(correlation_id)s, %(occurred_at)s)"""
    connection.execute(insert, {**audit.model_dump(), "detail": Jsonb(dict(audit.detail))})


def _append_event(connection: Connection, event: Envelope) -> None:
    insert: LiteralString = """INSERT INTO outbox (event_id, tenant_id, aggregate, version, envelope, occurred_at)
        VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
    envelope = Jsonb(event.model_dump(mode="json"))
    row = (event.id, event.tenant_id, event.aggregate, event.version, envelope, event.occurred_at)
    connection.execute(insert, row)


def _row(entry: TenantEntry) -> Row:
    record = entry.record.model_dump()
    around = entry.model_dump(include=set(_AROUND))
    return {
        **record,
        **around,
        "cloud": Jsonb(record["cloud"]),
        "residency": list(entry.record.residency),
        "llm": record["llm"] and Jsonb(record["llm"]),
        "move": record["move"] and Jsonb(record["move"]),
        "features": list(entry.record.features),
        "administrator": Jsonb(around["administrator"]),
        "failure": entry.failure and Jsonb(around["failure"]),
    }


def _entry(row: Row) -> TenantEntry:
    record = {name: row[name] for name in _RECORD}
    return TenantEntry.model_validate({"record": record, **{name: row[name] for name in _AROUND}})
