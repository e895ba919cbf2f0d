"""Cognito's errors in our words (docs.aws.amazon.com/cognito-user-identity-pools, common and per-operation errors)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from makoto.errors import Invalid, MakotoError, NotFound, Throttled, Unavailable
from makoto.ports.identity import (
    CodeRejected,
    PasswordRejected,
    PasswordResetRequired,
    SignInNotAllowed,
    UserTaken,
)

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


@contextmanager
def translated(unproven: Callable[[], MakotoError] | None = None) -> Iterator[None]:
    """Raise our error instead of Cognito's; `unproven` is what "not authorised" and "no such user" both become."""
    try:
        yield
    except ParamValidationError as error:
        raise (unproven or _ERRORS["InvalidParameterException"])() from error
    except ClientError as error:
        raise _error(error.response["Error"]["Code"], unproven) from error
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


def _error(code: str, unproven: Callable[[], MakotoError] | None) -> MakotoError:
    if unproven is not None and code in _UNPROVEN:
        return unproven()
    make = _ERRORS.get(code)
    return make() if make is not None else Unavailable("the identity provider cannot do this now")
