"""Cognito's errors in our words (docs.aws.amazon.com/cognito-user-identity-pools, common and per-operation errors)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from makoto.errors import Invalid, MakotoError, NotFound, Throttled, Unavailable
from makoto.ports.identity import (
    AccessTokenRefused,
    CodeRejected,
    PasswordRejected,
    PasswordResetRequired,
    SignInNotAllowed,
    UserTaken,
    WrongTotpCode,
)

if TYPE_CHECKING:
    from botocore.exceptions import _ClientErrorResponseError

WAIT_S = 5

_ERRORS: dict[str, Callable[[], MakotoError]] = {
    "PasswordResetRequiredException": PasswordResetRequired,
    "UserLambdaValidationException": SignInNotAllowed,
    "CodeMismatchException": CodeRejected,
    "ExpiredCodeException": CodeRejected,
    "EnableSoftwareTokenMFAException": CodeRejected,
    "InvalidPasswordException": PasswordRejected,
    "PasswordHistoryPolicyViolationException": PasswordRejected,
    "UsernameExistsException": UserTaken,
    "UserNotFoundException": lambda: NotFound("there is no such user"),
    "ResourceNotFoundException": lambda: NotFound("there is no such group"),
    **dict.fromkeys(
        (
            "TooManyRequestsException",
            "TooManyFailedAttemptsException",
            "LimitExceededException",
            "ThrottlingException",
        ),
        lambda: Throttled("too many attempts", retry_after_s=WAIT_S),
    ),
    **dict.fromkeys(
        ("InvalidParameterException", "NotAuthorizedException"),
        lambda: Invalid("the identity provider does not accept the request"),
    ),
}

_UNPROVEN = frozenset(
    {"NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException", "InvalidParameterException"}
)

_WRONG_CODE = frozenset(
    {
        "CodeMismatchException",
        "ExpiredCodeException",
        "EnableSoftwareTokenMFAException",
        "SoftwareTokenMFANotFoundException",
    }
)

_FLOW_IS_OFF = "flow not enabled"
"""In the message of an InvalidParameterException: the app client does not allow what we ask."""


@contextmanager
def translated(unproven: Callable[[], MakotoError] | None = None) -> Iterator[None]:
    """Raise our error instead of Cognito's; `unproven` is what "not authorised" and "no such user" both become."""
    try:
        yield
    except ParamValidationError as error:
        raise (unproven or _ERRORS["InvalidParameterException"])() from error
    except ClientError as error:
        raise _error(error.response["Error"], unproven) from error
    except BotoCoreError as error:
        raise Unavailable("the identity provider does not answer") from error


@contextmanager
def tolerating(*codes: str) -> Iterator[None]:
    """Take these errors as done already; translate the others."""
    with translated():
        try:
            yield
        except ClientError as error:
            if error.response["Error"]["Code"] not in codes:
                raise


@contextmanager
def on_own_account() -> Iterator[None]:
    """Translate the errors of calls that carry the person's own access token, and perhaps a one-time code."""
    with translated(AccessTokenRefused):
        try:
            yield
        except ClientError as error:
            if error.response["Error"]["Code"] in _WRONG_CODE:
                raise WrongTotpCode from error
            raise


def _error(reported: "_ClientErrorResponseError", unproven: Callable[[], MakotoError] | None) -> MakotoError:
    code = reported["Code"]
    if _FLOW_IS_OFF in reported["Message"]:  # a fault of the deployment must not look like a wrong password
        return Unavailable("the identity provider does not let this platform sign people in")
    if unproven is not None and code in _UNPROVEN:
        return unproven()
    make = _ERRORS.get(code)
    return make() if make is not None else Unavailable("the identity provider cannot do this now")
