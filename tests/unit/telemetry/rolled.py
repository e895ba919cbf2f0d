"""A device whose hours are rolled up, what is sent to it kept beside, and sums of both to compare."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from functions.telemetry.buckets import Asked, Read, summed
from functions.telemetry.pages import Level, rows_of
from functions.telemetry.rolling import roll_device
from makoto.adapters.history_duckdb import DuckdbHistory
from makoto.analytics.rollups import Last, Rollup
from makoto.domain import DeviceId, ms_from_instant
from makoto.ports.history import History
from tests.unit.codecs.messages import DEVICE, NOW_MS, series, telemetry
from tests.unit.telemetry.world import World

HOUR_MS = 3_600_000
HALF_MS = HOUR_MS // 2
DAY_MS = 24 * HOUR_MS
GRIDS = (HALF_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS)
EDGE = DeviceId(DEVICE)
Sent = tuple[int, float, int]


@dataclass
class Rolled:
    """A world with an engine of history; `sent` remembers time, value and quality of each reading of `a`."""

    world: World = field(default_factory=World)
    history: History = field(default_factory=lambda: History(DuckdbHistory))
    sent: list[Sent] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)

    def send(self, *readings: Sent, metric: str = "a") -> None:
        """Send readings in one message."""
        t, v, q = ([each[place] for each in readings] for place in range(3))
        one = telemetry(series(metric, t=t, v=v, q=q), seq=len(self.messages), sent_at=self.now_ms)
        self.messages.append(one)
        self.sent += list(readings) if metric == "a" else []
        self.receive(one)

    def again(self, place: int) -> None:
        """Send a message once more, if there is one."""
        if self.messages:
            self.receive(self.messages[place % len(self.messages)])

    def receive(self, one: Any) -> None:
        self.world.receive(one, received_at_ms=self.now_ms)

    @property
    def now_ms(self) -> int:
        return ms_from_instant(self.world.clock.now())

    def later(self, ms: int) -> "Rolled":
        self.world.clock.advance(ms / 1000)
        return self

    def roll(self) -> int:
        return roll_device(EDGE, self.world.tenant, self.history.of(self.world.tenant))

    def ask(self, edges: Sequence[int], metric: str = "a") -> tuple[dict[int, Rollup], Read]:
        """Sum up between edges, and tell what was read for it."""
        result = summed(Asked(EDGE, [metric], edges), self.world.tenant, self.history.of(self.world.tenant))
        assert list(result.asked.edges) == list(edges)
        return {edges[index]: rounded(rollup) for (index, _), rollup in result.found.items()}, result.read

    def expected(self, edges: Sequence[int]) -> dict[int, Rollup]:
        """Sum up what was sent, reading by reading."""
        pairs = pairwise(edges)
        cut = {start: [each for each in self.sent if start <= each[0] < end] for start, end in pairs}
        return {start: plainly(some) for start, some in cut.items() if some}

    def rows(self, level: Level, page_ms: int, metric: str = "a") -> dict[int, Rollup]:
        """Read a stored page without last digits."""
        return {t: rounded(row) for t, row in self.page(level, page_ms, metric).items()}

    def page(self, level: Level, page_ms: int, metric: str = "a") -> dict[int, Rollup]:
        """Read a stored page."""
        found = self.world.tenant.documents.find(level.key(EDGE, page_ms, metric))
        return {} if found is None else rows_of(found, level, page_ms)

    def marks(self) -> list[str]:
        return [found.key.id for found in self.world.documents(f"telemetry#{DEVICE}", "stale#")]


def plainly(readings: Sequence[Sent]) -> Rollup:
    """Sum up the plain way; of equal times the later in the list was said later."""
    used = sorted(((t, place, v) for place, (t, v, q) in enumerate(readings) if q in (192, 64)), key=lambda e: e[:2])
    values = [v for _, _, v in used]
    mean = sum(values) / len(values) if values else 0.0
    return rounded(
        Rollup(
            len(readings),
            sum(q == 192 for *_, q in readings),
            len(used),
            sum(values),
            min(values, default=None),
            max(values, default=None),
            Last(used[-1][2], used[-1][0], 0) if used else None,
            sum(q == 64 for *_, q in readings),
            sum((each - mean) ** 2 for each in values),
            Last(used[0][2], used[0][0], 0) if used else None,
        )
    )


def rounded(rollup: Rollup) -> Rollup:
    """Leave out last digits, and the order of messages, which pages and files do not keep."""
    return replace(
        rollup,
        total=round(rollup.total or 0.0, 6),
        squares=float(f"{round(rollup.squares or 0.0, 4):.10g}"),
        last=rollup.last and replace(rollup.last, order=0),
        first=rollup.first and replace(rollup.first, order=0),
    )


def edges(step_ms: int, days: int = 4, start_ms: int = NOW_MS) -> list[int]:
    """Cut some days from the first on."""
    return list(range(start_ms, start_ms + days * DAY_MS + 1, step_ms))


def every_ten_minutes(start_ms: int, end_ms: int) -> list[Sent]:
    return [(t, t // 60_000 % 7 + 0.5, 192) for t in range(start_ms, end_ms, 600_000)]
