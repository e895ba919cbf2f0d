"""Cognito, on the emulator: the suite and what only a real pool shows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import Emulator
from local.settings import REGION
from makoto.adapters.clouds.aws.identity import CognitoIdentity
from makoto.adapters.clouds.aws.signing_keys import connect as connect_keys
from makoto.adapters.system import SystemClock
from makoto.errors import Unavailable
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
from tests.contract.identity.totp_suite import TotpContract

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


class TestCognitoIdentity(IdentityContract, TotpContract):
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


def test_a_key_set_that_cannot_be_read_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        connect_keys(settings(emulator_url="http://127.0.0.1:9")).fetch()
