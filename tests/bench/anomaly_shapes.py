"""What generated streams are made of: noises, seasons and ways to go wrong."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_S = 86_400


@dataclass(slots=True)
class Drawn:
    """Values at seconds since the beginning; an onset is the place where an anomaly begins."""

    seconds: Floats
    values: Floats
    onsets: list[int] = field(default_factory=list)


def regular(count: int, step_s: float) -> Floats:
    return np.arange(count, dtype=np.float64) * step_s


def autoregressive(rng: np.random.Generator, count: int, keep: float, sigma: float) -> Floats:
    """AR(1) of standard deviation `sigma`."""
    steps = rng.normal(0, sigma * np.sqrt(1 - keep * keep), count)
    values = np.empty(count)
    now = rng.normal(0, sigma)
    for place in range(count):
        now = keep * now + steps[place]
        values[place] = now
    return values


def season(rng: np.random.Generator, seconds: Floats, period_s: float = DAY_S, harmonics: int = 3) -> Floats:
    """A random periodic curve between 0 and 1."""
    phase = 2 * np.pi * seconds / period_s
    parts = [
        rng.normal(0, 1 / (order**1.3)) * np.sin(order * phase + rng.uniform(0, 2 * np.pi))
        for order in range(1, harmonics + 1)
    ]
    curve: Floats = np.sum(parts, axis=0)
    least, most = float(curve.min()), float(curve.max())
    return (curve - least) / (most - least + 1e-9)


def weekend(seconds: Floats) -> NDArray[np.bool_]:
    """Streams begin on a Monday."""
    return (seconds // DAY_S) % 7 >= 5


def onsets(rng: np.random.Generator, count: int, least: int, most: int, after: float = 0.22) -> list[int]:
    """Draw places that lie well apart, none in the beginning."""
    number = int(rng.integers(least, most + 1))
    if not number:
        return []
    edges = np.linspace(after * count, 0.97 * count, number + 1)
    return [int(rng.uniform(low + 0.1 * (high - low), high - 0.2 * (high - low))) for low, high in pairwise(edges)]


def clutter(rng: np.random.Generator, values: Floats, size: float, rate: float = 1 / 600) -> Floats:
    """Add small oddities that nobody would label."""
    odd = rng.random(len(values)) < rate
    return values + odd * rng.normal(0, size, len(values))


def spike(values: Floats, at: int, height: float, length: int = 1) -> None:
    values[at : at + length] += height


def shift(values: Floats, at: int, height: float, length: int) -> None:
    end = min(at + length, len(values))
    ramp = np.minimum(1.0, (np.arange(end - at) + 1) / 2)
    values[at:end] += height * ramp


def burst(rng: np.random.Generator, values: Floats, at: int, height: float, length: int) -> None:
    """Rise at once and decay, as attention does."""
    end = min(at + length, len(values))
    decay = np.exp(-3 * np.arange(end - at) / length)
    values[at:end] += height * decay * rng.uniform(0.6, 1.3, end - at)


def stick(values: Floats, at: int, length: int) -> None:
    values[at : at + length] = values[at]
