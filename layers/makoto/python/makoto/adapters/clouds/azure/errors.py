"""What Azure answers, in our words, the most specific first."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from makoto.errors import Conflict, Forbidden, MakotoError, NotFound, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.document_store import MaybeApplied
from makoto.ports.objects import ObjectChanged, ObjectExists, ObjectNotFound

if TYPE_CHECKING:
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

THROTTLED = frozenset({"OperationTimedOut", "ServerBusy", "TooManyRequests"})
UNPROVEN = frozenset({"AuthenticationFailed", "ExpiredAuthenticationToken", "InvalidAuthenticationInfo"})
"""A storage account answers some of them with 403."""

ABSENT = frozenset({"AccountIsDisabled", "ContainerBeingDeleted", "ContainerDisabled", "ContainerNotFound"})
MAX_WAIT_S = 60


@contextmanager
def translated(*, writing: bool = False) -> Iterator[None]:
    """Turn errors of azure-core and azure-identity into the six kinds; a lost answer while writing is `MaybeApplied`.

    An error that only a mistake of ours can cause passes as it is.
    """
    from azure.core import exceptions as vendor

    try:
        yield
    except vendor.ClientAuthenticationError as error:
        raise _unproven(error) from error
    except vendor.HttpResponseError as error:
        known = error_of(error.status_code or 0, code_of(error), _wait_s(error))
        if known is None:
            raise
        raise known from error
    except (vendor.ServiceResponseError, vendor.IncompleteReadError) as error:
        raise (MaybeApplied if writing else Unavailable)("the tenant's cloud did not answer") from error
    except vendor.ServiceRequestError as error:
        raise Unavailable("the tenant's cloud cannot be reached") from error


def code_of(error: "HttpResponseError") -> str:
    """Return Azure's own name of an error."""
    told = getattr(error, "error_code", None) or (error.error.code if error.error is not None else None)
    return str(told or "")


def inner_code_of(error: "HttpResponseError") -> str:
    """Return the closer name that a vault gives beside its first."""
    inner = getattr(error.error, "innererror", None) if error.error is not None else None
    return str((inner or {}).get("code", ""))


def error_of(status: int, code: str, wait_s: int = 1) -> MakotoError | None:
    """Say an answer in our words; none for a mistake of ours."""
    if status == 429 or code in THROTTLED:
        return Throttled("the tenant's store is busy", retry_after_s=wait_s)
    if status == 401 or code in UNPROVEN:
        return CredentialsRefused("the tenant's cloud does not accept the credentials")
    if code in ABSENT:
        return Unavailable("the tenant's store is not there")
    if status == 503:
        return Throttled("the tenant's store is busy", retry_after_s=wait_s)
    if status >= 500:
        return Unavailable("the tenant's cloud failed")
    kinds: dict[int, type[MakotoError]] = {403: Forbidden, 404: NotFound, 409: Conflict, 412: Conflict}
    return kinds[status]("the tenant's cloud refuses this") if status in kinds else None


def _unproven(error: "ClientAuthenticationError") -> MakotoError:
    """Tell a refusal from an issuer of tokens that does not answer, which azure-identity reports alike."""
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError

    if isinstance(error.__cause__, ServiceRequestError | ServiceResponseError):
        return Unavailable("the tenant's directory cannot be reached")
    status, number = error.status_code or 0, re.search(r"AADSTS\d+", error.message)
    if number and status < 500 and status != 429:
        return CredentialsRefused(f"the tenant's directory refuses the platform ({number[0]})")
    if status in (401, 403):
        return CredentialsRefused("the tenant's cloud does not accept the credentials")
    return Unavailable("the tenant's directory failed")


def _wait_s(error: "HttpResponseError") -> int:
    headers = getattr(error.response, "headers", {})  # not among the types of a response
    told = str(headers.get("Retry-After", ""))
    return min(int(told), MAX_WAIT_S) if told.isdigit() and told != "0" else 1


@contextmanager
def translated_object(key: str) -> Iterator[None]:
    """Turn obstore's errors into ours; status and code of the answer stand in their text only."""
    from obstore import exceptions as vendor

    try:
        yield
    except FileNotFoundError as error:
        raise _told(error) or ObjectNotFound(key) from error
    except vendor.AlreadyExistsError as error:
        raise ObjectExists(key) from error
    except (vendor.PreconditionError, vendor.NotModifiedError) as error:
        raise ObjectChanged(key) from error
    except vendor.BaseError as error:
        raise _told(error) or Unavailable("the tenant's object store failed") from error


def _told(error: Exception) -> MakotoError | None:
    text = str(error)
    status = re.search(r"status code: (\d{3})", text)
    code = re.search(r"<Code>(\w+)</Code>", text)
    known = error_of(int(status[1]) if status else 0, code[1] if code else "")
    return None if isinstance(known, NotFound) else known
