"""Instants: always aware, always UTC inside."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST_YEAR, LAST_YEAR = 2, 9998
"""Within these every zone's clock shows a date that exists."""


def _to_utc(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"an instant lies between the years {FIRST_YEAR} and {LAST_YEAR}")
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time; input without a zone is refused, output is UTC."""


def instant_from_ms(ms: int) -> datetime:
    """Convert milliseconds since 1970-01-01 UTC, exactly."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def ms_from_instant(instant: datetime) -> int:
    """Convert to whole milliseconds since 1970-01-01 UTC, dropping finer digits."""
    return int(instant.timestamp()) * 1000 + instant.microsecond // 1000
