"""Several writes as one: lock what is there, look at the conditions, write, commit."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from makoto.adapters.stores.postgres.bulk import delete_parameters, portions, put_parameters
from makoto.adapters.stores.postgres.errors import translated
from makoto.adapters.stores.postgres.pool import Session
from makoto.adapters.stores.postgres.statements import Statements, place_of
from makoto.errors import Throttled
from makoto.ports.documents import (
    Always,
    Check,
    Condition,
    ConditionRefused,
    Delete,
    IfAbsent,
    IfVersion,
    Put,
    Write,
)

Locked = Mapping[tuple[str, str], tuple[str, datetime | None]]
"""Version and expiry by key, as indexed, of the rows that this transaction holds."""


def write_as_one(
    session: Session, sql: Statements, writes: Sequence[Write], now: datetime, version: Callable[[], str]
) -> None:
    """Do all or none; ConditionRefused names the first that fails. MaybeApplied only once the commit was sent."""
    with translated():
        session.execute(b"BEGIN")
        try:
            if any(not isinstance(write.when, Always) for write in writes):
                _require(writes, _locked(session, sql, writes), now)
            _write(session, sql, writes, now, version)
        except BaseException:
            _roll_back(session)
            raise
    with translated(writing=True):
        session.execute(b"COMMIT")


def _locked(session: Session, sql: Statements, writes: Sequence[Write]) -> Locked:
    keys = sorted(write.key for write in writes)
    rows = session.execute(sql.lock_many, delete_parameters(keys)).fetchall()
    return {(place, each): (version, expires_at) for place, each, version, expires_at in rows}


def _require(writes: Sequence[Write], locked: Locked, now: datetime) -> None:
    for index, write in enumerate(writes):
        version, expires_at = locked.get((place_of(write.key.partition), write.key.id), (None, None))
        if expires_at is not None and expires_at <= now:
            version = None
        if not _holds(write.when, version):
            raise ConditionRefused(index)


def _holds(when: Condition, version: str | None) -> bool:
    match when:
        case IfAbsent():
            return version is None
        case IfVersion(expected):
            return version == expected
        case _:
            return True


def _write(
    session: Session, sql: Statements, writes: Sequence[Write], now: datetime, version: Callable[[], str]
) -> None:
    """Hold the keys that must be absent by rows, which a check and a delete take away again before the commit."""
    for rows in portions([_placeholder(write) for write in writes if isinstance(write.when, IfAbsent)]):
        touched = session.execute(sql.put_many_if_absent, (*put_parameters(rows, version), now)).rowcount
        if touched < len(rows):
            raise Throttled("another write was in the way")
    over = [write for write in writes if isinstance(write, Put) and not isinstance(write.when, IfAbsent)]
    for rows in portions(over):
        session.execute(sql.put_many, put_parameters(rows, version))
    gone = [write.key for write in writes if _leaves_nothing(write)]
    if gone:
        session.execute(sql.delete_many, delete_parameters(gone))


def _leaves_nothing(write: Write) -> bool:
    return isinstance(write, Delete) or (isinstance(write, Check) and isinstance(write.when, IfAbsent))


def _placeholder(write: Write) -> Put:
    return write if isinstance(write, Put) else Put(write.key, {})


def _roll_back(session: Session) -> None:
    import psycopg

    with suppress(psycopg.Error):  # a session that is broken has rolled back, and the pool lets go of it
        session.execute(b"ROLLBACK")
