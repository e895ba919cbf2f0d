"""Cognito, on the emulator: the suite, what only a real pool shows, and its errors in our words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError

from local.emulator import Emulator
from local.settings import REGION
from makoto.adapters.clouds.aws.cognito_errors import tolerating, translated
from makoto.adapters.clouds.aws.identity import CognitoIdentity
from makoto.adapters.clouds.aws.signing_keys import connect as connect_keys
from makoto.adapters.clouds.memory.identity import totp
from makoto.adapters.system import SystemClock
from makoto.domain.sign_in import Tokens
from makoto.errors import Invalid, MakotoError, Throttled, Unauthenticated, Unavailable
from makoto.ports.identity import (
    CodeRejected,
    IdentityProvider,
    PasswordRejected,
    PasswordResetRequired,
    SignInNotAllowed,
    SignInRefused,
)
from makoto.ports.signing_keys import SigningKeys
from makoto.runtime.access_tokens import AccessTokens, TokenRefused
from tests.builders import settings
from tests.contract.identity.suite import IdentityContract, signed_in

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator["CognitoIdentityProviderClient"]:
    made = boto3.client(
        "cognito-idp",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="000000000000",
        aws_secret_access_key="test",
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def pool(client: "CognitoIdentityProviderClient") -> tuple[str, str]:
    """A pool and a client set as stacks/identity.py sets them."""
    pool_id = client.create_user_pool(
        PoolName="makoto-test",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        MfaConfiguration="OPTIONAL",
    )["UserPool"]["Id"]
    client.set_user_pool_mfa_config(
        UserPoolId=pool_id, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    made = client.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="makoto-test",
        GenerateSecret=False,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
    )
    return pool_id, made["UserPoolClient"]["ClientId"]


@pytest.fixture
def provider(client: "CognitoIdentityProviderClient", pool: tuple[str, str]) -> CognitoIdentity:
    return CognitoIdentity(client, *pool)


class TestCognitoIdentity(IdentityContract):
    def enrol_totp(self, provider: IdentityProvider, tokens: Tokens, email: str) -> str:
        assert isinstance(provider, CognitoIdentity)
        secret = provider._client.associate_software_token(AccessToken=tokens.access_token)["SecretCode"]
        now = datetime.now(UTC)  # noqa: TID251  the provider's clock is the machine's
        provider._client.verify_software_token(AccessToken=tokens.access_token, UserCode=totp(secret, now))
        return secret

    def test_a_real_token_is_proven_by_the_pools_own_keys(
        self, provider: CognitoIdentity, emulator: Emulator, pool: tuple[str, str]
    ) -> None:
        """Everything is right but the claims of ours, which no trigger added here."""
        token = signed_in(provider).access_token
        keys = SigningKeys(connect_keys(settings(user_pool_id=pool[0], emulator_url=emulator.endpoint)), SystemClock())
        issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool[0]}"
        tokens = AccessTokens(keys, SystemClock(), issuer=issuer, client_id=pool[1])

        with pytest.raises(TokenRefused, match="lacks a claim"):
            tokens.verify(token)
        with pytest.raises(TokenRefused, match="not signed by us"):
            tokens.verify(token[:-8] + "AAAAAAAA")
        with pytest.raises(TokenRefused, match="another client"):
            AccessTokens(keys, SystemClock(), issuer=issuer, client_id="x").verify(token)


def test_a_key_set_that_cannot_be_read_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        connect_keys(settings(emulator_url="http://127.0.0.1:9")).fetch()


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
