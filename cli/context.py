"""Who runs a command against which server."""

from typing import Annotated

import typer

from cli.client import ApiClient, Refused
from cli.session import Session
from cli.settings import DEFAULT_URL, cli_settings
from cli.texts import text

Url = Annotated[str, typer.Option("--url", envvar="MAKOTO_URL", help=text("opt.url"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("opt.json"))]
Tenant = Annotated[str, typer.Option("--tenant", help=text("opt.tenant"))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000)]


def signed_in() -> ApiClient:
    """The client of the remembered session."""
    settings = cli_settings()
    session = Session.load(settings.folder)
    if session is None:
        raise Refused(401, {"detail": text("error.not_signed_in")})
    return ApiClient(settings.url or session.url, session, settings.folder)


def anonymous(url: str = "") -> ApiClient:
    """A client without a session: sign-in and health."""
    settings = cli_settings()
    session = Session.load(settings.folder)
    return ApiClient(url or settings.url or (session.url if session else DEFAULT_URL))


def tenant_path(api: ApiClient, tenant: str, rest: str) -> str:
    """The path of a tenant's resource; its own tenant where none is named."""
    return f"/api/v1/tenants/{tenant or api.tenant_id}/{rest}"
