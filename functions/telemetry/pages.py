"""Half-hours of a metric on pages of a day, and its days on pages of a month: a document a page.

Two half-hours are an hour, and whole ones make up the local day of every zone but the few at a quarter of an hour.
Times are UTC. A page lies in the device's partition, so that it changes by one atomic write with the mark that asked.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum

from functions.telemetry import keys
from functions.telemetry.rollup_text import Base, Row, from_row, to_row
from makoto.analytics.rollups import Rollup
from makoto.codecs import json_text
from makoto.domain import DeviceId, instant_from_ms, ms_from_instant
from makoto.errors import Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Key

HALF_HOUR_MS = 1_800_000
DAY_MS = 86_400_000


class Level(Enum):
    """What one row of a page is; the value begins the page's id."""

    HALF_HOURS = "hours"
    DAYS = "days"

    @property
    def row_ms(self) -> int:
        return DAY_MS if self is Level.DAYS else HALF_HOUR_MS

    @property
    def kept(self) -> timedelta:
        """Three years of hours; twenty years of days, longer than a machine tool is written off."""
        return timedelta(days=7306 if self is Level.DAYS else 1096)

    def page_of(self, t_ms: int) -> int:
        """Find the beginning of the page: of the day, or of the month."""
        if self is Level.HALF_HOURS:
            return t_ms // DAY_MS * DAY_MS
        return ms_from_instant(instant_from_ms(t_ms).replace(day=1, hour=0, minute=0, second=0, microsecond=0))

    def name_of(self, page_ms: int) -> str:
        at = datetime.fromtimestamp(page_ms // 1000, UTC)
        return at.strftime("%Y-%m" if self is Level.DAYS else "%Y-%m-%d")

    def prefix_of(self, page_ms: int) -> str:
        """What the ids of the pages of all metrics begin with."""
        return f"{keys.prefix_of(self.value)}{self.name_of(page_ms)}#"

    def key(self, device: DeviceId, page_ms: int, metric: str) -> Key:
        return Key(keys.partition_of(device), self.prefix_of(page_ms) + metric)

    def expiry_of(self, page_ms: int) -> datetime:
        """Tell until when a page is kept."""
        return instant_from_ms(page_ms) + self.kept

    def to_json(self, rows: Mapping[int, Rollup], page_ms: int) -> dict[int, Row]:
        """Make rows, which are named by their beginning in ms, ready to be written."""
        base = Base(page_ms, 0)
        return {t: to_row(row, base) for t, row in rows.items()}

    def to_text(self, rows: Mapping[int, Row], page_ms: int) -> str:
        """Write rows that are ready."""
        row_ms = self.row_ms
        return json_text.to_text({str((t - page_ms) // row_ms): rows[t] for t in sorted(rows)})

    def to_rollups(self, rows: Mapping[int, Row], page_ms: int) -> dict[int, Rollup]:
        """Read rows."""
        base = Base(page_ms, 0)
        return {t: from_row(row, base) for t, row in rows.items()}


def json_of(document: Document, level: Level, page_ms: int) -> dict[int, Row]:
    """Read the rows of a page as they were written; most of them are only written again."""
    rows, row_ms = json_text.from_text(str(document.data["rows"])), level.row_ms
    return {page_ms + int(place) * row_ms: row for place, row in rows.items()}


def rows_of(document: Document, level: Level, page_ms: int) -> dict[int, Rollup]:
    """Read the rows of a page."""
    return level.to_rollups(json_of(document, level, page_ms), page_ms)


def read_pages(
    level: Level, device: DeviceId, metrics: Iterable[str], pages: Iterable[int], tenant: TenantContext
) -> dict[tuple[str, int], dict[int, Rollup]]:
    """Read the pages of some metrics; what is not there has no reading."""
    wanted = {level.key(device, page, metric): (metric, page) for metric in metrics for page in pages}
    got = tenant.documents.batch_get(list(wanted))
    if got.failed:
        raise Unavailable(f"the store did not answer for {len(got.failed)} of {len(wanted)} documents")
    return {wanted[key]: rows_of(document, level, wanted[key][1]) for key, document in got.found.items()}
