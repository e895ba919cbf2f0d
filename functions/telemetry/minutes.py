"""One-minute summaries of a device: a document a minute."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from makoto.analytics.rollups import Last, Rollup
from makoto.codecs.json_text import from_text, to_text

KEPT = timedelta(days=90)
"""Longer than any range that is answered from minutes; the files hold the rest."""

MINUTE_S = 60


def minute_name(minute: int) -> str:
    """Name a minute since 1970-01-01 UTC, `YYYY-MM-DDTHH:MM`."""
    return datetime.fromtimestamp(minute * MINUTE_S, UTC).strftime("%Y-%m-%dT%H:%M")


def minute_of(name: str) -> int:
    """Read what `minute_name` wrote."""
    return int(datetime.strptime(name, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC).timestamp()) // MINUTE_S


def expiry_of(minute: int) -> datetime:
    """Tell until when a minute's document is kept."""
    return datetime.fromtimestamp(minute * MINUTE_S, UTC) + KEPT


def merged(stored: Mapping[str, Rollup], given: Mapping[str, Rollup]) -> dict[str, Rollup]:
    """Add to what is stored of a minute."""
    added = {name: stored[name].merged(rollup) if name in stored else rollup for name, rollup in given.items()}
    return {**stored, **added}


def to_document_text(rollups: Mapping[str, Rollup]) -> str:
    """Write a minute's summaries by metric as JSON text."""
    return to_text({name: _to_json(rollup) for name, rollup in rollups.items()})


def from_document_text(text: str) -> dict[str, Rollup]:
    """Read what `to_document_text` wrote."""
    return {name: _from_json(*numbers) for name, numbers in from_text(text).items()}


def _from_json(
    count: int, good: int, used: int, total: float | None, least: float | None, most: float | None, *last: Any
) -> Rollup:
    return Rollup(count, good, used, total, least, most, Last(*last) if last else None)


def _to_json(rollup: Rollup) -> tuple[object, ...]:
    numbers = (rollup.count, rollup.good, rollup.used, rollup.total, rollup.least, rollup.most)
    last = rollup.last
    return numbers if last is None else (*numbers, last.value, last.t, last.order)
