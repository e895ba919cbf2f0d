"""Cognito's errors and refusals in our words: what the emulator never gives is put on the wire."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from botocore.stub import Stubber
from pydantic import SecretStr

from local.settings import REGION
from makoto.adapters.clouds.aws.cognito_errors import tolerating, translated
from makoto.adapters.clouds.aws.identity import CognitoIdentity
from makoto.errors import Invalid, MakotoError, Throttled, Unauthenticated, Unavailable
from makoto.ports.identity import (
    CodeRejected,
    PasswordRejected,
    PasswordResetRequired,
    SignInNotAllowed,
    SignInRefused,
    WrongTotpCode,
)
from tests.contract.identity.suite import HERE, TEMPORARY

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.fixture
def client() -> Iterator["CognitoIdentityProviderClient"]:
    made = boto3.client("cognito-idp", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="test")
    yield made
    made.close()


@pytest.fixture
def wire(client: "CognitoIdentityProviderClient") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber


@pytest.fixture
def provider(client: "CognitoIdentityProviderClient") -> CognitoIdentity:
    return CognitoIdentity(client, "pool", "client")


@pytest.mark.parametrize("code", ["UnauthorizedException", "UnsupportedTokenTypeException"])
def test_logging_out_with_a_token_that_is_not_ours_is_harmless(
    wire: Stubber, provider: CognitoIdentity, code: str
) -> None:
    wire.add_client_error("revoke_token", code)

    provider.revoke("of-another-client")

    wire.assert_no_pending_responses()


def test_a_verification_that_does_not_succeed_switches_nothing_on(wire: Stubber, provider: CognitoIdentity) -> None:
    wire.add_response("verify_software_token", {"Status": "ERROR"})

    with pytest.raises(WrongTotpCode):
        provider.confirm_totp(SecretStr("a.b.c"), "123456", None)


def test_a_client_without_our_flow_is_a_fault_and_no_wrong_password(wire: Stubber, provider: CognitoIdentity) -> None:
    wire.add_client_error("admin_initiate_auth", "InvalidParameterException", "Auth flow not enabled for this client")

    with pytest.raises(Unavailable):
        provider.sign_in("hanako@example.com", TEMPORARY, HERE)


def test_a_sign_in_that_threat_protection_blocks_looks_like_a_wrong_password(
    wire: Stubber, provider: CognitoIdentity
) -> None:
    wire.add_client_error(
        "admin_initiate_auth", "NotAuthorizedException", "Unable to login because of security reasons"
    )

    with pytest.raises(SignInRefused):
        provider.sign_in("hanako@example.com", TEMPORARY, HERE)


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret detail"}}, "InitiateAuth")


def fail(code: str) -> None:
    raise client_error(code)


@pytest.mark.parametrize(
    ("raised", "ours"),
    [
        (client_error("NotAuthorizedException"), SignInRefused),
        (client_error("UserNotFoundException"), SignInRefused),
        (client_error("UserNotConfirmedException"), SignInRefused),
        (client_error("InvalidParameterException"), SignInRefused),
        (ParamValidationError(report="USERNAME"), SignInRefused),
        (client_error("PasswordResetRequiredException"), PasswordResetRequired),
        (client_error("UserLambdaValidationException"), SignInNotAllowed),
        (client_error("CodeMismatchException"), CodeRejected),
        (client_error("ExpiredCodeException"), CodeRejected),
        (client_error("InvalidPasswordException"), PasswordRejected),
        (client_error("TooManyRequestsException"), Throttled),
        (client_error("LimitExceededException"), Throttled),
        (client_error("InternalErrorException"), Unavailable),
        (client_error("UnexpectedLambdaException"), Unavailable),
        (EndpointConnectionError(endpoint_url="https://x"), Unavailable),
    ],
)
def test_an_error_of_cognito_becomes_ours_without_its_detail(raised: Exception, ours: type[MakotoError]) -> None:
    with pytest.raises(ours) as caught, translated(SignInRefused):
        raise raised

    assert "secret detail" not in caught.value.detail


def test_what_is_tolerated_passes_and_nothing_else_does() -> None:
    with tolerating("GroupExistsException"):
        fail("GroupExistsException")
    with pytest.raises(Invalid), tolerating("GroupExistsException"):
        fail("InvalidParameterException")


def test_an_unproven_caller_is_told_to_prove_himself() -> None:
    unproven: list[Any] = [SignInRefused(), PasswordResetRequired(), CodeRejected()]

    assert all(isinstance(error, Unauthenticated) and error.status == 401 for error in unproven)
