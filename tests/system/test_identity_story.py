"""Signing in and out: passwords, invitations, one-time codes, tokens that end when they are told to."""

import base64
import hmac
import struct
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.system.company import Company, Json
from tests.system.laptop import LaptopCloud

AUTH = "/api/v1/auth"
CHOSEN = "Chosen-合言葉-2026-9"
HOSTILE = [
    "' OR '1'='1",
    "admin@historia.example'; DROP TABLE tenants;--",
    "tenant#t000000000000",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/a}",
    "../../etc/passwd",
    "a\x00b",
    "😀" * 40,
    "x" * 5000,
    "\u202eevil",
    "日本語 の 名前",
]


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    return laptop.onboard("identitas")


@pytest.fixture
def stranger(laptop: LaptopCloud) -> httpx.Client:
    return laptop.anonymous_client()


def sign_in(stranger: httpx.Client, username: str, password: str) -> httpx.Response:
    return stranger.post(f"{AUTH}/login", json={"username": username, "password": password})


def bearer(tokens: Json) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def code_of(secret: str) -> str:
    """A one-time code as an authenticator app computes it (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, "sha1")
    (number,) = struct.unpack(">I", digest[(at := digest[-1] & 15) : at + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.headers["content-type"], answer.json()["type"]


def test_a_session_lives_is_refreshed_and_ends_at_logout(
    laptop: LaptopCloud, company: Company, stranger: httpx.Client
) -> None:
    tokens = sign_in(stranger, company.administrator, laptop.password).json()
    me = stranger.get(f"{AUTH}/me", headers=bearer(tokens))
    by_id_token = stranger.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {tokens['id_token']}"})
    refreshed = stranger.post(f"{AUTH}/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    me_again = stranger.get(f"{AUTH}/me", headers=bearer(refreshed))

    body = {"refresh_token": tokens["refresh_token"]}
    logout = stranger.post(f"{AUTH}/logout", headers=bearer(tokens), json=body)
    after = [stranger.get(f"{AUTH}/me", headers=bearer(each)).status_code for each in (tokens, refreshed)]
    refresh_after = stranger.post(f"{AUTH}/refresh", json=body)
    others = company.client.get(f"{AUTH}/me")

    shown = me.json()
    assert (shown["username"], shown["tenant_id"], shown["role"]) == (
        company.administrator,
        company.tenant_id,
        "tenant_admin",
    )
    assert (tokens["token_type"], shown["mfa"], me_again.json()) == ("Bearer", False, shown)
    assert by_id_token.status_code == 401
    assert (logout.status_code, logout.content) == (204, b"")
    assert after == [401, 401]
    assert refresh_after.status_code == 401
    assert others.status_code == 200


def test_an_invited_person_chooses_a_password_before_anything_else(
    laptop: LaptopCloud, company: Company, stranger: httpx.Client
) -> None:
    people, username = laptop.people, company.administrator
    people.aws.client("cognito-idp").admin_set_user_password(
        UserPoolId=people.user_pool_id, Username=username, Password="First-time-2026-9", Permanent=False
    )
    challenge = sign_in(stranger, username, "First-time-2026-9").json()
    reply = {"challenge": challenge["challenge"], "session": challenge["session"], "username": username}

    made_up = stranger.post(f"{AUTH}/challenge", json={**reply, "session": "x" * 40, "new_password": CHOSEN})
    weak = stranger.post(f"{AUTH}/challenge", json={**reply, "new_password": "short"})
    anothers = {**reply, "username": "admin@makoto.example", "new_password": CHOSEN}
    for_another = stranger.post(f"{AUTH}/challenge", json=anothers)
    chosen = stranger.post(f"{AUTH}/challenge", json={**reply, "new_password": laptop.password})
    twice = stranger.post(f"{AUTH}/challenge", json={**reply, "new_password": CHOSEN})

    assert challenge["challenge"] == "NEW_PASSWORD_REQUIRED"
    assert "access_token" not in challenge
    assert problem(weak) == (422, "application/problem+json", "urn:makoto:problem:password-rejected")
    assert (made_up.status_code, for_another.status_code, twice.status_code) == (401, 401, 401)
    assert stranger.get(f"{AUTH}/me", headers=bearer(chosen.json())).status_code == 200
    assert sign_in(stranger, username, "First-time-2026-9").status_code == 401


def test_one_time_codes_are_enrolled_asked_for_and_taken_away(laptop: LaptopCloud, stranger: httpx.Client) -> None:
    company = laptop.onboard("totp")
    me = bearer(sign_in(stranger, company.administrator, laptop.password).json())

    offer = stranger.post(f"{AUTH}/totp", headers=me).json()
    code = code_of(offer["secret_code"])
    refused = stranger.put(f"{AUTH}/totp", headers=me, json={"totp_code": wrong(code)})
    enrolled = stranger.put(f"{AUTH}/totp", headers=me, json={"totp_code": code, "device_name": "電話"})
    twice = stranger.post(f"{AUTH}/totp", headers=me)
    shown = stranger.get(f"{AUTH}/me", headers=me).json()

    assert parse_qs(urlsplit(offer["otpauth_uri"]).query)["secret"] == [offer["secret_code"]]
    assert refused.status_code in (401, 422), refused.text
    assert (enrolled.status_code, twice.status_code, shown["mfa"]) == (204, 409, True)

    def challenged(totp_code: str) -> httpx.Response:
        asked = sign_in(stranger, company.administrator, laptop.password).json()
        assert asked["challenge"] == "SOFTWARE_TOKEN_MFA"
        reply: dict[str, Any] = {"challenge": asked["challenge"], "session": asked["session"]}
        return stranger.post(
            f"{AUTH}/challenge", json={**reply, "username": company.administrator, "totp_code": totp_code}
        )

    by_wrong, by_right = challenged(wrong(code_of(offer["secret_code"]))), challenged(code_of(offer["secret_code"]))
    removed = stranger.request(
        "DELETE", f"{AUTH}/totp", headers=bearer(by_right.json()), json={"totp_code": code_of(offer["secret_code"])}
    )

    assert by_wrong.status_code in (401, 422), by_wrong.text
    assert by_right.status_code == 200
    assert removed.status_code == 204, removed.text
    assert "access_token" in sign_in(stranger, company.administrator, laptop.password).json()


def test_a_wrong_password_and_an_unknown_person_are_told_alike(company: Company, stranger: httpx.Client) -> None:
    wrong_password = sign_in(stranger, company.administrator, "Wrong-password-9")
    unknown = sign_in(stranger, "nobody@identitas.example", "Wrong-password-9")

    told = [{**answer.json(), "instance": None} for answer in (wrong_password, unknown)]
    assert (wrong_password.status_code, told[0]) == (unknown.status_code, told[1])
    assert problem(wrong_password) == (401, "application/problem+json", told[0]["type"])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("field", ["username", "password", "refresh_token", "session"])
def test_whatever_is_typed_is_refused_with_a_reason(
    company: Company, stranger: httpx.Client, field: str, text: str
) -> None:
    known: Json = {"username": company.administrator, "password": "Wrong-password-9"}
    reply: Json = {"challenge": "SOFTWARE_TOKEN_MFA", "username": company.administrator, "totp_code": "123456"}
    path, body = {
        "refresh_token": ("refresh", {field: text}),
        "session": ("challenge", {**reply, field: text}),
    }.get(field, ("login", {**known, field: text}))

    answer = stranger.post(f"{AUTH}/{path}", json=body)

    status, media_type, _ = problem(answer)
    assert (status in (401, 422), media_type) == (True, "application/problem+json"), answer.text
