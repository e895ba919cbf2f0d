"""What is measured at the end of the machining line: subgroups of a diameter, which drifts as a tool wears out."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from local.simulator.day import LineDay
from local.simulator.packml import State
from local.simulator.shifts import MINUTE_MS

NOMINAL_MM, TOLERANCE_MM = 20.0, 0.025
SUBGROUP = 5
EVERY_MIN = 15
DRIFTS_FROM_MIN = 16 * 60 + 20
DRIFT_MM_PER_H = 0.004
_SIGMA_MM = 0.004


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Diameters of parts in a row, in mm."""

    t_ms: int
    values: tuple[float, ...]


def measured(day: LineDay, *, seed: int = 1) -> Iterator[Subgroup]:
    """Measure every so often while the last machine makes parts."""
    rng = Random(f"{seed}/diameter")
    machine = day.machines[-1]
    for minute in range(6 * 60 + EVERY_MIN, 22 * 60 + 1, EVERY_MIN):
        t_ms = day.start_ms + minute * MINUTE_MS
        status = next(each for each in reversed(machine.statuses) if each.t_ms <= t_ms)
        drift = max(0.0, minute - DRIFTS_FROM_MIN) / 60 * DRIFT_MM_PER_H
        values = tuple(round(rng.gauss(NOMINAL_MM + drift, _SIGMA_MM), 4) for _ in range(SUBGROUP))
        if status.state is State.EXECUTE:
            yield Subgroup(t_ms, values)
