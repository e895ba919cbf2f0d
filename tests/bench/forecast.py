"""A day ahead of 1,500 hours: time taken beside a bound, error beside the seasonal naive one."""

import time

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.forecast import forecast
from tests.bench.table import Row

HOURS, DAY, SERIES = 1500, 24, 4
BOUND_S = 8.0
"""API Gateway waits for 29 s, and a function has a third of a core's speed at the least."""


def rows() -> list[Row]:
    """Series of a daily rhythm on a trend, with noise."""
    taken, error, naive = 0.0, 0.0, 0.0
    for seed in range(SERIES):
        values = _series(seed)
        known, came = values[:HOURS], values[HOURS:]
        begun = time.process_time()
        made = forecast(known.tolist(), DAY, season=DAY)
        taken += time.process_time() - begun
        error += float(np.abs(np.array([each.mean for each in made.steps]) - came).mean())
        naive += float(np.abs(known[-DAY:] - came).mean())
    return [
        Row(f"forecast of {HOURS} hours, s, of a bound of {BOUND_S:g} s", taken / SERIES, BOUND_S, 1.0),
        Row(
            "forecast a day ahead, mean absolute error, of the seasonal naive one", error / SERIES, naive / SERIES, 0.85
        ),
    ]


def _series(seed: int) -> NDArray[np.float64]:
    at = np.arange(HOURS + DAY)
    noise = np.random.default_rng(seed).normal(0, 3, HOURS + DAY)
    return np.asarray(100 + 0.01 * at + 10 * np.sin(2 * np.pi * at / DAY) + noise)
