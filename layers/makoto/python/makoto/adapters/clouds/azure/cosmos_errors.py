"""Cosmos DB's errors in our words, the most specific first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from makoto.errors import Forbidden, Invalid, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import MaybeApplied

if TYPE_CHECKING:
    from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

BUSY = frozenset({429, 449})  # 449: another write of the same item is under way
UNANSWERED = frozenset({408, 410, 500, 502, 503, 504})
NO_LONGER_WRITTEN_HERE = 3
RETRY_AFTER_MS = "x-ms-retry-after-ms"


@contextmanager
def translated(*, writing: bool = False) -> Iterator[None]:
    """Turn the vendor's errors into the six kinds; while writing, a lost answer is `MaybeApplied`.

    An error that only a mistake of ours can cause (a malformed query, say) passes as it is.
    """
    from azure.core import exceptions as core
    from azure.cosmos import exceptions as vendor

    lost = MaybeApplied if writing else Unavailable
    try:
        yield
    except (vendor.CosmosBatchOperationError, vendor.CosmosHttpResponseError) as error:
        known = error_of(error, writing=writing)
        if known is None:
            raise
        raise known from error
    except core.ClientAuthenticationError as error:
        raise CredentialsRefused("the tenant's directory does not accept the credentials") from error
    except vendor.CosmosClientTimeoutError as error:
        raise lost("the tenant's store did not answer in time") from error
    except core.ServiceRequestError as error:
        raise Unavailable("the tenant's store cannot be reached") from error
    except (core.ServiceResponseError, core.DecodeError) as error:
        raise lost("the tenant's store did not answer") from error


def error_of(
    error: "CosmosBatchOperationError | CosmosHttpResponseError", *, writing: bool = False
) -> MakotoError | None:
    """Say an answer of the service in our words; none for a mistake of ours."""
    status = int(error.status_code or 0)
    if status in BUSY:
        return Throttled("the tenant's store is busy", retry_after_s=_retry_after_s(error.headers or {}))
    if status in UNANSWERED:
        return (MaybeApplied if writing else Unavailable)("the tenant's store failed")
    if status == 401:
        return CredentialsRefused("the tenant's store does not accept the credentials")
    if status == 403 and error.sub_status == NO_LONGER_WRITTEN_HERE:
        return Unavailable("the tenant's store takes no writes in this region now")
    if status == 403:
        return Forbidden("the tenant's cloud refuses this")
    if status == 404:
        return Unavailable("the tenant's store is not there")
    return Invalid("the document is too large for the tenant's store") if status == 413 else None


def is_of_item(error: "CosmosHttpResponseError") -> bool:
    """Tell whether a 404 means the item and not its container."""
    return not error.sub_status


def _retry_after_s(headers: Mapping[str, str]) -> int:
    return max(1, -(-int(float(headers.get(RETRY_AFTER_MS, 0))) // 1000))
