"""Servers that give one answer to everything, as Azure does under load or to a stale token."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.servers.https import served
from local.servers.tls import Authority
from tests.contract.clouds.azure_world import free_port


@dataclass
class Answer:
    """What is answered, and the tokens that were shown."""

    status: int
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await request.body()
        self.tokens.append(request.headers.get("Authorization", ""))
        is_vault = request.url.path.startswith(("/secrets", "/deletedsecrets"))
        body = (
            f'{{"error":{{"code":"{self.code}"}}}}'
            if is_vault
            else f"<Error><Code>{self.code}</Code><Message>no</Message></Error>"
        )
        kind = "application/json" if is_vault else "application/xml"
        headers = {"x-ms-error-code": self.code, **self.headers}
        await Response(body, self.status, headers, kind)(scope, receive, send)


@contextmanager
def answering(answer: Answer, ca_path: str) -> Iterator[str]:
    """Serve it with the authority that the world trusts."""
    with served(answer, free_port(), Authority.in_folder(Path(ca_path).parent)) as url:
        yield url
