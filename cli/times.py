"""Times as people type them and as their tenant's clock shows them."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from cli.client import ApiClient
from cli.context import tenant_path
from cli.texts import text

_AGO = re.compile(r"^(\d{1,9})([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the person's own clock


def instant(given: str) -> str:
    """Read `2h` (ago), `now` or an ISO 8601 time with a zone; a time without a zone is refused."""
    return _read(given, -1)


def ahead(given: str) -> str:
    """Read `2h` (from now on), `now` or an ISO 8601 time with a zone."""
    return _read(given, 1)


def _read(given: str, direction: int) -> str:
    if given == "now":
        return now().isoformat()
    try:
        if match := _AGO.match(given):
            return (now() + direction * timedelta(**{_UNITS[match[2]]: int(match[1])})).isoformat()
        parsed = datetime.fromisoformat(given)
    except (ValueError, OverflowError):
        raise typer.BadParameter(text("error.when", text=given)) from None
    if parsed.tzinfo is None:
        raise typer.BadParameter(text("error.when", text=given))
    return parsed.isoformat()


def zone_of(api: ApiClient, tenant: str) -> tzinfo:
    """The tenant's time zone; UTC where this machine does not know it."""
    profile = api.call("GET", tenant_path(api, tenant))
    try:
        return ZoneInfo(profile["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
