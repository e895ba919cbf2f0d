"""The API over real HTTP in this process: API Gateway's part played, the handlers our own, the cloud in memory."""

import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from fnmatch import fnmatchcase
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from functions.identity import authorizer
from makoto.runtime.http import HttpApi
from tests.builders import api_event, lambda_context
from tools.openapi import apis, permissions

STAGE_ARN = "arn:aws:execute-api:ap-northeast-1:000000000000:api123/v1"
BEARER = re.compile(r"[Bb]earer [-0-9A-Za-z_]+\.[-0-9A-Za-z_]+\.[-0-9A-Za-z_]+")
"""The authorizer's validation expression: what does not match it never reaches the function."""

BINARY = ("text/csv", "application/octet-stream", "image/png")
"""As stacks/api.py has it; to import that would start node."""

Answer = tuple[int, list[tuple[str, str]], bytes]
TITLES = {
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "not-found": HTTPStatus.NOT_FOUND,
}


@dataclass(frozen=True)
class Route:
    """A route as API Gateway knows it."""

    method: str
    pattern: re.Pattern[str]
    api: HttpApi
    is_guarded: bool


class Refusal(Exception):
    """API Gateway answers itself."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.status = TITLES[problem]


@dataclass
class Gateway:
    """Turns requests into proxy events and answers into responses.

    `before` sees each request first; a ConnectionAbortedError from it breaks the connection without an answer.
    `instead` are routes that stand in front of the domains' own.
    """

    before: Callable[[str, str], None] = lambda method, path: None
    instead: Sequence[HttpApi] = ()
    served: list[tuple[str, str, int]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @cached_property
    def routes(self) -> list[Route]:
        return [
            Route(method.upper(), re.compile(re.sub(r"[<{]\w+[>}]", "[^/]+", path)), api, permission is not None)
            for api in (*self.instead, *apis())
            for (path, method), permission in permissions(api).items()
        ]

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
        """Serve one request as the deployed stage does."""
        path = unquote(urlsplit(target).path)
        self.before(method, path)
        request_id = f"request-{next(self._numbers)}"
        try:
            made = self._invoke(method, target, headers, body, request_id)
        except Refusal as refused:
            made = _problem(refused, request_id)
        self.served.append((method, path, made[0]))
        return made

    def _invoke(self, method: str, target: str, headers: Message, body: bytes, request_id: str) -> Answer:
        split = urlsplit(target)
        route = self._route(method, split.path)
        proven = _prove(headers.get("Authorization", ""), method, split.path) if route.is_guarded else {}
        query: dict[str, str | list[str]] = {**parse_qs(split.query, keep_blank_values=True)}
        event = api_event(method, unquote(split.path), tenant_id=None, query=query, headers=dict(headers.items()))
        event |= _body(body, headers.get("Content-Type", ""))
        event["requestContext"] |= {"authorizer": proven, "requestId": request_id}
        made = route.api.handler(event, lambda_context())
        several = made.get("multiValueHeaders", {})
        sent = [(name, value) for name, values in several.items() for value in values]
        answer = (made.get("body") or "").encode()
        return made["statusCode"], sent, b64decode(answer) if made.get("isBase64Encoded") else answer

    def _route(self, method: str, path: str) -> Route:
        for route in self.routes:
            if route.method == method and route.pattern.fullmatch(path):
                return route
        raise Refusal("not-found")


def _prove(header: str, method: str, path: str) -> dict[str, str]:
    """Ask the authorizer and evaluate its policy: an explicit Deny wins, nothing matched is a refusal too."""
    if not BEARER.fullmatch(header):
        raise Refusal("unauthenticated")
    arn = f"{STAGE_ARN}/{method}{path}"
    try:
        answer = authorizer.handler({"type": "TOKEN", "authorizationToken": header, "methodArn": arn}, lambda_context())
    except authorizer.Unauthorized:
        raise Refusal("unauthenticated") from None
    effects = {
        statement["Effect"]
        for statement in answer["policyDocument"]["Statement"]
        if any(fnmatchcase(arn, resource) for resource in statement["Resource"])
    }
    if effects != {"Allow"}:
        raise Refusal("forbidden")
    context: dict[str, str] = answer["context"]
    return {**context, "principalId": answer["principalId"]}


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    """Binary media types arrive in Base64; a text that is not UTF-8 loses what cannot be read."""
    if content_type.partition(";")[0] in BINARY:
        return {"body": b64encode(body).decode(), "isBase64Encoded": True}
    return {"body": body.decode(errors="replace") or None}


def _problem(refused: Refusal, request_id: str) -> Answer:
    document = {
        "type": f"urn:makoto:problem:{refused}",
        "title": refused.status.phrase,
        "status": refused.status.value,
        "detail": {401: "the request carries no valid access token", 403: "the token does not allow this"}.get(
            refused.status, "no route answers this path"
        ),
        "instance": f"urn:makoto:request:{request_id}",
    }
    return refused.status, [("Content-Type", "application/problem+json")], orjson.dumps(document)


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            status, headers, answer = self.gateway.answer(self.command, self.path, self.headers, body)
        except ConnectionAbortedError:
            return
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, *_: object) -> None:
        """Say nothing: `gateway.served` is the log."""


@contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    """Serve on a free port of the loopback, one request at a time; yields the address."""
    gateway.routes  # noqa: B018 - the handlers are loaded now and not within a request
    handler = type("Handler", (_Handler,), {"gateway": gateway})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
