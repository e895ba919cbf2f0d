"""Cognito, on the emulator: the suite, what only a real pool shows, and its errors in our words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from botocore.stub import Stubber
from pydantic import SecretStr

from local.emulator import Emulator
from local.settings import REGION
from makoto.adapters.clouds.aws.cognito_errors import tolerating, translated
from makoto.adapters.clouds.aws.identity import CognitoIdentity
from makoto.adapters.clouds.aws.signing_keys import connect as connect_keys
from makoto.adapters.system import SystemClock
from makoto.errors import Invalid, MakotoError, Throttled, Unauthenticated, Unavailable
from makoto.ports.identity import (
    CodeRejected,
    PasswordRejected,
    PasswordResetRequired,
    SignInNotAllowed,
    SignInRefused,
    WrongTotpCode,
)
from makoto.ports.signing_keys import SigningKeys
from makoto.runtime.access_tokens import AccessTokens, TokenRefused
from tests.builders import settings
from tests.contract.identity.suite import (
    HERE,
    TEMPORARY,
    IdentityContract,
    access_of,
    enrol,
    shown,
    signed_in,
    somebody,
)

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


Sent = dict[str, dict[str, Any]]


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
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
    )
    return pool_id, made["UserPoolClient"]["ClientId"]


@pytest.fixture
def provider(client: "CognitoIdentityProviderClient", pool: tuple[str, str]) -> CognitoIdentity:
    return CognitoIdentity(client, *pool)


@pytest.fixture
def sent(client: "CognitoIdentityProviderClient") -> Iterator[Sent]:
    """The last parameters of every operation that the client sends."""
    seen: Sent = {}

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        seen[model.name] = params

    client.meta.events.register("provide-client-params.cognito-identity-provider", note)
    yield seen
    client.meta.events.unregister("provide-client-params.cognito-identity-provider", note)


class TestCognitoIdentity(IdentityContract):
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

    def test_a_sign_in_tells_cognito_where_the_caller_is(self, provider: CognitoIdentity, sent: Sent) -> None:
        signed_in(provider)

        asked = [sent[operation]["ContextData"] for operation in ("AdminInitiateAuth", "AdminRespondToAuthChallenge")]

        headers = [{"headerName": name, "headerValue": text} for name, text in HERE.headers]
        told = {"IpAddress": HERE.ip_address, "ServerName": HERE.server_name, "ServerPath": HERE.server_path}
        assert asked == [{**told, "HttpHeaders": headers}] * 2
        assert "InitiateAuth" not in sent

    def test_a_confirmed_app_is_switched_on_and_a_removed_one_off(self, provider: CognitoIdentity, sent: Sent) -> None:
        """The emulator switches on by itself what is verified; Cognito does not."""
        access = access_of(signed_in(provider))
        secret = enrol(provider, access)
        assert sent["SetUserMFAPreference"]["SoftwareTokenMfaSettings"] == {"Enabled": True, "PreferredMfa": True}

        provider.remove_totp(access, shown(secret))

        assert sent["SetUserMFAPreference"]["SoftwareTokenMfaSettings"] == {"Enabled": False, "PreferredMfa": False}

    def test_nobody_signs_in_past_our_door(
        self, client: "CognitoIdentityProviderClient", provider: CognitoIdentity, pool: tuple[str, str]
    ) -> None:
        invited = somebody()
        provider.create_user(invited)
        given = {"USERNAME": invited.email, "PASSWORD": TEMPORARY}

        with pytest.raises(ClientError, match="flow not enabled"):
            client.initiate_auth(ClientId=pool[1], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)

    def test_an_invitation_goes_to_a_proven_address(self, provider: CognitoIdentity, sent: Sent) -> None:
        """Without the medium Cognito would send an SMS, without a verified address nobody could recover."""
        invited = somebody().model_copy(update={"temporary_password": None})

        provider.create_user(invited)

        assert sent["AdminCreateUser"]["DesiredDeliveryMediums"] == ["EMAIL"]
        assert "MessageAction" not in sent["AdminCreateUser"]
        attributes = {each["Name"]: each["Value"] for each in sent["AdminCreateUser"]["UserAttributes"]}
        assert attributes == {"email": invited.email, "email_verified": "true"}


class TestAnswersThatTheEmulatorNeverGives:
    """Cognito's own words, put on the wire."""

    @pytest.fixture
    def wire(self, client: "CognitoIdentityProviderClient") -> Iterator[Stubber]:
        with Stubber(client) as stubber:
            yield stubber

    @pytest.mark.parametrize("code", ["UnauthorizedException", "UnsupportedTokenTypeException"])
    def test_logging_out_with_a_token_that_is_not_ours_is_harmless(
        self, wire: Stubber, provider: CognitoIdentity, code: str
    ) -> None:
        wire.add_client_error("revoke_token", code)

        provider.revoke("of-another-client")

        wire.assert_no_pending_responses()

    def test_a_verification_that_does_not_succeed_switches_nothing_on(
        self, wire: Stubber, provider: CognitoIdentity
    ) -> None:
        wire.add_response("verify_software_token", {"Status": "ERROR"})

        with pytest.raises(WrongTotpCode):
            provider.confirm_totp(SecretStr("a.b.c"), "123456", None)

    def test_a_client_without_our_flow_is_a_fault_and_no_wrong_password(
        self, wire: Stubber, provider: CognitoIdentity
    ) -> None:
        wire.add_client_error(
            "admin_initiate_auth", "InvalidParameterException", "Auth flow not enabled for this client"
        )

        with pytest.raises(Unavailable):
            provider.sign_in("hanako@example.com", TEMPORARY, HERE)

    def test_a_sign_in_that_threat_protection_blocks_looks_like_a_wrong_password(
        self, wire: Stubber, provider: CognitoIdentity
    ) -> None:
        wire.add_client_error(
            "admin_initiate_auth", "NotAuthorizedException", "Unable to login because of security reasons"
        )

        with pytest.raises(SignInRefused):
            provider.sign_in("hanako@example.com", TEMPORARY, HERE)


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
