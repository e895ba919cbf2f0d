"""OEE of a thousand machines for one shift from their facts, beside sampling each machine's state every second."""

import time
from bisect import bisect_right
from decimal import Decimal
from random import Random

from makoto.analytics.performance.counting import Series
from makoto.analytics.performance.kpis import kpis
from makoto.analytics.performance.orders import OrderFact, OrderStep
from makoto.analytics.performance.quantities import Role
from makoto.analytics.performance.states import StateFact
from makoto.analytics.performance.surroundings import UnitWorld
from makoto.analytics.performance.terms import added
from makoto.analytics.performance.unit import UnitFacts, evaluate
from makoto.domain.factory import PackmlState, TimeCategory, reason_of
from tests.bench.table import Row

MACHINES = 1_000
SAMPLED = 50  # sampling by seconds is slow; its time is for as many machines
START = 1_767_225_600_000
SHIFT_S = 8 * 3600
END = START + SHIFT_S * 1000
STOPS = 60
AIM_MS = 5_000.0
BREAKS = [(START + 7_200_000, START + 8_100_000), (START + 14_400_000, START + 16_200_000)]
SERIES = (Series("plc", "good"), Series("plc", "scrap"))


def rows() -> list[Row]:
    """All machines computed and summed up; the reference leaves out orders, products and plausibility."""
    machines = [_machine(Random(seed)) for seed in range(MACHINES)]
    world = UnitWorld(
        schedule=[(START, END)],
        breaks=BREAKS,
        category_of=_category_of,
        run_time_at=lambda product, t: Decimal(12),
        roles={"good": Role.GOOD, "scrap": Role.SCRAP},
    )
    begun = time.process_time()
    line = kpis(added([(str(at), evaluate(facts, world, START, END).terms) for at, facts in enumerate(machines)]))
    ours_s = time.process_time() - begun
    begun = time.process_time()
    shares = [_sampled(facts) for facts in machines[:SAMPLED]]
    theirs_s = (time.process_time() - begun) * MACHINES / SAMPLED
    assert 0 < (line["oee"].value or 0) < 1
    assert abs(sum(shares) / SAMPLED - (line["availability"].value or 0)) < 0.05
    facts = MACHINES * (2 * STOPS + 2 * SHIFT_S // 60)
    name = f"OEE, {MACHINES:,} machines, a shift, {facts / 1e6:.2f} M facts"
    return [
        Row(f"{name}, ms CPU of {AIM_MS:,.0f}", ours_s * 1000, AIM_MS, 1.0),
        Row(f"{name}, machines/s, by seconds", MACHINES / ours_s, MACHINES / theirs_s, 3.0, "at least"),
    ]


def _machine(random: Random) -> UnitFacts:
    """A shift with stops of minutes, counters read every minute, one order."""
    edges = sorted(random.sample(range(SHIFT_S), 2 * STOPS))
    stopped = [PackmlState.HELD, PackmlState.SUSPENDED, PackmlState.ABORTED]
    states = [StateFact(START, PackmlState.EXECUTE, 1)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        reason = random.choice([None, 60001, 180001, 190001])
        states.append(StateFact(START + start * 1000, random.choice(stopped), 1, reason))
        states.append(StateFact(START + end * 1000, PackmlState.EXECUTE, 1))
    minutes = range(0, SHIFT_S + 1, 60)
    readings = {
        series: [(START + t * 1000, t // each) for t in minutes] for series, each in zip(SERIES, (20, 900), strict=True)
    }
    orders = [OrderFact(START, OrderStep.STARTED, "wo-1", 10, "shaft")]
    return UnitFacts(states, (), orders, readings)


def _sampled(facts: UnitFacts) -> float:
    """Availability as it is often computed: ask each second what the state is, and count."""
    times = [each.t for each in facts.states]
    ran = planned = 0
    for second in range(SHIFT_S):
        t = START + second * 1000
        if any(start <= t < end for start, end in BREAKS):
            continue
        planned += 1
        ran += facts.states[bisect_right(times, t) - 1].packml == PackmlState.EXECUTE
    return ran / planned


def _category_of(code: int) -> TimeCategory | None:
    reason = reason_of(code, {})
    return None if reason is None else reason.category
