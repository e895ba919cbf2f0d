"""One origin for the API and later the portal, as CloudFront is in front of the deployed platform."""

import json
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from local.settings import HOST

PAGE = Path(__file__).parent / "welcome.html"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
LARGEST_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's payload quota
TIMEOUT = httpx.Timeout(30.0, connect=2.0)  # API Gateway gives an integration 29 s
LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=20.0)
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split()
)
NOT_PASSED_ON = HOP_BY_HOP | {b"host"}
NOT_PASSED_BACK = HOP_BY_HOP | {b"date", b"server"}
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


@dataclass(frozen=True)
class Address:
    """Where the front door listens and which API it leads to."""

    port: int
    emulator: str
    api_id: str
    stage: str

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def upstream(self) -> str:
        return f"{self.emulator}/restapis/{self.api_id}/{self.stage}/_user_request_"

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        return cls(**json.loads(file.read_text(encoding="utf-8")))


def create_app(address: Address, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Build the front door; `transport` is given by tests only."""
    client = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, transport=transport, follow_redirects=False)

    async def forward(request: Request) -> Response:
        return await _forward(request, client, address)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    routes = [
        Route("/", _welcome),
        Route("/api/{rest:path}", forward, methods=METHODS),
        Route("/health/{rest:path}", forward, methods=METHODS),
        Route("/{rest:path}", _unknown, methods=METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _welcome(_: Request) -> Response:
    return FileResponse(PAGE, media_type="text/html", headers=SECURITY_HEADERS)


async def _unknown(_: Request) -> Response:
    return problem(HTTPStatus.NOT_FOUND, "not-found", "no route answers this path")


async def _forward(request: Request, client: httpx.AsyncClient, address: Address) -> Response:
    """Pass one request on and stream its answer back."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > LARGEST_BODY_BYTES:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "the body is larger than 10 MB")
    try:
        answer = await client.send(_onward(request, client, address), stream=True)
    except httpx.TimeoutException:
        return problem(HTTPStatus.GATEWAY_TIMEOUT, "unavailable", "the request took longer than 29 s")
    except httpx.TransportError:
        away = "the AWS emulator does not answer: run `make up`"
        return problem(HTTPStatus.BAD_GATEWAY, "unavailable", away)
    if await _is_crash(answer):
        return problem(HTTPStatus.BAD_GATEWAY, "internal", "the request failed on our side; it may be sent again")
    return _backward(answer)


def _onward(request: Request, client: httpx.AsyncClient, address: Address) -> httpx.Request:
    path = request.scope["raw_path"].split(b"?")[0].decode("ascii")
    query = request.scope["query_string"].decode("ascii")
    url = f"{address.upstream}{path}{'?' + query if query else ''}"
    headers = [(name, value) for name, value in request.headers.raw if name not in NOT_PASSED_ON]
    peer = request.client.host if request.client else HOST
    headers += [(b"x-forwarded-for", peer.encode()), (b"x-forwarded-proto", b"http")]
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    return client.build_request(request.method, url, headers=headers, content=request.stream() if has_body else None)


def _backward(answer: httpx.Response) -> Response:
    response = StreamingResponse(_body(answer), status_code=answer.status_code)
    headers = [(name.lower(), value) for name, value in answer.headers.raw]
    response.raw_headers = [(name, value) for name, value in headers if name not in NOT_PASSED_BACK]
    request_id = answer.headers.get("x-amzn-requestid", "")
    for name, text in {**SECURITY_HEADERS, "cache-control": "no-store", "x-request-id": request_id}.items():
        response.headers.setdefault(name, text)
    return response


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Stream the body as it came, and let go of the connection when the client has gone too."""
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()


async def _is_crash(answer: httpx.Response) -> bool:
    """Whether a function crashed: the emulator then shows its error, which API Gateway never does."""
    if answer.status_code != HTTPStatus.BAD_GATEWAY:
        return False
    await answer.aread()
    await answer.aclose()
    return True


def problem(status: HTTPStatus, name: str, detail: str) -> Response:
    """An RFC 9457 answer of the front door itself."""
    request_id = str(uuid.uuid4())  # noqa: TID251 - this process has no ports; it stands where CloudFront does
    document = {"type": f"urn:makoto:problem:{name}", "title": status.phrase, "status": int(status), "detail": detail}
    document["instance"] = f"urn:makoto:request:{request_id}"
    headers = {**SECURITY_HEADERS, "cache-control": "no-store", "x-request-id": request_id}
    body = json.dumps(document)
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def main() -> None:
    """Serve until told to stop; the only argument is the address file."""
    address = Address.read(Path(sys.argv[1]))
    uvicorn.run(create_app(address), host=HOST, port=address.port, log_level="info", server_header=False)


if __name__ == "__main__":
    main()
