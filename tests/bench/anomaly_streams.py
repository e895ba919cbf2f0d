"""Generated streams with labelled anomalies, of families that differ strongly; each family has its own generator."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tests.bench import anomaly_families as known
from tests.bench import anomaly_families_held_out as held_out
from tests.bench import anomaly_families_restless as restless
from tests.bench.anomaly_shapes import Drawn

BEGIN = datetime(2024, 3, 4)  # noqa: DTZ001 - many public streams have no zone
WINDOWS_SHARE = 0.10
PROBATION_SHARE, PROBATION_MOST = 0.15, 750

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stream:
    """A file of the benchmark: `windows` are inclusive places, a tenth of the file together."""

    family: str
    times: list[datetime]
    values: list[float]
    windows: list[tuple[int, int]]

    @property
    def probation(self) -> int:
        return int(min(PROBATION_SHARE * len(self.values), PROBATION_MOST))


DEVELOPED: dict[str, Callable[[np.random.Generator], Drawn]] = known.FAMILIES | restless.FAMILIES
HELD_OUT: dict[str, Callable[[np.random.Generator], Drawn]] = held_out.FAMILIES


def streams(families: dict[str, Callable[[np.random.Generator], Drawn]], seeds: range) -> list[Stream]:
    """Draw one stream of each family and seed."""
    return [_labelled(name, draw(_generator(name, seed))) for name, draw in families.items() for seed in seeds]


def _generator(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *name.encode()])


def _labelled(family: str, drawn: Drawn) -> Stream:
    values = [float(value) for value in drawn.values]
    times = [BEGIN + timedelta(seconds=float(second)) for second in drawn.seconds]
    return Stream(family, times, values, _windows(len(values), sorted(drawn.onsets)))


def _windows(length: int, onsets: list[int]) -> list[tuple[int, int]]:
    """Centre a window on each onset; windows that meet become one."""
    if not onsets:
        return []
    half = int(length * WINDOWS_SHARE / len(onsets) / 2)
    found: list[tuple[int, int]] = []
    for onset in onsets:
        begin, end = max(onset - half, 0), min(onset + half, length - 1)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
