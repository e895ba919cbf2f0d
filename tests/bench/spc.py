"""Control charts of 100,000 subgroups of five: limits, points, eight rules; beside numpy's means and a plain loop."""

import statistics
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.drawing import ControlChart, Format, Paper, control_chart
from makoto.analytics.spc import ChartKind, Limits, Samples, Statistic, judge, phase_one, subgroups
from tests.bench.table import Row

SUBGROUPS, SIZE = 100_000, 5
LOOPED = 5_000
TRIES = 5
DRAWN = 100


def rows() -> list[Row]:
    """Subgroups a second on one core."""
    values = np.random.default_rng(1).normal(74.0, 0.01, (SUBGROUPS, SIZE))
    samples = subgroups(values)
    limits = phase_one(ChartKind.XBAR_R, samples)
    assert judge(limits, samples).signals
    judged = SUBGROUPS / _seconds(lambda: judge(limits, subgroups(values)))
    found = SUBGROUPS / _seconds(lambda: phase_one(ChartKind.XBAR_R, subgroups(values)))
    means = SUBGROUPS / _seconds(lambda: values.mean(axis=1))
    looped = LOOPED / _seconds(lambda: _loop(values[:LOOPED], limits))
    streamed = LOOPED / _seconds(lambda: _one_by_one(limits, samples.part(0, 500))) / 10
    return [
        Row(
            "SPC X-bar-R, 8 rules, subgroups/s, of a loop over each point of the means",
            judged,
            looped,
            10.0,
            "at least",
        ),
        Row("SPC X-bar-R, 8 rules, subgroups/s, of numpy's means alone", judged, means, 0.01, "at least"),
        Row("SPC limits of phase I, subgroups/s, of numpy's means alone", found, means, 0.01, "at least"),
        Row(
            "SPC one subgroup after another with its state, subgroups/s, of a bound of 1000",
            streamed,
            1000,
            1,
            "at least",
        ),
        Row("control chart of 100 subgroups as PNG, ms, of a bound of 500 ms", _drawing_ms(limits, samples), 500, 1.0),
    ]


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TRIES):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


def _loop(values: NDArray[np.float64], limits: Limits) -> list[list[bool]]:
    """The eight rules on the means alone, as they are written, for one point after another."""
    mean = limits.of(Statistic.MEAN)
    z: deque[float] = deque(maxlen=15)
    judged = []
    for row in values.tolist():
        z.append((sum(row) / len(row) - mean.center) / mean.sigma)
        judged.append(_rules(list(z)))
    return judged


def _rules(z: list[float]) -> list[bool]:
    steps = [later - earlier for earlier, later in pairwise(z)]
    return [
        abs(z[-1]) > 3,
        len(z) >= 9 and (all(each > 0 for each in z[-9:]) or all(each < 0 for each in z[-9:])),
        len(z) >= 6 and (all(each > 0 for each in steps[-5:]) or all(each < 0 for each in steps[-5:])),
        len(z) >= 14 and all(one * other < 0 for one, other in pairwise(steps[-13:])),
        any(side * z[-1] > 2 and sum(side * each > 2 for each in z[-3:]) >= 2 for side in (1, -1)),
        any(side * z[-1] > 1 and sum(side * each > 1 for each in z[-5:]) >= 4 for side in (1, -1)),
        len(z) >= 15 and all(abs(each) <= 1 for each in z),
        len(z) >= 8 and all(abs(each) > 1 for each in z[-8:]) and min(z[-8:]) < 0 < max(z[-8:]),
    ]


def _one_by_one(limits: Limits, samples: Samples) -> None:
    state = judge(limits, samples.part(0, 1)).state
    for place in range(1, len(samples)):
        state = judge(limits, samples.part(place, place + 1), state).state


def _drawing_ms(limits: Limits, samples: Samples) -> float:
    chart = ControlChart("bench", judge(limits, samples.part(0, DRAWN)).points)
    control_chart(chart, Paper(format=Format.PNG))  # imports and finds its fonts
    return 1000 * _seconds(lambda: control_chart(chart, Paper(format=Format.PNG)))
