"""Each answer of PostgreSQL's in our words, and whether a write may have happened."""

import psycopg
import pytest
from psycopg import errors as vendor

from makoto.adapters.stores.postgres.errors import translated, translated_opening
from makoto.errors import Forbidden, Invalid, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import MaybeApplied


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (vendor.InvalidPassword, CredentialsRefused),
        (vendor.InvalidAuthorizationSpecification, CredentialsRefused),
        (vendor.InsufficientPrivilege, Forbidden),
        (vendor.UndefinedTable, Unavailable),
        (vendor.TooManyConnections, Throttled),
        (vendor.LockNotAvailable, Throttled),
        (vendor.SerializationFailure, Throttled),
        (vendor.DeadlockDetected, Throttled),
        (vendor.QueryCanceled, Unavailable),
        (vendor.DiskFull, Unavailable),
        (vendor.ReadOnlySqlTransaction, Unavailable),
        (vendor.NumericValueOutOfRange, Invalid),
        (vendor.ProgramLimitExceeded, Invalid),
        (vendor.CannotConnectNow, Unavailable),
    ],
)
@pytest.mark.parametrize("writing", [False, True])
def test_what_the_server_answers_was_not_applied(
    answer: type[psycopg.Error], meaning: type[MakotoError], writing: bool
) -> None:
    with pytest.raises(meaning) as raised, translated(writing=writing):
        raise answer

    assert type(raised.value) is meaning


@pytest.mark.parametrize(
    "lost", [psycopg.OperationalError, vendor.AdminShutdown, vendor.CrashShutdown, vendor.IdleSessionTimeout]
)
@pytest.mark.parametrize(("writing", "meaning"), [(False, Unavailable), (True, MaybeApplied)])
def test_a_write_whose_session_ended_may_be_applied(
    lost: type[psycopg.Error], meaning: type[MakotoError], writing: bool
) -> None:
    with pytest.raises(Unavailable) as raised, translated(writing=writing):
        raise lost

    assert type(raised.value) is meaning


def test_a_mistake_of_ours_passes_as_it_is() -> None:
    with pytest.raises(vendor.SyntaxError), translated():
        raise vendor.SyntaxError


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ('FATAL:  password authentication failed for user "x"', CredentialsRefused),
        ('FATAL:  role "x" does not exist', CredentialsRefused),
        ('FATAL:  role "x" is not permitted to log in', CredentialsRefused),
        ("fe_sendauth: no password supplied", CredentialsRefused),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', CredentialsRefused),
        ('FATAL:  database "password" does not exist', Unavailable),
        ("FATAL:  the database system is starting up", Unavailable),
        ("FATAL:  sorry, too many clients already", Throttled),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", Throttled),
        ('FATAL:  too many connections for role "x"', Throttled),
        ("Connection refused", Unavailable),
        ("SSL error: certificate verify failed", Unavailable),
        ("connection timeout expired", Unavailable),
    ],
)
def test_an_opening_that_fails_says_why(said: str, meaning: type[MakotoError]) -> None:
    with pytest.raises(meaning) as raised, translated_opening():
        raise psycopg.OperationalError(
            f'connection failed: connection to server at "127.0.0.1", port 5432 failed: {said}'
        )

    assert type(raised.value) is meaning
