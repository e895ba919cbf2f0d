"""Streams of one kind, made to be undisturbed until told otherwise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.anomaly import THRESHOLD, Detector, detector

STEP_S = 300.0
FIVE_DAYS = 1440
Floats = NDArray[np.float64]


def noise(count: int, seed: int = 1) -> Floats:
    return np.asarray(np.random.default_rng(seed).normal(50, 2, count), dtype=np.float64)


def day(count: int, seed: int = 1) -> Floats:
    hours = np.arange(count) * STEP_S / 3600
    return np.asarray(noise(count, seed) + 20 * np.sin(2 * np.pi * hours / 24), dtype=np.float64)


def counts(count: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).negative_binomial(2, 0.1, count).astype(np.float64)


def latency(count: int, seed: int = 1) -> Floats:
    return np.asarray(np.random.default_rng(seed).lognormal(3, 0.5, count), dtype=np.float64)


def bursts(count: int, seed: int = 1) -> Floats:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(count) < 0.1, rng.exponential(1e5, count), 0.0)


def walk(count: int, seed: int = 1) -> Floats:
    return np.cumsum(np.random.default_rng(seed).normal(0, 1, count))


def on_and_off(count: int, seed: int = 1) -> Floats:
    return noise(count, seed) + 30 * (np.arange(count) // 37 % 2)


STATIONARY = {each.__name__: each for each in (noise, day, counts, latency, bursts, walk, on_and_off)}


def scored(values: Sequence[float | None] | Floats, one: Detector | None = None) -> list[float]:
    one = one or detector()
    return [one(place * STEP_S, None if value is None else float(value)) for place, value in enumerate(values)]


def alarms(scores: Sequence[float], since: int = 0) -> list[int]:
    return [place for place, score in enumerate(scores) if score >= THRESHOLD and place >= since]
