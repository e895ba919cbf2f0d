"""Bodies that break a rule get a 422 naming the field; strange texts are just wrong; never a 500."""

from typing import Any

import pytest

from tests.entry.identity.calls import EMAIL, call
from tests.entry.identity.conftest import PASSWORD, World

SESSION = "s" * 40
GOOD_LOGIN = {"username": EMAIL, "password": PASSWORD}
GOOD_ANSWER = {"challenge": "SOFTWARE_TOKEN_MFA", "session": SESSION, "username": EMAIL, "totp_code": "123456"}

BAD_BODIES: list[tuple[str, Any, str]] = [
    ("login", {**GOOD_LOGIN, "role": "platform_admin"}, "/body/role"),
    ("login", {**GOOD_LOGIN, "client_metadata": {"tenant_id": "t000000000000"}}, "/body/client_metadata"),
    ("login", {"username": EMAIL}, "/body/password"),
    ("login", {"password": PASSWORD}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": ""}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": "a" * 129}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": "with space"}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": "nul\x00"}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": "line\nfeed"}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": "end\n"}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": {"S": "x"}}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": 7}, "/body/username"),
    ("login", {**GOOD_LOGIN, "username": None}, "/body/username"),
    ("login", {**GOOD_LOGIN, "password": ""}, "/body/password"),
    ("login", {**GOOD_LOGIN, "password": "p" * 257}, "/body/password"),
    ("login", {**GOOD_LOGIN, "password": "nul\x00nul"}, "/body/password"),
    ("login", {**GOOD_LOGIN, "password": ["x"]}, "/body/password"),
    ("login", "null", "/body"),
    ("login", "7", "/body"),
    ("login", "{", "/body"),
    ("login", "", "/body"),
    ("login", '{"username": "\\ud800", "password": "x"}', "/body"),
    ("login", None, "/body"),
    ("challenge", {**GOOD_ANSWER, "challenge": "PASSWORD_VERIFIER"}, "/body/challenge"),
    ("challenge", {**GOOD_ANSWER, "session": "short"}, "/body/session"),
    ("challenge", {**GOOD_ANSWER, "session": "s" * 2049}, "/body/session"),
    ("challenge", {**GOOD_ANSWER, "session": "セッション" * 10}, "/body/session"),
    ("challenge", {**GOOD_ANSWER, "totp_code": "12345"}, "/body/totp_code"),
    ("challenge", {**GOOD_ANSWER, "totp_code": "１２３４５６"}, "/body/totp_code"),
    ("challenge", {**GOOD_ANSWER, "totp_code": "123456\n"}, "/body/totp_code"),
    ("challenge", {**GOOD_ANSWER, "totp_code": None}, "/body"),
    ("challenge", {**GOOD_ANSWER, "new_password": "Battery-staple-7"}, "/body"),
    ("challenge", {**GOOD_ANSWER, "challenge": "NEW_PASSWORD_REQUIRED"}, "/body"),
    ("refresh", {}, "/body/refresh_token"),
    ("refresh", {"refresh_token": ""}, "/body/refresh_token"),
    ("refresh", {"refresh_token": "r" * 8193}, "/body/refresh_token"),
    ("refresh", {"refresh_token": "nul\x00"}, "/body/refresh_token"),
    ("refresh", {"refresh_token": "トークン"}, "/body/refresh_token"),
]


@pytest.mark.parametrize(("path", "body", "pointer"), BAD_BODIES)
def test_a_bad_body_is_a_422_that_names_the_field(world: World, path: str, body: Any, pointer: str) -> None:
    status, problem = call("POST", path, body)

    assert status == 422
    assert [error["pointer"] for error in problem["errors"] if error["pointer"].startswith(pointer)]
    assert PASSWORD not in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "' OR '1'='1",
        "admin'--",
        '"; DROP TABLE tenants; --',
        "membership#x",
        "${jndi:ldap://x}",
        "../../etc/passwd",
        "<script>",
        "日本語の利用者",
        "🔑🔑",
        "a\u0301",
        "*",
        "%00",
    ],
)
def test_strange_names_and_passwords_are_just_wrong(world: World, text: str) -> None:
    world.member(EMAIL)

    assert call("POST", "login", {"username": EMAIL, "password": text})[0] == 401
    assert call("POST", "login", {"username": text.replace(" ", ""), "password": PASSWORD})[0] == 401
    assert call("POST", "challenge", {**GOOD_ANSWER, "username": text.replace(" ", "")})[0] == 401
