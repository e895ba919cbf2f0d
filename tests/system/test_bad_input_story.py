"""Whatever is sent to whatever route: a precise refusal as problem+json, never a fault of ours."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx
import pytest

from tests.isolation.attempts import EXAMPLES, Route, routes
from tests.system.company import Company
from tests.system.laptop import LaptopCloud
from tools.openapi import document

AT_ONCE = 4
EVERY = routes(document())
DEEP = "[" * 5000 + "]" * 5000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "cut JSON": b'{"device_id": "a',
    "no JSON": b"<xml/>",
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "NaN": b'{"seq": NaN}',
    "unknown field": b'{"surprise": 1}',
    "wrong types": json.dumps({name: [{}] for name in ("username", "device_id", "reason", "name", "edge")}).encode(),
    "deep": DEEP.encode(),
    "twice the same": b'{"device_id": "a", "device_id": "b"}',
    "NUL": b'{"device_id": "a\\u0000b", "username": "a\\u0000", "reason": "\\u0000", "device": "\\u0000"}',
    "lone surrogate": b'{"reason": "\\ud800", "username": "\\ud800", "edge": "\\ud800", "filename": "\\ud800"}',
    "emoji": '{"reason": "😀", "device_id": "装置", "edge": "😀", "organization": "株"}'.encode(),
    "injection": b'{"device_id": "x\' OR 1=1;--", "edge": "tenant#t000000000000", "username": "*)(uid=*"}',
    "over-long": json.dumps(dict.fromkeys(("name", "reason", "username", "device_id"), "x" * 100000)).encode(),
    "no UTF-8": b'{"device_id": "\xff\xfe"}',
    "a naive date": b'{"from": "2026-01-01T00:00:00", "t": "2026-01-01"}',
}
QUERIES = (
    {"limit": "0"},
    {"limit": "1e9"},
    {"limit": "9" * 400},
    {"cursor": "AAAA"},
    {"cursor": "' OR 1=1;--"},
    {"cursor": "\x00"},
    {"cursor": "x" * 9000},
    {"status": "😀"},
    {"device": "../../x", "metric": "a", "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
    {"device": "none-such", "metric": "' OR 1=1", "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
    {"device": "none-such", "metric": "a", "from": "2026-01-01T00:00:00", "to": "2026-01-02T00:00:00"},
    {"device": "none-such", "metric": "a", "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
    {"device": "none-such", "metric": "a", "from": "-9999-01-01T00:00:00Z", "to": "99999-01-01T00:00:00Z"},
    {"device": "none-such", "metric": "a", "from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z", "step": "1s"},
    {"device": "none-such", "metric": "a", "from": "NaN", "to": "Infinity", "step": "-1m", "aggregation": "drop"},
    {"site": "a", "line": "b\x00", "offset": "-1"},
    {"offset": "99999999999999999999999999"},
)
SEGMENTS = ("%00", "%2e%2e%2f", "x'%20OR%201=1", "%F0%9F%98%80", "x" * 3000, "%FF")


class Attempt(NamedTuple):
    """One request, and what is hostile in it."""

    route: Route
    what: str
    path: str
    body: bytes | None = None
    query: dict[str, str] | None = None


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    company = laptop.onboard("hostis")
    company.register(EXAMPLES["device_id"])
    return company


def attempts(tenant_id: str) -> Iterator[Attempt]:
    """Every route with every body, query and path segment that it has a place for."""
    for route in EVERY:
        path = route.path(tenant_id)
        if route.method == "DELETE" and route.is_administration:
            path = route.path("t222222222222")
        if route.method in ("POST", "PUT"):
            yield from (Attempt(route, name, path, body=body) for name, body in BODIES.items())
        if route.method == "GET" or "import_id" in route.template:
            yield from (Attempt(route, str(query)[:80], path, query=query) for query in QUERIES)
        for name in ("{tenant_id}", "{device_id}", "{import_id}", "{certificate_id}"):
            if name in route.template:
                whole = Route(route.method, route.template.replace(name, "@"), route.permission).path(tenant_id)
                yield from (Attempt(route, segment[:20], whole.replace("@", segment)) for segment in SEGMENTS)


def fault_of(answer: httpx.Response) -> str | None:
    """What is wrong with an answer, if anything."""
    if answer.status_code >= 500:
        return "a fault of ours"
    if answer.status_code < 400:
        return None
    if answer.headers.get("content-type") != "application/problem+json":
        return f"no problem+json: {answer.headers.get('content-type')}"
    told = answer.json()
    is_whole = told["status"] == answer.status_code and told["type"].startswith("urn:makoto:problem:")
    return None if is_whole and told["title"] and told["detail"] else f"an incomplete problem: {told}"


def test_nothing_that_is_sent_makes_a_fault(
    laptop: LaptopCloud, company: Company, record_property: Callable[[str, object], None]
) -> None:
    platform = laptop.platform_client()

    def send(attempt: Attempt) -> str | None:
        client = platform if attempt.route.is_administration else company.client
        headers = {"Content-Type": "application/json", "Idempotency-Key": "hostis"}
        answer = client.request(
            attempt.route.method, attempt.path, content=attempt.body, params=attempt.query, headers=headers
        )
        found = fault_of(answer)
        shown = (attempt.route.method, attempt.route.template, attempt.what, answer.status_code)
        return f"{shown}: {found} {answer.text[:200]}" if found else None

    every = [each for each in attempts(company.tenant_id) if not each.route.template.endswith("/logout")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [each for each in pool.map(send, every) if each]

    record_property("attempts", len(every))
    assert "\n".join(found) == ""
