"""One-minute summaries of a device: a document a minute."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from functions.telemetry import keys
from functions.telemetry.manifest import every
from functions.telemetry.rollup_text import Base, base_of, from_old_row, from_row, to_row
from makoto.analytics.rollups import Rollup
from makoto.codecs.json_text import from_text, to_text
from makoto.domain import DeviceId
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query

KEPT = timedelta(days=90)
"""Longer than any range that is answered from minutes; the files hold the rest."""

MINUTE_S = 60
_HEAD = ""


def minute_name(minute: int) -> str:
    """Name a minute since 1970-01-01 UTC, `YYYY-MM-DDTHH:MM`."""
    return datetime.fromtimestamp(minute * MINUTE_S, UTC).strftime("%Y-%m-%dT%H:%M")


def minute_of(name: str) -> int:
    """Read what `minute_name` wrote."""
    return int(datetime.strptime(name, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC).timestamp()) // MINUTE_S


def expiry_of(minute: int) -> datetime:
    """Tell until when a minute's document is kept."""
    return datetime.fromtimestamp(minute * MINUTE_S, UTC) + KEPT


def are_kept(hour: int, now: datetime) -> bool:
    """Tell whether all minutes of an hour are still there, and will be while they are read."""
    return expiry_of(hour * 60) > now + timedelta(hours=1)


def of_hour(device: DeviceId, hour: int, tenant: TenantContext) -> Iterator[tuple[int, dict[str, Rollup]]]:
    """Read the minutes of an hour that have readings, each with its summaries by metric."""
    prefix = keys.prefix_of("rollup")
    wanted = Query(keys.partition_of(device), prefix=prefix + keys.hour_name(hour), limit=100)
    for document in every(wanted, tenant):
        yield minute_of(document.key.id.removeprefix(prefix)), from_document_text(str(document.data["metrics"]))


def merged(stored: Mapping[str, Rollup], given: Mapping[str, Rollup]) -> dict[str, Rollup]:
    """Add to what is stored of a minute."""
    added = {name: stored[name].merged(rollup) if name in stored else rollup for name, rollup in given.items()}
    return {**stored, **added}


def to_document_text(rollups: Mapping[str, Rollup]) -> str:
    """Write a minute's summaries by metric as JSON text; the head, which no metric is called, says how to read them."""
    base = base_of(rollups.values())
    return to_text({_HEAD: tuple(base), **{name: to_row(rollup, base) for name, rollup in rollups.items()}})


def from_document_text(text: str) -> dict[str, Rollup]:
    """Read what `to_document_text` wrote."""
    given = from_text(text)
    if (head := given.pop(_HEAD, None)) is None:
        return {name: from_old_row(*numbers) for name, numbers in given.items()}
    base = Base(*head)
    return {name: from_row(row, base) for name, row in given.items()}
