"""Families the detector was never tuned on: only reported."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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
    stick,
    weekend,
)

Rng = np.random.Generator
Floats = NDArray[np.float64]


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


def lift_trips(rng: Rng) -> Drawn:
    """Trips in a quarter of an hour on working days only; a lift out of order, an evening event."""
    n = 5000
    seconds = regular(n, 900)
    hour = (seconds % DAY_S) / 3600
    open_hours = (hour > 7) & (hour < 19) & ~weekend(seconds)
    rate = np.where(open_hours, 12 + 10 * np.abs(np.sin(hour)), 0.2)
    places = [int(at // 672) * 672 + int(rng.integers(0, 4)) * 96 + 40 for at in onsets(rng, n, 2, 3)]
    for at in places:
        if rng.random() < 0.5:
            rate[at : at + 24] = 0.1
        else:
            rate[at + 40 : at + 56] = 25.0
    return Drawn(seconds, rng.poisson(rate).astype(float), places)


def batch_pressure(rng: Rng) -> Drawn:
    """Batches with heating, holding and venting, of lengths that differ a little; a leak while holding, a batch cut."""
    pieces: list[Floats] = []
    starts: list[int] = []
    total = 0
    while total < 6000:
        hold = int(rng.integers(50, 70))
        batch = np.concatenate([np.linspace(1, 8, 20), np.full(hold, 8.0), np.linspace(8, 1, 10), np.full(25, 1.0)])
        starts.append(total)
        pieces.append(batch)
        total += len(batch)
    odd = [int(np.searchsorted(starts, at)) - 1 for at in onsets(rng, 5800, 1, 3)]
    for number in odd:
        batch = pieces[number]
        if rng.random() < 0.5:
            batch[20:-35] -= np.linspace(0, 3.5, len(batch) - 55)
        else:
            batch[40:] = 1.0
    values = np.concatenate(pieces)
    return Drawn(regular(total, 60), values + rng.normal(0, 0.08, total), [starts[number] + 20 for number in odd])


def humidity(rng: Rng) -> Drawn:
    """Whole percents at irregular times, many missing; a sensor that drifts away or dries out."""
    n = 4000
    seconds = np.cumsum(rng.uniform(300, 900, n))
    values = 55 + 8 * season(rng, seconds) + autoregressive(rng, n, 0.98, 3)
    places = onsets(rng, n, 1, 2)
    for at in places:
        length = min(150, n - at)
        values[at : at + length] += np.linspace(0, rng.choice([-30, 30]), length)
    values = np.clip(values, 0, 100).round()
    values[rng.random(n) < 0.05] = np.nan
    return Drawn(seconds, values, places)


def packet_loss(rng: Rng) -> Drawn:
    """Percent, nearly always below one, with short losses; a broken link."""
    n = 6000
    seconds = regular(n, 60)
    values = rng.gamma(0.3, 0.2, n) + (rng.random(n) < 0.006) * rng.uniform(1, 6, n)
    places = onsets(rng, n, 1, 3)
    for at in places:
        values[at : at + int(rng.integers(5, 60))] += rng.uniform(5, 60)
    return Drawn(seconds, np.clip(values, 0, 100), places)


def release_latency(rng: Rng) -> Drawn:
    """Each release moves the level a little and nobody minds; one makes it much slower, or jittery."""
    n = 5000
    seconds = regular(n, 300)
    level = np.full(n, 120.0)
    for place in range(300, n, 700):
        level[place:] *= rng.uniform(0.93, 1.08)
    values = level * np.exp(autoregressive(rng, n, 0.4, 0.03)) + 8 * season(rng, seconds)
    places = onsets(rng, n, 1, 2)
    for at in places:
        if rng.random() < 0.5:
            values[at : at + 400] *= 1.35
        else:
            values[at : at + 200] *= np.exp(rng.normal(0, 0.15, len(values[at : at + 200])))
    return Drawn(seconds, values, places)


def bike_hires(rng: Rng) -> Drawn:
    """Hourly hires with day, week and weather; a day of rain is ordinary, a strike or a festival is not."""
    n = 6500
    seconds = regular(n, 3600)
    day = season(rng, seconds, harmonics=4)
    weather = np.repeat(np.exp(rng.normal(0, 0.2, n // 24 + 1)), 24)[:n]
    rate = 150 * (day + 0.05) * weather * np.where(weekend(seconds), 0.7, 1.0)
    places = onsets(rng, n, 2, 3)
    for at in places:
        rate[at : at + 30] *= rng.choice([0.05, 3.0])
    return Drawn(seconds, rng.poisson(rate).astype(float), places)


FAMILIES: dict[str, Callable[[Rng], Drawn]] = {
    each.__name__: each
    for each in (
        solar_power,
        water_flow,
        market_price,
        memory_share,
        valve_position,
        web_requests,
        lift_trips,
        batch_pressure,
        humidity,
        packet_loss,
        release_latency,
        bike_hires,
    )
}
