"""Times as people type them."""

import re
from datetime import UTC, datetime, timedelta

import typer

from cli.texts import text

_AGO = re.compile(r"^(\d+)([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the person's own clock


def instant(given: str) -> str:
    """Read `2h` (ago), `now` or an ISO 8601 time with a zone; a time without a zone is refused."""
    if given == "now":
        return now().isoformat()
    if match := _AGO.match(given):
        return (now() - timedelta(**{_UNITS[match[2]]: int(match[1])})).isoformat()
    try:
        parsed = datetime.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter(text("error.when", text=given)) from None
    if parsed.tzinfo is None:
        raise typer.BadParameter(text("error.when", text=given))
    return parsed.isoformat()
