"""Families the detector was never tuned on: only reported."""

from collections.abc import Callable

import numpy as np

from tests.bench.anomaly_shapes import (
    DAY_S,
    Drawn,
    autoregressive,
    burst,
    clutter,
    onsets,
    regular,
    season,
    shift,
    spike,
    stick,
    weekend,
)

Rng = np.random.Generator


def solar_power(rng: Rng) -> Drawn:
    """Nothing at night, clouds by day; an inverter that fails or is throttled."""
    n = 6000
    seconds = regular(n, 900)
    sun = np.maximum(0, np.sin(2 * np.pi * (seconds / DAY_S - 0.25)))
    values = 500 * sun * np.clip(0.8 + autoregressive(rng, n, 0.9, 0.15), 0.2, 1)
    places = [int(at // 96) * 96 + 44 for at in onsets(rng, n, 2, 3)]
    for at in places:
        values[at : at + 90] *= rng.choice([0.0, 0.05])
    return Drawn(seconds, values, places)


def queue_length(rng: Rng) -> Drawn:
    """A queue served as fast as it fills; the server slows down."""
    n = 5000
    seconds = regular(n, 600)
    places = onsets(rng, n, 1, 3)
    slow = np.zeros(n)
    for at in places:
        slow[at : at + 60] = rng.uniform(3, 8)
    values = np.empty(n)
    length = 0.0
    for place in range(n):
        length = max(0.0, length + rng.poisson(10) - 11 + slow[place])
        values[place] = length
    return Drawn(seconds, values, places)


def heating_cycle(rng: Rng) -> Drawn:
    """A saw tooth of a period that is no part of a day; the period changes, or a tooth is missing."""
    n = 4000
    seconds = regular(n, 60)
    period = rng.uniform(35, 90)
    speed = np.full(n, 1 / period)
    places = onsets(rng, n, 1, 2)
    for at in places:
        speed[at : at + int(2.5 * period)] *= rng.choice([0.0, 0.4, 2.2])
    values = 180 + 20 * (np.cumsum(speed) % 1) + rng.normal(0, 0.6, n)
    return Drawn(seconds, values, places)


def vibration(rng: Rng) -> Drawn:
    """Two regimes that alternate at random; a third, or both louder."""
    n = 6000
    seconds = regular(n, 120)
    on = np.zeros(n)
    place, state = 0, 0
    while place < n:
        length = int(rng.exponential(90)) + 10
        on[place : place + length] = state
        place, state = place + length, 1 - state
    values = (0.5 + 3 * on) * np.exp(rng.normal(0, 0.12, n))
    places = onsets(rng, n, 1, 3)
    for at in places:
        values[at : at + 100] *= rng.uniform(1.7, 2.5)
    return Drawn(seconds, values, places)


def water_flow(rng: Rng) -> Drawn:
    """A day and a week each hour; a leak that adds at night, too."""
    n = 4000
    seconds = regular(n, 3600)
    day = season(rng, seconds)
    values = 10 + 40 * day * np.where(weekend(seconds), 1.3, 1.0) * np.exp(rng.normal(0, 0.07, n))
    places = onsets(rng, n, 1, 2)
    for at in places:
        shift(values, at, rng.uniform(10, 20), int(rng.integers(48, 200)))
    return Drawn(seconds, values, places)


def market_price(rng: Rng) -> Drawn:
    """A random walk with volatility that comes and goes; a crash."""
    n = 5000
    seconds = regular(n, 3600)
    volatility = 0.002 * np.exp(autoregressive(rng, n, 0.99, 0.4))
    steps = volatility * rng.standard_t(5, n)
    places = onsets(rng, n, 1, 2)
    for at in places:
        steps[at : at + 6] += rng.choice([-1, 1]) * 0.015
    return Drawn(seconds, 100 * np.exp(np.cumsum(steps)), places)


def memory_share(rng: Rng) -> Drawn:
    """Percent of memory that leaks slowly and is freed by restarts; a leak many times as fast, ending full."""
    n = 5000
    seconds = regular(n, 300)
    places = onsets(rng, n, 1, 2)
    leak = np.full(n, 0.05)
    for at in places:
        leak[at : at + 60] = rng.uniform(0.6, 1.2)
    values = np.empty(n)
    level = 30.0
    for place in range(n):
        level = rng.uniform(28, 32) if place % 700 == 600 else min(level + leak[place], 100.0)
        values[place] = level
    return Drawn(seconds, np.clip(values + rng.normal(0, 0.4, n), 0, 100), places)


def valve_position(rng: Rng) -> Drawn:
    """A control loop about its set point, quantised; stuck, or hunting."""
    n = 5000
    seconds = regular(n, 30)
    values = 50 + autoregressive(rng, n, 0.85, 2.0)
    places = onsets(rng, n, 1, 2)
    for at in places:
        if rng.random() < 0.5:
            stick(values, at, 120)
        else:
            values[at : at + 150] += 8 * np.sin(np.arange(150) / 2)
    return Drawn(seconds, values.round(1), places)


def sparse_events(rng: Rng) -> Drawn:
    """Counts that are nearly always zero; a run of events."""
    n = 5315
    seconds = regular(n, 300)
    values = rng.poisson(0.03, n) * rng.integers(1, 4, n).astype(float)
    places = onsets(rng, n, 1, 2)
    for at in places:
        values[at : at + 25] += rng.poisson(3, 25)
    return Drawn(seconds, values, places)


def web_requests(rng: Rng) -> Drawn:
    """Growing traffic with a day, spiky; a campaign, an outage, lost hours of data."""
    n = 6000
    seconds = regular(n, 600)
    growth = 1 + np.arange(n) / n
    values = 100 * growth * (0.5 + season(rng, seconds)) * np.exp(rng.normal(0, 0.1, n))
    values = clutter(rng, values, 60)
    places = onsets(rng, n, 1, 3)
    for at in places:
        if rng.random() < 0.5:
            burst(rng, values, at, rng.uniform(300, 700), 60)
        else:
            values[at : at + 12] *= 0.05
    keep = rng.random(n) > 0.02
    kept = np.cumsum(keep) - 1
    return Drawn(seconds[keep], np.maximum(values, 0)[keep], [int(kept[at]) for at in places])


def spindle_current(rng: Rng) -> Drawn:
    """Parts of the same programme, one after another with pauses of random length; a blunt tool, a collision."""
    programme = np.repeat(rng.uniform(2, 12, 6), rng.integers(4, 15, 6))
    values_list: list[float] = []
    while len(values_list) < 5000:
        values_list += [0.8] * int(rng.integers(5, 30))
        values_list += list(programme * rng.uniform(0.95, 1.05))
    values = np.array(values_list[:5000]) + rng.normal(0, 0.15, 5000)
    places = onsets(rng, 5000, 1, 3)
    for at in places:
        if rng.random() < 0.5:
            spike(values, at, rng.uniform(10, 20), 2)
        else:
            values[at : at + 200] *= 1.5
    return Drawn(regular(5000, 2), values, places)


FAMILIES: dict[str, Callable[[Rng], Drawn]] = {
    each.__name__: each
    for each in (
        solar_power,
        queue_length,
        heating_cycle,
        vibration,
        water_flow,
        market_price,
        memory_share,
        valve_position,
        sparse_events,
        web_requests,
        spindle_current,
    )
}
