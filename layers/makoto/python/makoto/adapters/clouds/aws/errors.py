"""The vendor's errors in our words, the most specific first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import MaybeApplied

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
UNPROVEN = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
ABSENT = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "ResourceNotFoundException"})


@contextmanager
def translated(*, writing: bool = False) -> Iterator[None]:
    """Turn botocore's errors into the six kinds; while writing, a lost answer is `MaybeApplied`.

    An error that only a mistake of ours can cause (a malformed expression, say) passes as it is.
    """
    from botocore import exceptions as vendor

    try:
        yield
    except vendor.ClientError as error:
        known = error_of(code_of(error), error.response["ResponseMetadata"].get("HTTPStatusCode", 500))
        if known is None:
            raise
        raise known from error
    except (vendor.ReadTimeoutError, vendor.ConnectionClosedError) as error:
        raise (MaybeApplied if writing else Unavailable)("the tenant's cloud did not answer") from error
    except (
        vendor.ConnectionError,
        vendor.HTTPClientError,
        vendor.CredentialRetrievalError,
        vendor.NoCredentialsError,
    ) as error:
        raise Unavailable("the tenant's cloud cannot be reached") from error


def code_of(error: "ClientError") -> str:
    """Return AWS's own name of an error."""
    return str(error.response["Error"].get("Code", ""))


def error_of(code: str, status: int) -> MakotoError | None:
    """Say an AWS error code in our words; none for a mistake of ours."""
    if code in THROTTLED:
        return Throttled("the tenant's store is busy")
    if code in DENIED:
        return Forbidden("the tenant's cloud refuses this")
    if code in UNPROVEN:
        return CredentialsRefused("the tenant's cloud does not accept the credentials")
    if code in ABSENT:
        return Unavailable("the tenant's store is not there")
    return Unavailable("the tenant's cloud failed") if status >= 500 else None


def cancelled_at(error: "ClientError") -> int:
    """Return which item of a transaction failed its condition.

    A transaction given up for another reason raises it: Throttled where another one was in the way.
    """
    reasons: list[Any] = error.response.get("CancellationReasons", [])  # not among the types of a ClientError
    codes = [str(reason.get("Code", "None")) for reason in reasons]
    if "ConditionalCheckFailed" in codes:
        return codes.index("ConditionalCheckFailed")
    raise next((known for code in codes if (known := error_of(code, 0))), None) or error
