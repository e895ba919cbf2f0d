"""What surrounds a unit's facts: its schedule, its reasons, what its counters count, and how fast it may be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from makoto.analytics.performance.counting import MOST_PER_S
from makoto.analytics.performance.intervals import Span
from makoto.analytics.performance.orders import Registration
from makoto.analytics.performance.quantities import Role
from makoto.analytics.performance.time_model import CategoryOf

RunTimeAt = Callable[[str, int], Decimal | None]
"""PRU in seconds of a product at a moment."""

_PACE = 10  # a unit is not taken to be ten times as fast as planned


@dataclass(frozen=True, slots=True)
class UnitWorld:
    """What surrounds the facts. `schedule` is None where the unit has no calendar.

    `roles` says what each counter counts; `counts_from` is `counters` or `reports`: never both.
    """

    schedule: Sequence[Span] | None
    breaks: Sequence[Span] = ()
    category_of: CategoryOf = lambda code: None
    run_time_at: RunTimeAt = lambda product, t: None
    roles: Mapping[str, Role] = field(default_factory=dict)
    counts_from: str = "counters"
    product: str | None = None
    most_per_s: float | None = None
    capacity_per_hour: float | None = None


class Pace:
    """What was made between two readings, and how fast at most: as configured, else thrice the capacity, else ten times
    the planned pace.
    """

    def __init__(self, orders: Sequence[Registration], world: UnitWorld) -> None:
        self.orders, self.world = sorted(orders, reverse=True), world
        self.known: dict[tuple[int | None, int], tuple[str | None, Decimal | None]] = {}
        self.fixed = world.most_per_s
        if self.fixed is None and world.capacity_per_hour is not None:
            self.fixed = 3 * world.capacity_per_hour / 3600

    def of(self, since: int | None, t: int) -> tuple[str | None, Decimal | None]:
        """The product and its PRU: of the order that stood as it was counted, else of the last since the reading."""
        key = (since, t)
        if key not in self.known:
            product = self._product(t - 1 if since is None else since, t)
            run_time = None if product is None else self.world.run_time_at(product, t - 1)
            self.known[key] = (product, run_time)
        return self.known[key]

    def most_per_s(self, since: int, t: int) -> float:
        """How many a second are plausible."""
        if self.fixed is not None:
            return self.fixed
        _, run_time = self.of(since, t)
        return MOST_PER_S if run_time is None else _PACE / float(run_time)

    def _product(self, since: int, t: int) -> str | None:
        for each in self.orders:
            if each.start < t and each.end > since:
                return each.product
        return self.world.product
