"""The public API as the commands use it: a problem becomes a sentence, an old token is renewed once."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from cli.session import Session

TIMEOUT_S = 60.0


class Refused(Exception):
    """The server's problem document, or that no server answered (status 0)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        self.status = status
        self.problem = problem


class ApiClient:
    """One server; with a session it sends the access token and renews it when it has run out."""

    def __init__(self, url: str, session: Session | None = None, folder: Path | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, headers={"User-Agent": "makoto-cli"})
        self.url = url
        self.session = session
        self._folder = folder

    @property
    def tenant_id(self) -> str:
        """The signed-in user's own tenant."""
        return str(self.session.claims["tenant_id"]) if self.session else ""

    def call(self, method: str, path: str, **given: Any) -> Any:
        """Send and return the JSON answer (None where there is none).

        Raises Refused with the problem document.
        """
        response = self._send(method, path, **given)
        if response.status_code == HTTPStatus.UNAUTHORIZED and self.session and self._renew():
            response = self._send(method, path, **given)
        if response.is_error:
            raise Refused(response.status_code, _problem(response))
        return response.json() if response.content else None

    def items(self, path: str, limit: int, **params: Any) -> Iterator[dict[str, Any]]:
        """Walk the pages of a listing until `limit` items were given."""
        cursor: str | None = None
        while limit > 0:
            query = params | {"limit": min(limit, 200)} | ({"cursor": cursor} if cursor else {})
            page = self.call("GET", path, params=query)
            yield from page["items"][:limit]
            limit -= len(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _send(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = dict(given.pop("headers", {}))
        if self.session:
            headers["Authorization"] = f"Bearer {self.session.access_token}"
        try:
            return self._http.request(method, path, headers=headers, **given)
        except httpx.TransportError as error:
            raise Refused(0, {"detail": str(error)}) from error

    def _renew(self) -> bool:
        assert self.session is not None
        response = self._http.post("/api/v1/auth/refresh", json={"refresh_token": self.session.refresh_token})
        if response.is_error:
            return False
        self.session = self.session.model_copy(update={"access_token": response.json()["access_token"]})
        if self._folder:
            self.session.save(self._folder)
        return True


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        return {"detail": response.text[:300]}
    return problem if isinstance(problem, dict) else {"detail": str(problem)}
