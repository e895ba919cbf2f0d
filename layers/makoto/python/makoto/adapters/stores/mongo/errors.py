"""MongoDB's errors in our words: one context manager, most specific first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import MaybeApplied

if TYPE_CHECKING:
    from pymongo.errors import BulkWriteError, PyMongoError

DUPLICATE_KEY = 11000
UNAUTHORIZED = 13
TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"

# https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml; 8000 and 16500 are hosted services' own.
UNPROVEN = frozenset({11, 18, 334, 391, 8000})  # UserNotFound, AuthenticationFailed, MechanismUnavailable, Reauth…
BUSY = frozenset(
    {
        24,  # LockTimeout
        112,  # WriteConflict
        202,  # NetworkInterfaceExceededTimeLimit
        251,  # NoSuchTransaction: given up for another
        262,  # ExceededTimeLimit
        462,  # IngressRequestRateLimitExceeded
        DUPLICATE_KEY,  # of two upserts of one key at the same time, where no condition asked for absence
        16500,
    }
)
STANDALONE = 20  # IllegalOperation: transactions and retryable writes need a replica set
UNSURE = frozenset({50, 64, 79, 91, 100, 189, 11600, 11602})  # time is up, write concern unmet, stepping down
_NO_LOGIN = "requires authentication"


@contextmanager
def translated(*, writing: bool = False) -> Iterator[None]:
    """Turn pymongo's errors into the six kinds; while writing, a lost answer is `MaybeApplied`.

    An error that only a mistake of ours can cause (a malformed query, say) passes as it is.
    """
    from pymongo.errors import PyMongoError

    try:
        yield
    except PyMongoError as error:
        known = error_of(error, writing=writing)
        if known is None:
            raise
        raise known from error


def error_of(error: "PyMongoError", *, writing: bool) -> MakotoError | None:
    """Say an error in our words; none for a mistake of ours."""
    from pymongo import errors as vendor

    lost = MaybeApplied if writing else Unavailable
    match error:
        case vendor.ServerSelectionTimeoutError():
            return Unavailable("the tenant's store cannot be reached")
        case vendor.WaitQueueTimeoutError():
            return Throttled("every connection to the tenant's store is in use")
        case vendor.ConnectionFailure() | vendor.WTimeoutError() | vendor.ExecutionTimeout():
            return lost("the tenant's store did not answer")
        case vendor.BulkWriteError():
            return _told(codes_of(error)[0], str(error), writing=writing)
        case vendor.OperationFailure():
            return _told(error.code or 0, str(error), writing=writing)
        case vendor.ConfigurationError():
            return Unavailable("the tenant's store does not work the way the platform needs")
        case _:
            return None


def codes_of(error: "BulkWriteError") -> list[int]:
    """Return the codes of a bulk write's errors, those of single writes first."""
    details = error.details or {}
    failures = [*details.get("writeErrors", []), *details.get("writeConcernErrors", [])]
    return [int(failure.get("code", 0)) for failure in failures] or [0]


def _told(code: int, text: str, *, writing: bool) -> MakotoError | None:
    if code in BUSY:
        return Throttled("the tenant's store is busy")
    if code in UNPROVEN or (code == UNAUTHORIZED and _NO_LOGIN in text):
        return CredentialsRefused("the tenant's store does not accept the credentials")
    if code == UNAUTHORIZED:
        return Forbidden("the tenant's store refuses this")
    if code in UNSURE:
        return (MaybeApplied if writing else Unavailable)("the tenant's store did not finish")
    if code == STANDALONE:
        return Unavailable("the tenant's store is no replica set, so it has no transactions")
    return None
