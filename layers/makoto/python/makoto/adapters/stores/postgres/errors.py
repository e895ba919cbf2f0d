"""The vendor's errors in our words, the most specific first."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from makoto.errors import Forbidden, Invalid, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import MaybeApplied

if TYPE_CHECKING:
    import psycopg

_TOO_MANY = re.compile(r"too many (clients|connections)|remaining connection slots")
_NO_DATABASE = re.compile(r'database ".*" does not exist')
_NOT_LET_IN = re.compile(r'password|role ".*" (does not exist|is not permitted to log in)|no pg_hba\.conf entry')
_NOT_READY = re.compile(r"FATAL: +the database system is|certificate|SSL|timeout|timed out|Connection refused")
_CUT_OFF = frozenset({"57P01", "57P02", "57P05"})  # the server ended the session: nobody knows how far it had come


@contextmanager
def translated(*, writing: bool = False) -> Iterator[None]:
    """Turn psycopg's errors into the six kinds; while writing, a lost answer is `MaybeApplied`.

    An error that only a mistake of ours can cause (a malformed statement, say) passes as it is.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        known = _lost(error, writing=writing) or error_of(error)
        if known is None:
            raise
        raise known from error


def error_of(error: "psycopg.Error") -> MakotoError | None:
    """Say a server's answer in our words; none for a mistake of ours."""
    from psycopg import errors as vendor

    match error:
        case vendor.InvalidPassword() | vendor.InvalidAuthorizationSpecification():
            return CredentialsRefused("the tenant's store does not accept the credentials")
        case vendor.InsufficientPrivilege():
            return Forbidden("the tenant's store refuses this")
        case vendor.UndefinedTable() | vendor.InvalidSchemaName() | vendor.UndefinedColumn():
            return Unavailable("the tenant's store is not there")
        case vendor.TooManyConnections() | vendor.LockNotAvailable():
            return Throttled("the tenant's store is busy")
        case vendor.SerializationFailure() | vendor.DeadlockDetected():
            return Throttled("another write was in the way")
        case vendor.ProgramLimitExceeded() | vendor.DataError():
            return Invalid("the tenant's store cannot hold this")
        case vendor.ReadOnlySqlTransaction():
            return Unavailable("the tenant's store can only be read")
        case vendor.QueryCanceled():
            return Unavailable("the tenant's store did not answer in time")
        case vendor.OperationalError() | vendor.InterfaceError():
            return Unavailable("the tenant's store failed")
        case _:
            return None


def _lost(error: "psycopg.Error", *, writing: bool) -> MakotoError | None:
    from psycopg import OperationalError

    if not isinstance(error, OperationalError) or (error.sqlstate is not None and error.sqlstate not in _CUT_OFF):
        return None
    return (MaybeApplied if writing else Unavailable)("the tenant's store did not answer")


@contextmanager
def translated_opening() -> Iterator[None]:
    """Turn the errors of opening a connection into the six kinds; libpq gives no code here, only the server's text."""
    import psycopg

    try:
        yield
    except psycopg.OperationalError as error:
        raise _opening_error(error) from error


def _opening_error(error: "psycopg.OperationalError") -> MakotoError:
    text = str(error)
    if _TOO_MANY.search(text):
        return Throttled("the tenant's store takes no more connections")
    if _NO_DATABASE.search(text):
        return Unavailable("the tenant's store is not there")
    if _NOT_READY.search(text):
        return Unavailable("the tenant's store cannot be reached")
    if _NOT_LET_IN.search(text) or _was_refused(error):
        return CredentialsRefused("the tenant's store does not accept the credentials")
    return Unavailable("the tenant's store cannot be reached")


def _was_refused(error: "psycopg.OperationalError") -> bool:
    """Whether the server asked for a password and went no further, in whatever language it said so."""
    return error.pgconn is not None and error.pgconn.used_password
