"""A shift of one unit, as facts for the calculator."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from makoto.analytics.performance.counting import Series
from makoto.analytics.performance.orders import OrderFact, OrderStep
from makoto.analytics.performance.quantities import Role
from makoto.analytics.performance.states import StateFact
from makoto.analytics.performance.surroundings import UnitWorld
from makoto.analytics.performance.unit import Evaluation, UnitFacts, evaluate
from makoto.domain.factory import PackmlMode, PackmlState, TimeCategory, reason_of

MIN = 60_000
HOUR = 60 * MIN
START = 1_767_225_600_000  # 2026-01-01T00:00:00Z
EXECUTE, HELD, SUSPENDED, IDLE = PackmlState.EXECUTE, PackmlState.HELD, PackmlState.SUSPENDED, PackmlState.IDLE
PRODUCTION, MAINTENANCE, SETUP = PackmlMode.PRODUCTION, PackmlMode.MAINTENANCE, PackmlMode.SETUP
ROLES = {"good": Role.GOOD, "scrap": Role.SCRAP, "total": Role.TOTAL, "rework": Role.REWORK}


def at(minutes: float) -> int:
    """So many minutes after the shift's start."""
    return START + int(minutes * MIN)


def state(minutes: float, packml: int, *, mode: int = PRODUCTION, reason: int | None = None) -> StateFact:
    return StateFact(at(minutes), int(packml), int(mode), reason)


def started(minutes: float, order: str = "wo-1", product: str = "shaft") -> OrderFact:
    return OrderFact(at(minutes), OrderStep.STARTED, order, 10, product)


def completed(minutes: float, order: str = "wo-1", product: str = "shaft") -> OrderFact:
    return OrderFact(at(minutes), OrderStep.COMPLETED, order, 10, product)


def category_of(code: int) -> TimeCategory | None:
    reason = reason_of(code, {})
    return None if reason is None else reason.category


def counted(**counters: int) -> dict[Series, list[tuple[int, int]]]:
    """Counters that stood at zero as the shift began and at these values at its end."""
    return {Series("plc", name): [(START, 0), (at(480), value)] for name, value in counters.items()}


def world(run_time_s: str | Mapping[str, str] | None = "1", **changes: Any) -> UnitWorld:
    """Eight hours of shift with one PRU for everything, or one a product."""

    def run_time_at(product: str, t: int) -> Decimal | None:
        found = run_time_s.get(product) if isinstance(run_time_s, Mapping) else run_time_s
        return None if found is None else Decimal(found)

    given: dict[str, Any] = {
        "schedule": [(START, at(480))],
        "category_of": category_of,
        "run_time_at": run_time_at,
        "roles": ROLES,
        "most_per_s": 1000.0,
    }
    return UnitWorld(**given | changes)


def run(
    states: Sequence[StateFact],
    around: UnitWorld | None = None,
    window: tuple[int, int] = (START, START + 8 * HOUR),
    **facts: Any,
) -> Evaluation:
    """Compute a shift in which one order stands all the time."""
    given: dict[str, Any] = {"states": states, "orders": [started(0)]}
    return evaluate(UnitFacts(**given | facts), around or world(), *window)
