"""The public API as the commands use it: a problem becomes a failure, an old token is renewed once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.failures import Failed, Refused, Unreachable
from cli.session import Session
from cli.texts import text

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 60.0
PAGE = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """The first items of a listing, and whether there are more."""

    items: list[dict[str, Any]]
    has_more: bool = False


class ApiClient:
    """One server; with a session it sends the access token and renews it when it has run out."""

    def __init__(self, url: str, session: Session | None = None, folder: Path | None = None) -> None:
        self.url = url
        self.session = session
        self._folder = folder

    @property
    def tenant_id(self) -> str:
        """The signed-in user's own tenant."""
        return str(self.session.claims.get("tenant_id", "")) if self.session else ""

    @property
    def is_operator(self) -> bool:
        """Whether the signed-in user administers the platform and no tenant."""
        return self.session is not None and self.session.claims.get("role") == "platform_admin"

    def call(self, method: str, path: str, **given: Any) -> Any:
        """Send and return the JSON answer (None where there is no content).

        Raises Refused with the problem document, Unreachable when nobody answers.
        """
        response = self.fetch(method, path, **given)
        return None if response.status_code == HTTPStatus.NO_CONTENT else _json(response, self.url)

    def fetch(self, method: str, path: str, **given: Any) -> "httpx.Response":
        """Send and return what is answered, whatever its form.

        Raises Refused with the problem document, Unreachable when nobody answers.
        """
        response = self.answer(method, path, **given)
        if response.status_code == HTTPStatus.UNAUTHORIZED and self.session and self._renew():
            response = self.answer(method, path, **given)
        if response.is_error:
            raise Refused(response.status_code, _problem(response))
        return response

    def listing(self, path: str, limit: int, asked: Mapping[str, Any], *, page: int = PAGE) -> Listing:
        """Walk pages of `page` items until `limit` items were given."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(items) < limit:
            query = {**asked, "limit": min(limit - len(items), page)} | ({"cursor": cursor} if cursor else {})
            found = self.call("GET", path, params=query)
            items += found["items"]
            cursor = found["next_cursor"]
            if cursor is None:
                return Listing(items)
        return Listing(items[:limit], has_more=True)

    def answer(self, method: str, path: str, *, timeout_s: float = TIMEOUT_S, **given: Any) -> "httpx.Response":
        """Send once and return whatever is answered."""
        headers = dict(given.pop("headers", {}))
        if self.session:
            headers["Authorization"] = f"Bearer {self.session.access_token}"
        with transport_failures(self.url):
            return self._http.request(method, path, headers=headers, timeout=timeout_s, **given)

    @cached_property
    def _http(self) -> "httpx.Client":
        import httpx

        return httpx.Client(base_url=self.url, headers={"User-Agent": "makoto-cli"})

    def _renew(self) -> bool:
        assert self.session is not None
        asked = {"refresh_token": self.session.refresh_token}
        response = ApiClient(self.url).answer("POST", "/api/v1/auth/refresh", json=asked)
        if response.is_error:
            return False
        self.session = replace(self.session, access_token=_json(response, self.url)["access_token"])
        if self._folder:
            self.session.save(self._folder)
        return True


@contextmanager
def transport_failures(url: str) -> Iterator[None]:
    """Say in a sentence that nobody answers at an address, or that something cannot be sent."""
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise Unreachable(text("error.timeout", url=url)) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise Failed(text("error.url", url=url)) from error
    except (httpx.LocalProtocolError, UnicodeError) as error:
        raise Failed(text("error.not_sendable")) from error
    except httpx.TransportError as error:
        raise Unreachable(text("error.no_server", url=url)) from error


def _json(response: "httpx.Response", url: str) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise Failed(text("error.not_makoto", url=url)) from error


def _problem(response: "httpx.Response") -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        return {"detail": response.text[:300]}
    return problem if isinstance(problem, dict) else {"detail": str(problem)}
