"""Families the detector was developed on."""

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


def processor_share(rng: Rng) -> Drawn:
    """CPU percent every five minutes, with a day or none; shifts, spikes and drops."""
    n = 4032
    seconds = regular(n, 300)
    noise = rng.uniform(0.5, 4)
    base = rng.uniform(5, 60) + rng.choice([0, 10, 25]) * season(rng, seconds)
    values = clutter(rng, base + autoregressive(rng, n, rng.uniform(0, 0.9), noise), 4 * noise)
    places = onsets(rng, n, 1, 3)
    for at in places:
        kind = rng.integers(4)
        if kind == 0:
            shift(values, at, rng.choice([-1, 1]) * noise * rng.uniform(4, 9), int(rng.uniform(40, n)))
        elif kind == 1:
            spike(values, at, noise * rng.uniform(9, 20), int(rng.integers(1, 4)))
        elif kind == 2:
            values[at : at + int(rng.integers(6, 60))] = rng.uniform(0, 1)
        else:
            values[at : at + 200] += rng.normal(0, 3.5 * noise, len(values[at : at + 200]))
    return Drawn(seconds, np.clip(values, 0, 100), places)


def network_bytes(rng: Rng) -> Drawn:
    """Heavy-tailed bytes with regular transfers; a long transfer, or silence."""
    n = int(rng.choice([1243, 4032, 4730]))
    seconds = regular(n, 300)
    scale = 10 ** rng.uniform(3, 7)
    values = scale * np.exp(autoregressive(rng, n, 0.5, rng.uniform(0.3, 0.8)))
    every, width = int(rng.integers(60, 300)), int(rng.integers(1, 4))
    for place in range(int(rng.integers(every)), n, every):
        values[place : place + width] += scale * rng.uniform(4, 10)
    places = onsets(rng, n, 1, 2)
    for at in places:
        if rng.random() < 0.7:
            burst(rng, values, at, scale * rng.uniform(15, 60), int(rng.integers(4, 60)))
        else:
            values[at : at + 60] = scale * rng.uniform(0.001, 0.01)
    return Drawn(seconds, values, places)


def disk_writes(rng: Rng) -> Drawn:
    """Mostly nothing, with bursts; then a much longer burst or a much greater one."""
    n = 4032
    seconds = regular(n, 300)
    values = np.where(rng.random(n) < 0.3, rng.exponential(1e4, n), 0.0)
    busy = rng.random(n) < 0.02
    values += busy * rng.exponential(1e6, n)
    places = onsets(rng, n, 1, 3)
    for at in places:
        if rng.random() < 0.5:
            values[at : at + 30] += rng.exponential(1.5e6, len(values[at : at + 30]))
        else:
            values[at : at + 2] += rng.uniform(1e7, 4e7)
    return Drawn(seconds, values, places)


def request_latency(rng: Rng) -> Drawn:
    """Milliseconds with outliers; slower for hours, or failing after many worse and worse spikes."""
    n = 4032
    seconds = regular(n, 300)
    values = 45 + 3 * season(rng, seconds) + autoregressive(rng, n, 0.6, 1.5)
    values += (rng.random(n) < 0.004) * rng.pareto(2.5, n) * 6
    places = onsets(rng, n, 1, 3)
    for at in places:
        if rng.random() < 0.6:
            shift(values, at, rng.uniform(8, 30), int(rng.integers(12, 120)))
        else:
            values[at : at + 80] += (rng.random(len(values[at : at + 80])) < 0.25) * rng.uniform(15, 60)
    return Drawn(seconds, values, places)


def machine_temperature(rng: Rng) -> Drawn:
    """A slow walk about a set point; a plunge after a strange hour, a stop, an overheating."""
    n = int(rng.choice([8000, 16000, 22000]))
    seconds = regular(n, 300)
    values = 80 + autoregressive(rng, n, 0.999, 6) + autoregressive(rng, n, 0.9, 0.8)
    places = onsets(rng, n, 2, 4)
    for at in places:
        kind = rng.integers(3)
        depth = rng.uniform(25, 60) * (1 if kind == 2 else -1)
        length = int(rng.integers(60, 250))
        values[at : at + length] += depth * np.sin(np.linspace(0, np.pi, length)) ** (0.5 if kind else 2)
    return Drawn(seconds, values, places)


def ambient_temperature(rng: Rng) -> Drawn:
    """Hourly, a day of small size in slow weather; a heating left on, a window left open."""
    n = 7267
    seconds = regular(n, 3600)
    values = 70 + 3 * season(rng, seconds) + autoregressive(rng, n, 0.995, 3) + rng.normal(0, 0.5, n)
    places = onsets(rng, n, 1, 3)
    for at in places:
        shift(values, at, rng.choice([-1, 1]) * rng.uniform(7, 14), int(rng.integers(12, 100)))
    return Drawn(seconds, values, places)


def taxi_demand(rng: Rng) -> Drawn:
    """Half hours with day and week; holidays, a storm, a marathon."""
    n = 10320
    seconds = regular(n, 1800)
    day = season(rng, seconds, harmonics=4)
    other = season(rng, seconds, harmonics=4)
    level = np.where(weekend(seconds), 0.75 * other + 0.15, day + 0.1)
    values = 20000 * level * np.exp(autoregressive(rng, n, 0.8, 0.08)) + rng.normal(0, 300, n)
    places = onsets(rng, n, 3, 5)
    for at in places:
        length = int(rng.integers(20, 60))
        values[at : at + length] *= rng.choice([rng.uniform(0.15, 0.5), rng.uniform(1.5, 1.9)])
    return Drawn(seconds, np.maximum(values, 0).round(), places)


def mention_counts(rng: Rng) -> Drawn:
    """Heavy-tailed counts with a day; storms of attention among ordinary single outliers."""
    n = 15842
    seconds = regular(n, 300)
    rate = rng.uniform(2, 60) * (0.3 + season(rng, seconds)) * np.exp(autoregressive(rng, n, 0.97, 0.3))
    values = rng.negative_binomial(3, 3 / (3 + rate)).astype(float)
    values += (rng.random(n) < 0.001) * rng.pareto(1.5, n) * rate * 4
    places = onsets(rng, n, 2, 4)
    for at in places:
        burst(rng, values, at, float(np.mean(rate)) * rng.uniform(12, 50), int(rng.integers(12, 150)))
    return Drawn(seconds, values.round(), places)


def road_traffic(rng: Rng) -> Drawn:
    """Speed at irregular times with gaps; a jam at an unusual hour."""
    n = int(rng.choice([1127, 2500]))
    steps = rng.choice([300, 300, 600, 900, 1200], n).astype(float)
    steps[rng.random(n) < 0.005] = rng.uniform(5_000, 40_000)
    seconds = np.cumsum(steps)
    values = 75 - 12 * season(rng, seconds) + rng.normal(0, 4, n)
    values -= (rng.random(n) < 0.01) * rng.uniform(5, 20, n)
    places = onsets(rng, n, 1, 3)
    for at in places:
        shift(values, at, -rng.uniform(25, 50), int(rng.integers(5, 40)))
    return Drawn(seconds, np.clip(values, 3, 90).round(), places)


def click_cost(rng: Rng) -> Drawn:
    """Hourly prices with heavy tails; a price that multiplies, for hours or for good."""
    n = int(rng.integers(1538, 1650))
    seconds = regular(n, 3600)
    values = 0.5 * np.exp(autoregressive(rng, n, 0.3, rng.uniform(0.1, 0.35))) * (0.8 + 0.4 * season(rng, seconds))
    values = np.where(rng.random(n) < 0.006, values * rng.uniform(1.5, 4, n), values)
    places = onsets(rng, n, 1, 3)
    for at in places:
        length = int(rng.choice([1, 3, 24, 200]))
        values[at : at + length] *= rng.uniform(7, 12) if length < 4 else rng.uniform(2.5, 5)
    return Drawn(seconds, values, places)


def day_pulse(rng: Rng) -> Drawn:
    """An artificial day: up by day, down at night, hardly any noise; a day flat, too high, reversed or missing."""
    n = 4032
    seconds = regular(n, 300)
    phase = (seconds % DAY_S) / DAY_S
    shape = ((phase > 0.35) & (phase < 0.75)).astype(float) if rng.random() < 0.6 else season(rng, seconds)
    values = 20 + 60 * shape + rng.uniform(-3, 3, n)
    at = int(rng.integers(5, 12)) * 288 + (100 if rng.random() < 0.5 else int(rng.integers(288)))
    kind = rng.integers(5)
    part = slice(at, at + 150)
    if kind == 0:
        values[part] = 20 + rng.uniform(-3, 3, 150)
    elif kind == 1:
        values[part] += rng.choice([-30, 30])
    elif kind == 2:
        values[part] = 100 - values[part]
    elif kind == 3:
        stick(values, at, 150)
    else:
        values[part] = 20 + (values[part] - 20) * 0.4
    return Drawn(seconds, values, [at])


def rare_steps(rng: Rng) -> Drawn:
    """Capacity that hardly changes; a step never seen before."""
    n = 4620
    seconds = regular(n, 300)
    values = np.full(n, 30.0)
    for place in np.flatnonzero(rng.random(n) < 1 / 500):
        values[place:] += rng.choice([-2.0, 2.0])
    values += (rng.random(n) < 0.15) * rng.uniform(-0.5, 0.5, n)
    at = onsets(rng, n, 1, 1)[0]
    shift(values, at, rng.choice([-1, 1]) * rng.uniform(15, 25), n)
    return Drawn(seconds, values, [at])


def quiet(rng: Rng) -> Drawn:
    """Nothing happens: flat, noisy, or a perfect day."""
    n = 4032
    seconds = regular(n, 300)
    kind = rng.integers(4)
    if kind == 0:
        values = np.full(n, rng.uniform(0, 100))
    elif kind == 1:
        values = 45 + rng.normal(0, 3, n)
    else:
        values = 20 + 60 * season(rng, seconds) + rng.uniform(-3, 3, n) * (kind - 2)
    return Drawn(seconds, values)


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


def sparse_events(rng: Rng) -> Drawn:
    """Counts that are nearly always zero; a run of events."""
    n = 5315
    seconds = regular(n, 300)
    values = rng.poisson(0.03, n) * rng.integers(1, 4, n).astype(float)
    places = onsets(rng, n, 1, 2)
    for at in places:
        values[at : at + 25] += rng.poisson(3, 25)
    return Drawn(seconds, values, places)


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
        processor_share,
        network_bytes,
        disk_writes,
        request_latency,
        machine_temperature,
        ambient_temperature,
        taxi_demand,
        mention_counts,
        road_traffic,
        click_cost,
        day_pulse,
        rare_steps,
        quiet,
        heating_cycle,
        vibration,
        spindle_current,
        sparse_events,
        queue_length,
    )
}
