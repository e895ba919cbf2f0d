"""Who runs a command against which server, and the options that many commands share."""

from typing import Annotated
from urllib.parse import quote, urlsplit

import typer

from cli.client import ApiClient
from cli.failures import Failed
from cli.session import Session
from cli.settings import DEFAULT_URL, cli_settings
from cli.texts import text

NO_SEGMENTS = frozenset({"", ".", ".."})

Url = Annotated[str, typer.Option("--url", help=text("opt.url"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("opt.json"))]
Tenant = Annotated[str, typer.Option("--tenant", help=text("opt.tenant"))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help=text("opt.limit"))]


def signed_in() -> ApiClient:
    """The client of the remembered session; its tokens go to the server that gave them and to no other."""
    settings = cli_settings()
    session = Session.load(settings.folder)
    if session is None:
        raise Failed(text("error.not_signed_in"))
    if settings.url and settings.url != session.url:
        raise Failed(text("error.other_server", known=session.url, url=settings.url))
    return ApiClient(session.url, session, settings.folder)


def anonymous(url: str = "") -> ApiClient:
    """A client without a session: sign-in and health."""
    settings = cli_settings()
    chosen = url.rstrip("/") or settings.url
    if not chosen:
        session = Session.load(settings.folder)
        chosen = session.url if session else DEFAULT_URL
    return ApiClient(_checked(chosen))


def tenant_path(api: ApiClient, tenant: str, *rest: str) -> str:
    """The path of a tenant's resource; its own tenant where none is named."""
    return path_of("/api/v1/tenants", tenant or api.tenant_id, *rest)


def path_of(base: str, *segments: str) -> str:
    """A path below `base`; whatever a segment holds, it stays one segment."""
    if not NO_SEGMENTS.isdisjoint(segments):
        raise Failed(text("error.not_sendable"))
    try:
        return "/".join((base, *(quote(segment, safe="") for segment in segments)))
    except UnicodeError as error:
        raise Failed(text("error.not_sendable")) from error


def given(**filters: str) -> dict[str, str]:
    """The filters that were set."""
    return {name: value for name, value in filters.items() if value}


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise Failed(text("error.url", url=url))
    return url
