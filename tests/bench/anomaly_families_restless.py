"""Families full of what nobody would label: the detector was developed on these, too."""

from collections.abc import Callable

import numpy as np

from tests.bench.anomaly_shapes import Drawn, autoregressive, burst, onsets, regular, season, shift

Rng = np.random.Generator


def batch_server(rng: Rng) -> Drawn:
    """CPU with nightly jobs of varying length and busy hours; overload for long, or an outage."""
    n = 4032
    seconds = regular(n, 300)
    values = rng.uniform(5, 20) + 8 * season(rng, seconds) + autoregressive(rng, n, 0.7, 2)
    for night in range(14):
        at = night * 288 + int(rng.integers(20, 40))
        values[at : at + int(rng.integers(5, 25))] += rng.uniform(15, 35)
    for _ in range(int(rng.integers(4, 10))):
        at = int(rng.integers(n - 60))
        values[at : at + int(rng.integers(2, 20))] += rng.uniform(8, 20)
    places = onsets(rng, n, 1, 2)
    for at in places:
        if rng.random() < 0.6:
            values[at : at + int(rng.integers(40, 150))] += rng.uniform(35, 60)
        else:
            values[at : at + 30] = rng.uniform(0, 1)
    return Drawn(seconds, np.clip(values, 0, 100), places)


def clustered_bytes(rng: Rng) -> Drawn:
    """Heavy-tailed bytes whose size wanders; a burst beyond all."""
    n = 4032
    seconds = regular(n, 300)
    size = np.exp(autoregressive(rng, n, 0.98, 0.7))
    values = 1e5 * size * np.exp(rng.standard_t(3, n) * 0.4)
    places = onsets(rng, n, 1, 2)
    for at in places:
        height = float(np.quantile(values, 0.999)) * rng.uniform(1.5, 5)
        burst(rng, values, at, height, int(rng.integers(6, 80)))
    return Drawn(seconds, values, places)


def moving_levels(rng: Rng) -> Drawn:
    """Levels that move a little every day; one moves far."""
    n = 4032
    seconds = regular(n, 300)
    values = np.full(n, 50.0)
    for place in np.flatnonzero(rng.random(n) < 1 / 250):
        values[place:] += rng.normal(0, 4)
    values += rng.normal(0, 1, n) * np.where(rng.random(n) < 0.02, 4, 1)
    places = onsets(rng, n, 1, 2)
    for at in places:
        shift(values, at, rng.choice([-1, 1]) * rng.uniform(15, 30), int(rng.integers(30, 1000)))
    return Drawn(seconds, values, places)


def mention_storms(rng: Rng) -> Drawn:
    """Counts with a storm every other day; some are of another kind."""
    n = 15800
    seconds = regular(n, 300)
    rate = rng.uniform(3, 20) * (0.2 + season(rng, seconds)) * np.exp(autoregressive(rng, n, 0.99, 0.4))
    for place in np.flatnonzero(rng.random(n) < 1 / 700):
        rate[place : place + int(rng.integers(3, 40))] *= float(rng.pareto(2)) + 1.5
    values = rng.negative_binomial(2, 2 / (2 + rate)).astype(float)
    places = onsets(rng, n, 2, 4)
    for at in places:
        height = float(np.quantile(values, 0.999)) * rng.uniform(2, 8)
        burst(rng, values, at, height, int(rng.integers(12, 120)))
    return Drawn(seconds, values.round(), places)


def wandering_temperature(rng: Rng) -> Drawn:
    """A walk with lasting and passing disturbances; one is much greater."""
    n = 12000
    seconds = regular(n, 300)
    values = 60 + autoregressive(rng, n, 0.9995, 8) + autoregressive(rng, n, 0.95, 1) + 3 * season(rng, seconds)
    for place in np.flatnonzero(rng.random(n) < 1 / 1500):
        values[place : place + 12] += rng.normal(0, 5)
    for place in np.flatnonzero(rng.random(n) < 1 / 3000):
        values[place:] += rng.normal(0, 4)
    places = onsets(rng, n, 2, 3)
    for at in places:
        length = int(rng.integers(80, 300))
        part = np.sin(np.linspace(0, np.pi, length))[: n - at]
        values[at : at + length] += rng.choice([-1, 1]) * rng.uniform(18, 35) * part
    return Drawn(seconds, values, places)


def subtle_share(rng: Rng) -> Drawn:
    """Changes hardly greater than the noise and smaller than its outliers."""
    n = 4032
    seconds = regular(n, 300)
    size = rng.uniform(0.3, 2)
    values = rng.uniform(20, 60) + autoregressive(rng, n, 0.5, size)
    values += (rng.random(n) < 0.003) * rng.exponential(6 * size, n)
    places = onsets(rng, n, 1, 2)
    for at in places:
        kind = rng.integers(3)
        if kind == 0:
            shift(values, at, 2.5 * size, 400)
        elif kind == 1:
            part = values[at : at + 100]
            part[:] = values[at] + rng.normal(0, 0.15 * size, len(part))
        else:
            part = values[at : at + 300]
            part += np.linspace(0, 6 * size, 300)[: len(part)]
    return Drawn(seconds, values, places)


FAMILIES: dict[str, Callable[[Rng], Drawn]] = {
    each.__name__: each
    for each in (
        batch_server,
        clustered_bytes,
        moving_levels,
        mention_storms,
        wandering_temperature,
        subtle_share,
    )
}
