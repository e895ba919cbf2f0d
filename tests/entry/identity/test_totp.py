"""Enrolling an authenticator app, being asked for its code, and taking it away, through gate and handler."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from makoto.adapters.clouds.memory.one_time_codes import totp
from makoto.domain import PLATFORM_TENANT_ID, Role
from tests.builders import api_event
from tests.entry.identity.calls import EMAIL, as_member, call, sent
from tests.entry.identity.conftest import PASSWORD, World


def enrolled(world: World, token: str) -> str:
    """Enrol an app for the token's bearer; returns its secret."""
    _, offer = as_member(world, token, "POST", "totp")
    code = totp(offer["secret_code"], world.clock.now())
    assert as_member(world, token, "PUT", "totp", {"totp_code": code, "device_name": "花子の電話"}) == (204, None)
    return str(offer["secret_code"])


@pytest.mark.parametrize("role", Role)
def test_whoever_enrols_is_asked_for_a_code_from_then_on(world: World, role: Role) -> None:
    home = {"tenant_id": PLATFORM_TENANT_ID} if role is Role.PLATFORM_ADMIN else {}
    token = world.member(EMAIL, role, **home).access_token

    secret = enrolled(world, token)

    assert as_member(world, token, "GET", "me")[1]["mfa"] is True
    _, asked = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    assert asked["challenge"] == "SOFTWARE_TOKEN_MFA"
    answer = {"challenge": asked["challenge"], "session": asked["session"], "username": EMAIL}
    assert call("POST", "challenge", {**answer, "totp_code": totp(secret, world.clock.now(), 7)})[0] == 401
    assert call("POST", "challenge", {**answer, "totp_code": totp(secret, world.clock.now())})[0] == 200


def test_the_offer_is_what_an_authenticator_app_reads(world: World) -> None:
    token = world.member(EMAIL).access_token
    _, me = as_member(world, token, "GET", "me")

    status, offer = as_member(world, token, "POST", "totp")

    uri = urlsplit(offer["otpauth_uri"])
    assert (status, uri.scheme, uri.netloc) == (200, "otpauth", "totp")
    assert unquote(uri.path) == f"/Makoto:{me['username']}"
    assert parse_qs(uri.query)["secret"] == [offer["secret_code"]]
    assert parse_qs(uri.query)["issuer"] == ["Makoto"]


def test_an_offer_alone_changes_nothing_at_sign_in(world: World) -> None:
    token = world.member(EMAIL).access_token

    as_member(world, token, "POST", "totp")

    assert as_member(world, token, "GET", "me")[1]["mfa"] is False
    assert "access_token" in call("POST", "login", {"username": EMAIL, "password": PASSWORD})[1]


def test_a_wrong_code_names_the_field_and_signs_nobody_out(world: World) -> None:
    token = world.member(EMAIL).access_token
    _, offer = as_member(world, token, "POST", "totp")
    wrong = totp(offer["secret_code"], world.clock.now(), 7)

    status, problem = as_member(world, token, "PUT", "totp", {"totp_code": wrong})

    assert (status, problem["type"]) == (422, "urn:makoto:problem:wrong-totp-code")
    assert [error["pointer"] for error in problem["errors"]] == ["/body/totp_code"]
    assert as_member(world, token, "GET", "me")[0] == 200


def test_an_app_in_use_is_not_replaced_by_whoever_holds_a_token(world: World) -> None:
    token = world.member(EMAIL).access_token
    secret = enrolled(world, token)

    status, problem = as_member(world, token, "POST", "totp")

    assert (status, problem["type"]) == (409, "urn:makoto:problem:totp-already-on")
    assert secret not in str(problem)


def test_an_app_is_taken_away_with_its_code_and_another_may_come(world: World) -> None:
    token = world.member(EMAIL).access_token
    secret = enrolled(world, token)

    wrong = as_member(world, token, "DELETE", "totp", {"totp_code": totp(secret, world.clock.now(), 7)})
    right = as_member(world, token, "DELETE", "totp", {"totp_code": totp(secret, world.clock.now())})

    assert (wrong[0], right) == (422, (204, None))
    assert as_member(world, token, "GET", "me")[1]["mfa"] is False
    assert enrolled(world, token) != secret


def test_taking_away_what_is_not_there_is_harmless(world: World) -> None:
    token = world.member(EMAIL).access_token

    assert as_member(world, token, "DELETE", "totp", {"totp_code": "123456"}) == (204, None)


def test_one_members_app_is_not_anothers(world: World) -> None:
    enrolled(world, world.member(EMAIL).access_token)
    other = world.member("taro@example.com").access_token

    assert as_member(world, other, "GET", "me")[1]["mfa"] is False


def test_a_session_that_ended_at_the_provider_is_401(world: World) -> None:
    """The gate may still remember the token; the provider does not."""
    tokens = world.member(EMAIL)
    assert tokens.refresh_token
    world.identity.revoke(tokens.refresh_token)

    status, problem = as_member(world, tokens.access_token, "POST", "totp")

    assert (status, problem["type"]) == (401, "urn:makoto:problem:access-token-refused")


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer x", "Bearer a.b.c", "Bearer トークン"])
def test_a_proven_request_without_its_token_reaches_no_app(world: World, header: str | None) -> None:
    """API Gateway never sends such a one; a fault of wiring must not act for nobody."""
    headers = {} if header is None else {"Authorization": header}

    status, _ = sent(api_event("POST", "/api/v1/auth/totp", headers=headers))

    assert status == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (None, "/body"),
        ({}, "/body/totp_code"),
        ({"totp_code": "12345"}, "/body/totp_code"),
        ({"totp_code": "1234567"}, "/body/totp_code"),
        ({"totp_code": "１２３４５６"}, "/body/totp_code"),
        ({"totp_code": "12345\n"}, "/body/totp_code"),
        ({"totp_code": 123456}, "/body/totp_code"),
        ({"totp_code": "123456", "username": "taro@example.com"}, "/body/username"),
        ({"totp_code": "123456", "access_token": "x"}, "/body/access_token"),
    ],
)
def test_a_bad_body_is_a_422_that_names_the_field(world: World, method: str, body: Any, pointer: str) -> None:
    token = world.member(EMAIL).access_token

    status, problem = as_member(world, token, method, "totp", body)

    assert status == 422
    assert [error["pointer"] for error in problem["errors"] if error["pointer"].startswith(pointer)]


@pytest.mark.parametrize("name", ["", " ", "a" * 65, "nul\x00", "line\nfeed", 7, ["x"]])
def test_a_device_name_is_a_short_line(world: World, name: Any) -> None:
    token = world.member(EMAIL).access_token

    status, problem = as_member(world, token, "PUT", "totp", {"totp_code": "123456", "device_name": name})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/body/device_name")
