"""The platform's identity for other clouds, as STS signs it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from botocore.stub import Stubber

from makoto.adapters.clouds.aws import web_identity
from makoto.adapters.clouds.aws.web_identity import LIFE_S, FederationRefused, StsWebIdentity
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.system import SystemClock
from tests.contract.clouds.worlds import AwsWorld

ROLE = "arn:aws:iam::000000000000:role/makoto-test-web-identity"


def client() -> Any:
    """An STS whose answers a test gives."""
    import boto3

    return boto3.client("sts", region_name="ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b")


def test_a_token_is_for_its_audience_and_short_lived(aws_world: AwsWorld) -> None:
    token = StsWebIdentity(aws_world.root("sts"), SystemClock()).token("api://AzureADTokenExchange/t0123456789ab")

    said = jwt.decode(token, options={"verify_signature": False})
    assert said["aud"] == "api://AzureADTokenExchange/t0123456789ab"
    assert said["exp"] - said["iat"] == LIFE_S


def test_a_token_is_kept_for_less_than_it_lives() -> None:
    sts, clock = client(), FixedClock(datetime(2026, 11, 20, tzinfo=UTC))
    asked = {"Audience": ["a"], "SigningAlgorithm": "RS256", "DurationSeconds": LIFE_S}
    with Stubber(sts) as wire:
        for n in range(2):
            ends = clock.now() + timedelta(seconds=LIFE_S * (n + 1))
            wire.add_response("get_web_identity_token", {"WebIdentityToken": f"token {n}", "Expiration": ends}, asked)
        identity = StsWebIdentity(sts, clock)

        kept = identity.token("a")
        clock.advance(LIFE_S - 61)
        assert identity.token("a") == kept == "token 0"
        clock.advance(2)
        assert identity.token("a") == "token 1"


@pytest.mark.parametrize("code", ["AccessDenied", "OutboundWebIdentityFederationDisabledException"])
def test_where_sts_gives_no_token_it_is_said_so(code: str) -> None:
    sts = client()
    with Stubber(sts) as wire:
        wire.add_client_error("get_web_identity_token", code, http_status_code=403)

        with pytest.raises(FederationRefused):
            StsWebIdentity(sts, SystemClock()).token("a")


def test_every_function_takes_one_role_for_other_clouds() -> None:
    """A directory trusts twenty subjects of an application at most; there are more functions than that."""
    sts, ends = client(), datetime(2026, 11, 20, tzinfo=UTC)
    given = {"AccessKeyId": "A" * 16, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": ends}
    with Stubber(sts) as wire:
        wire.add_response("assume_role", {"Credentials": given}, {"RoleArn": ROLE, "RoleSessionName": "makoto"})

        taken = web_identity._taken(sts, ROLE)

    assert (taken.session_token, taken.expires_at) == ("t", ends)


def test_where_the_role_cannot_be_taken_it_is_said_so() -> None:
    sts = client()
    with Stubber(sts) as wire:
        wire.add_client_error("assume_role", "AccessDenied", http_status_code=403)

        with pytest.raises(FederationRefused, match="cannot be taken"):
            web_identity._taken(sts, ROLE)
