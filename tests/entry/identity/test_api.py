"""Signing in and out through the real handler."""

import io
from typing import Any

import pytest

from makoto.adapters.clouds.memory.one_time_codes import totp
from makoto.domain import PLATFORM_TENANT_ID, Role, TenantStatus
from makoto.domain.sign_in import Caller, Challenge, Tokens
from makoto.runtime.telemetry import logger
from tests.builders import TENANT, tenant_record
from tests.entry.identity.calls import EMAIL, as_member, call
from tests.entry.identity.conftest import PASSWORD, World


def test_the_first_sign_in_asks_for_a_password_of_ones_own_and_then_gives_tokens(world: World) -> None:
    world.invite(EMAIL)

    status, asked = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    assert (status, asked["challenge"], asked["parameters"]) == (200, "NEW_PASSWORD_REQUIRED", {})
    answer = {"challenge": asked["challenge"], "session": asked["session"], "username": EMAIL}
    status, tokens = call("POST", "challenge", {**answer, "new_password": "Battery-staple-7"})

    assert status == 200
    assert set(tokens) == {"access_token", "id_token", "refresh_token", "expires_in_s", "token_type"}
    assert call("POST", "login", {"username": EMAIL, "password": "Battery-staple-7"})[0] == 200
    assert call("POST", "login", {"username": EMAIL, "password": PASSWORD})[0] == 401
    assert as_member(world, tokens["access_token"], "GET", "me")[0] == 200


def test_an_authenticator_app_is_set_up_and_then_asked_for(world: World) -> None:
    world.member(EMAIL)
    world.identity.require_totp(EMAIL)

    _, setup = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    secret = setup["parameters"]["secret_code"]
    code = totp(secret, world.clock.now())
    answer = {"challenge": "MFA_SETUP", "session": setup["session"], "username": EMAIL}
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert call("POST", "challenge", {**answer, "totp_code": wrong})[1]["type"] == "urn:makoto:problem:code-rejected"
    assert call("POST", "challenge", {**answer, "totp_code": code})[0] == 200

    world.clock.advance(90)
    _, asked = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    answer = {"challenge": asked["challenge"], "session": asked["session"], "username": EMAIL}
    assert asked["challenge"] == "SOFTWARE_TOKEN_MFA"
    assert call("POST", "challenge", {**answer, "totp_code": code})[0] == 401  # the code of before
    assert call("POST", "challenge", {**answer, "totp_code": totp(secret, world.clock.now())})[0] == 200


def test_a_challenge_is_answered_once_and_by_whom_it_was_put_to(world: World) -> None:
    world.invite(EMAIL)
    world.invite("taro@example.com")
    _, asked = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    answer = {"challenge": asked["challenge"], "session": asked["session"], "new_password": "Battery-staple-7"}

    assert call("POST", "challenge", {**answer, "username": "taro@example.com"})[0] == 401
    assert call("POST", "challenge", {**answer, "username": EMAIL})[0] == 200
    assert call("POST", "challenge", {**answer, "username": EMAIL})[0] == 401


def test_a_weak_new_password_names_the_rule_and_leaves_the_challenge_open(world: World) -> None:
    world.invite(EMAIL)
    _, asked = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    answer = {"challenge": asked["challenge"], "session": asked["session"], "username": EMAIL}

    status, problem = call("POST", "challenge", {**answer, "new_password": "short"})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/body/new_password")
    assert call("POST", "challenge", {**answer, "new_password": "Battery-staple-7"})[0] == 200


def test_nobody_learns_from_the_answer_which_users_exist(world: World) -> None:
    world.member(EMAIL)
    world.member("gone@example.com")
    world.identity.disable_user("gone@example.com")

    answers = [
        call("POST", "login", {"username": username, "password": password})
        for username, password in [
            (EMAIL, "wrong"),
            ("nobody@example.com", PASSWORD),
            ("gone@example.com", PASSWORD),
        ]
    ]

    assert [status for status, _ in answers] == [401, 401, 401]
    assert answers[0][1] == answers[1][1] == answers[2][1]


def test_a_refresh_gives_a_new_access_token_of_the_same_session(world: World) -> None:
    tokens = world.member(EMAIL)

    status, refreshed = call("POST", "refresh", {"refresh_token": tokens.refresh_token})

    assert (status, refreshed["refresh_token"]) == (200, None)
    before, after = (world.at_gate(token)["context"] for token in (tokens.access_token, refreshed["access_token"]))
    assert before["session_id"] == after["session_id"]


def test_a_made_up_refresh_token_is_refused(world: World) -> None:
    status, problem = call("POST", "refresh", {"refresh_token": "made-up"})

    assert (status, problem["type"]) == (401, "urn:makoto:problem:refresh-refused")


def test_a_logout_ends_the_access_token_and_the_refresh_token(world: World) -> None:
    tokens = world.member(EMAIL)

    status, body = as_member(world, tokens.access_token, "POST", "logout", {"refresh_token": tokens.refresh_token})

    assert (status, body) == (204, None)
    assert call("POST", "refresh", {"refresh_token": tokens.refresh_token})[0] == 401
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        world.at_gate(tokens.access_token)


@pytest.mark.parametrize("body", [None, {}])
def test_a_logout_needs_no_refresh_token(world: World, body: Any) -> None:
    tokens = world.member(EMAIL)

    assert as_member(world, tokens.access_token, "POST", "logout", body)[0] == 204
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        world.at_gate(tokens.access_token)


def test_a_logout_of_one_session_leaves_the_other_open(world: World) -> None:
    first = world.member(EMAIL)
    _, second = call("POST", "login", {"username": EMAIL, "password": PASSWORD})

    as_member(world, first.access_token, "POST", "logout")

    assert as_member(world, second["access_token"], "GET", "me")[0] == 200


def test_a_member_without_a_second_factor_is_told_so(world: World) -> None:
    tokens = world.member(EMAIL)

    assert as_member(world, tokens.access_token, "GET", "me")[1]["mfa"] is False


def test_the_provider_is_told_where_a_sign_in_comes_from(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.member(EMAIL)
    told: list[Caller] = []
    sign_in = world.identity.sign_in

    def note(username: str, password: str, caller: Caller) -> Tokens | Challenge:
        told.append(caller)
        return sign_in(username, password, caller)

    monkeypatch.setattr(world.identity, "sign_in", note)

    call("POST", "login", {"username": EMAIL, "password": PASSWORD}, headers={"User-Agent": "Firefox"})

    (caller,) = told
    assert (caller.ip_address, caller.server_path) == ("127.0.0.1", "/api/v1/auth/login")
    assert caller.headers == (("user-agent", "Firefox"),)


def test_me_tells_the_caller_and_the_tenants_profile_but_not_where_its_data_is(world: World) -> None:
    tokens = world.member(EMAIL, Role.OPERATOR)

    status, me = as_member(world, tokens.access_token, "GET", "me")

    assert status == 200
    assert (me["tenant_id"], me["role"], me["features"]) == (TENANT, "operator", [])
    assert me["tenant"] == {
        "tenant_id": TENANT,
        "name": "東都精機株式会社",
        "organization": "toto-seiki",
        "status": "active",
        "time_zone": "Asia/Tokyo",
        "locale": "ja",
    }


def test_a_platform_administrator_has_no_tenant_to_show(world: World) -> None:
    tokens = world.member("operator@example.com", Role.PLATFORM_ADMIN, PLATFORM_TENANT_ID)

    status, me = as_member(world, tokens.access_token, "GET", "me")

    assert (status, me["tenant"], me["role"]) == (200, None, "platform_admin")


def test_a_member_of_a_suspended_tenant_cannot_sign_in(world: World) -> None:
    world.member(EMAIL)
    world.platform.configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))

    status, problem = call("POST", "login", {"username": EMAIL, "password": PASSWORD})

    assert (status, problem["type"]) == (403, "urn:makoto:problem:sign-in-not-allowed")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "logout"), ("GET", "me"), ("POST", "totp"), ("PUT", "totp"), ("DELETE", "totp")]
)
def test_a_guarded_route_without_the_gate_is_401(world: World, method: str, path: str) -> None:
    assert call(method, path)[0] == 401


def test_no_secret_reaches_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    world.invite(EMAIL)
    _, asked = call("POST", "login", {"username": EMAIL, "password": PASSWORD})
    answer = {"challenge": asked["challenge"], "session": asked["session"], "username": EMAIL}
    _, tokens = call("POST", "challenge", {**answer, "new_password": "Battery-staple-7"})
    as_member(world, tokens["access_token"], "GET", "me")
    _, offer = as_member(world, tokens["access_token"], "POST", "totp")
    code = totp(offer["secret_code"], world.clock.now())
    as_member(world, tokens["access_token"], "PUT", "totp", {"totp_code": code})
    as_member(world, tokens["access_token"], "DELETE", "totp", {"totp_code": code})
    call("POST", "login", {"username": EMAIL, "password": "Wrong-password-1", "extra": 1})

    logged = stream.getvalue() + capsys.readouterr().out

    assert "claims added" in logged
    assert "POST /{proxy+} 200" in logged
    kept = [tokens[name] for name in ("access_token", "id_token", "refresh_token")]
    kept += [offer["secret_code"], code]
    for secret in (PASSWORD, "Battery-staple-7", "Wrong-password-1", EMAIL, asked["session"], *kept):
        assert secret not in logged
