"""Readings in columns, the form they keep from the codec to the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Instants: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]
Qualities: TypeAlias = NDArray[np.uint16]

GOOD = 192
"""Sparkplug B 3.0 and OPC 10000-8; with UNCERTAIN the only qualities whose values are counted in."""
UNCERTAIN = 64
BAD = 0
STALE = 500
QUALITIES = frozenset({GOOD, UNCERTAIN, BAD, STALE})
NULL_QUALITIES = frozenset({BAD, STALE})


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings of one message, series after series.

    `metrics`, `clocks` and `lengths` have one entry a series; `t` (ms UTC), `v` (NaN where there is no number) and `q`
    (absent: all good) one a reading. `texts` holds, by place, what is not a number; a boolean is the number 0 or 1
    with the text `false` or `true`. `statuses` holds, by place, the source's own word for the quality.
    """

    metrics: Sequence[str]
    clocks: Sequence[str]
    lengths: Sequence[int]
    t: Instants
    v: Numbers
    q: Qualities | None = None
    texts: Mapping[int, str] = field(default_factory=dict)
    statuses: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.t)

    def only(self, kept: NDArray[np.bool_]) -> "Columns":
        """Keep some readings; a series that loses all of its own goes with them."""
        lengths = np.array(self.lengths, np.int64)
        starts = np.cumsum(lengths) - lengths
        counts = np.add.reduceat(kept.astype(np.int64), starts).tolist() if len(starts) else []
        rows = np.flatnonzero(kept)
        place = np.cumsum(kept) - 1
        left = [index for index, count in enumerate(counts) if count]
        return Columns(
            [self.metrics[index] for index in left],
            [self.clocks[index] for index in left],
            [counts[index] for index in left],
            self.t[rows],
            self.v[rows],
            None if self.q is None else self.q[rows],
            {int(place[at]): text for at, text in self.texts.items() if kept[at]},
            {int(place[at]): text for at, text in self.statuses.items() if kept[at]},
        )


def joined(parts: Sequence[Columns]) -> Columns:
    """Put columns behind each other."""
    if len(parts) == 1:
        return parts[0]
    return Columns(
        [metric for part in parts for metric in part.metrics],
        [clock for part in parts for clock in part.clocks],
        [length for part in parts for length in part.lengths],
        np.concatenate([part.t for part in parts]) if parts else np.empty(0, np.int64),
        np.concatenate([part.v for part in parts]) if parts else np.empty(0, np.float64),
        _joined_qualities(parts),
        _joined_places(parts, [part.texts for part in parts]),
        _joined_places(parts, [part.statuses for part in parts]),
    )


def _joined_places(parts: Sequence[Columns], given: Sequence[Mapping[int, str]]) -> dict[int, str]:
    placed: dict[int, str] = {}
    start = 0
    for part, texts in zip(parts, given, strict=True):
        placed.update((start + place, text) for place, text in texts.items())
        start += len(part)
    return placed


def _joined_qualities(parts: Sequence[Columns]) -> Qualities | None:
    if all(part.q is None for part in parts):
        return None
    return np.concatenate([np.full(len(part), GOOD, np.uint16) if part.q is None else part.q for part in parts])
