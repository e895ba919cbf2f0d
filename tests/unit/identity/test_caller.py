"""What the provider is told of a sign-in's origin, and what never leaves the header."""

from functions.identity.caller import access_token, caller
from tests.builders import api_event

SENT = {
    "User-Agent": "Mozilla/5.0",
    "Accept-Language": "ja",
    "Authorization": "Bearer a.b.c",
    "Cookie": "session=1",
    "X-Forwarded-For": "198.51.100.1",
    "X-Api-Key": "key",
}


def test_only_headers_without_credentials_are_told() -> None:
    told = caller(api_event("POST", "/api/v1/auth/login", headers=SENT))

    assert dict(told.headers) == {"user-agent": "Mozilla/5.0", "accept-language": "ja"}


def test_the_address_is_the_connections_and_not_what_the_sender_says() -> None:
    assert caller(api_event("POST", "/api/v1/auth/login", headers=SENT)).ip_address == "127.0.0.1"


def test_a_request_without_headers_has_a_caller_all_the_same() -> None:
    event = api_event("POST", "/api/v1/auth/login") | {"headers": None}

    assert caller(event).headers == ()
    assert access_token(event).get_secret_value() == ""


def test_the_token_is_read_whatever_the_case_and_never_shown() -> None:
    for name in ("Authorization", "authorization", "AUTHORIZATION"):
        event = api_event("GET", "/api/v1/auth/me") | {"headers": {name: "bearer a.b.c"}}

        found = access_token(event)

        assert found.get_secret_value() == "a.b.c"
        assert "a.b.c" not in f"{found!r} {found}"
