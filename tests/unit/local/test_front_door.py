"""The front door before a recorded API: only the wire behind it is played."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from local.front_door import LARGEST_BODY_BYTES, Address, create_app

ADDRESS = Address(8080, "http://127.0.0.1:4566", "a1b2c3", "live")
Answer = Callable[[httpx.Request], httpx.Response]


def ask(answer: Answer | httpx.AsyncBaseTransport, method: str, path: str, **given: Any) -> httpx.Response:
    """Send one request through the front door to an API that answers so."""
    api = (
        answer if isinstance(answer, httpx.AsyncBaseTransport) else httpx.MockTransport(lambda each: wire(answer(each)))
    )

    async def send() -> httpx.Response:
        door = httpx.ASGITransport(create_app(ADDRESS, api))
        async with httpx.AsyncClient(transport=door, base_url=ADDRESS.url) as client:
            return await client.request(method, path, **given)

    return asyncio.run(send())


def wire(response: httpx.Response) -> httpx.Response:
    """The response as it comes from a socket: its body is yet to be read."""
    return httpx.Response(
        response.status_code, headers=response.headers.multi_items(), stream=httpx.ByteStream(response.content)
    )


def fine(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200)


def test_a_request_reaches_the_api_as_it_was_sent() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(201, json={"ok": True})

    path = "/api/v1/tenants/t1/telemetry/history?metric=a&metric=b&from=2026-01-01T00%3A00%3A00%2B09%3A00"
    got = ask(answer, "POST", path, json={"名": "東都"}, headers={"authorization": "Bearer x"})

    assert got.status_code == 201
    assert str(seen[0].url) == f"http://127.0.0.1:4566/restapis/a1b2c3/live/_user_request_{path}"
    assert seen[0].headers["authorization"] == "Bearer x"
    assert seen[0].content.decode() == '{"名":"東都"}'
    assert seen[0].headers["host"] == "127.0.0.1:4566"


def test_an_encoded_path_stays_encoded() -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200)

    ask(answer, "GET", "/api/v1/tenants/t1%2Fdevices/%E6%9D%B1")

    assert seen[0].endswith(b"/api/v1/tenants/t1%2Fdevices/%E6%9D%B1")


def test_an_answer_keeps_its_status_headers_and_problem() -> None:
    headers = [("content-type", "application/problem+json"), ("x-amzn-requestid", "r-1"), ("retry-after", "3")]
    refused = httpx.Response(429, headers=[*headers, ("x-m", "a"), ("x-m", "b")], content=b"{}")

    got = ask(lambda _: refused, "GET", "/api/v1/auth/me")

    assert got.status_code == 429
    assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["retry-after"] == "3"
    assert got.headers.get_list("x-m") == ["a", "b"]
    assert got.headers["x-request-id"] == "r-1"


@pytest.mark.parametrize("path", ["/", "/api/v1/auth/me", "/nowhere"])
def test_security_headers_stand_on_every_answer(path: str) -> None:
    got = ask(fine, "GET", path)

    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["x-frame-options"] == "DENY"


def test_an_answer_is_not_stored_unless_it_says_so() -> None:
    kept = httpx.Response(200, headers={"cache-control": "max-age=60"})

    assert ask(fine, "GET", "/api/v1/auth/me").headers["cache-control"] == "no-store"
    assert ask(lambda _: kept, "GET", "/api/v1/auth/me").headers["cache-control"] == "max-age=60"


def test_an_emulator_that_is_away_is_a_502_that_says_what_to_do() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    got = ask(refuse, "GET", "/health/ready")

    assert got.status_code == 502
    assert got.headers["content-type"] == "application/problem+json"
    assert "make up" in got.json()["detail"]


def test_a_request_that_takes_too_long_is_a_504() -> None:
    def stall(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    assert ask(stall, "GET", "/api/v1/auth/me").json()["status"] == 504


def test_a_crashed_function_shows_nothing_of_its_error() -> None:
    crash = httpx.Response(502, json={"message": '{"errorMessage": "password=hunter2"}'})

    got = ask(lambda _: crash, "GET", "/api/v1/auth/me")

    assert got.json()["type"] == "urn:makoto:problem:internal"
    assert "hunter2" not in got.text


def test_a_body_over_ten_megabytes_is_refused_before_the_api() -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("the API was asked")

    path = "/api/v1/tenants/t1/telemetry/imports/i/parts"
    got = ask(never, "PUT", path, content=b"x" * (LARGEST_BODY_BYTES + 1))

    assert got.status_code == 413
    assert got.json()["type"] == "urn:makoto:problem:too-large"


def test_a_compressed_answer_passes_through_compressed() -> None:
    packed = httpx.Response(200, content=b"\x1f\x8b not touched", headers={"content-encoding": "x-opaque"})

    got = ask(lambda _: packed, "GET", "/api/v1/auth/me")

    assert got.headers["content-encoding"] == "x-opaque"
    assert got.content == b"\x1f\x8b not touched"


def test_a_streamed_upload_reaches_the_api_whole() -> None:
    received: list[bytes] = []

    class Recorder(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            received.append(await request.aread())
            return wire(httpx.Response(200))

    async def parts() -> AsyncIterator[bytes]:
        yield b"one,"
        yield b"two"

    ask(Recorder(), "POST", "/api/v1/tenants/t1/telemetry", content=parts())

    assert received == [b"one,two"]


def test_the_first_page_speaks_japanese_and_english() -> None:
    got = ask(fine, "GET", "/")

    assert got.headers["content-type"].startswith("text/html")
    assert "製造業" in got.text
    assert "running whole on this machine" in got.text
    assert 'href="/health/ready"' in got.text


def test_an_unknown_path_is_a_404_problem() -> None:
    got = ask(fine, "GET", "/apifoo")

    assert (got.status_code, got.json()["type"]) == (404, "urn:makoto:problem:not-found")
