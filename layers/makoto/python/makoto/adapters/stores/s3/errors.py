"""What an S3-compatible store answers, in our words, the most specific first."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.objects import ObjectChanged, ObjectExists, ObjectNotFound

THROTTLED = frozenset({"RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequests"})
UNPROVEN = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
ELSEWHERE = frozenset({"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"})
CLOCK = frozenset({"RequestExpired", "RequestTimeTooSkewed"})


class BucketElsewhere(Unavailable):
    """The bucket is not in the region that the tenant's record names; nothing was read or written."""


def error_of(code: str) -> MakotoError | None:
    """Say a code of S3's in our words; none for one that means nothing special."""
    if code in THROTTLED:
        return Throttled("the tenant's store is busy")
    if code in UNPROVEN:
        return CredentialsRefused("the tenant's object store does not accept the credentials")
    if code in ELSEWHERE:
        return BucketElsewhere("the tenant's bucket is in another region than its record says")
    if code in CLOCK:
        return Unavailable("the clocks of the platform and the tenant's object store differ by too much")
    if code == "AccessDenied":
        return Forbidden("the tenant's object store refuses this")
    return Unavailable("the tenant's bucket is not there") if code == "NoSuchBucket" else None


@contextmanager
def translated(key: str) -> Iterator[None]:
    """Turn obstore's errors into ours; the code of the store's answer stands in their text only."""
    from obstore import exceptions as vendor

    try:
        yield
    except FileNotFoundError as error:
        raise _told(error) or ObjectNotFound(key) from error
    except vendor.AlreadyExistsError as error:
        raise ObjectExists(key) from error
    except vendor.PreconditionError as error:
        raise ObjectChanged(key) from error
    except (vendor.PermissionDeniedError, vendor.UnauthenticatedError) as error:
        raise _told(error) or _refused(error) from error
    except vendor.BaseError as error:
        raise _told(error) or Unavailable("the tenant's object store failed") from error


def _refused(error: Exception) -> MakotoError:
    if "401" in str(error) or "credential provider" in str(error):  # the latter's own failure, before anything is sent
        return CredentialsRefused("the tenant's object store does not accept the credentials")
    return Forbidden("the tenant's object store refuses this")


def _told(error: Exception) -> MakotoError | None:
    """A body names its code; to a HEAD the status alone says that the region is another one."""
    text = str(error)
    code = re.search(r"<Code>(\w+)</Code>", text)
    if code is None and re.search(r"status code: 301|301 Moved|not follow redirect|bare redirect", text, re.IGNORECASE):
        return error_of("PermanentRedirect")
    return error_of(code[1]) if code else None
