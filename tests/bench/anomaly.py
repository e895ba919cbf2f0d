"""How well anomalies are found in generated streams of many families, how fast, and in how many bytes."""

import lzma
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from makoto.analytics.anomaly import THRESHOLD, Detector, detector, machine_detector
from tests.bench.anomaly_baselines import ExponentialZ, HalfSpaceTrees, WindowedGaussian, told_once
from tests.bench.anomaly_rules import Tally, tally
from tests.bench.anomaly_streams import DEVELOPED, HELD_OUT, Stream, streams
from tests.bench.table import Row

SEEDS_SEEN, SEEDS_NEW = range(2), range(100, 104)
MOST_US, MOST_BYTES = 20.0, 16_384.0
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "nist_GFAgie01-20160513.shdr.txt.xz"

Scores = list[list[float]]
Scorer = Callable[[datetime, float], float]
Hearing = Callable[[Sequence[float]], list[float]]
BASELINES: dict[str, Callable[[], Scorer]] = {
    "windowed Gaussian": WindowedGaussian,
    "exponential z": ExponentialZ,
    "half-space trees": HalfSpaceTrees,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One detector over a set of streams."""

    score: float
    best: float
    scores: Scores


def rows() -> list[Row]:
    """Measure on families seen while developing with seeds seen and new, and on families never tuned on."""
    sets = {
        "families developed on, seeds seen": streams(DEVELOPED, SEEDS_SEEN),
        "families developed on, new seeds": streams(DEVELOPED, SEEDS_NEW),
        "families held out": streams(HELD_OUT, SEEDS_NEW),
    }
    measured: list[Row] = []
    for name, drawn in sets.items():
        ours = _result(detector, drawn)
        others = {"null": 0.0} | {other: _result(make, drawn, told_once).best for other, make in BASELINES.items()}
        _print_families(name, drawn, ours)
        _print_others(name, ours, others)
        strongest = max(others.values())
        measured.append(Row(f"anomaly score, {name}; best baseline", ours.score, strongest, 1.3, "at least"))
        measured.append(Row(f"anomaly score, {name}; best threshold", ours.score, ours.best, 0.97, "at least"))
    _print_recorded()
    return [*measured, *_costs(sets["families held out"])]


def _result(make: Callable[[], Scorer], drawn: Sequence[Stream], heard: Hearing = list) -> Result:
    scores: Scores = []
    for stream in drawn:
        one = make()
        readings = zip(stream.times, stream.values, strict=True)
        scores.append(heard([one(at, value) if value == value else 0.0 for at, value in readings]))
    found = {each: _total(drawn, scores, each).normalised for each in (THRESHOLD, *_thresholds(scores))}
    return Result(found[THRESHOLD], max(found.values()), scores)


def _thresholds(scores: Scores) -> list[float]:
    """Every level that one reading in 30 to 30,000 reaches."""
    every = np.concatenate([np.array(each) for each in scores])
    levels = np.quantile(every, 1 - np.logspace(-1.5, -4.5, 25))
    return sorted({float(level) for level in levels if level > 0.0} | {2.0})


def _total(drawn: Iterable[Stream], scores: Scores, threshold: float) -> Tally:
    return reduce(add, (tally(stream, each, threshold) for stream, each in zip(drawn, scores, strict=True)))


def _print_families(name: str, drawn: Sequence[Stream], ours: Result) -> None:
    table = Table("family", "score", "found", "windows", "false", "readings", title=name, header_style="bold")
    for family in dict.fromkeys(stream.family for stream in drawn):
        chosen = [place for place, stream in enumerate(drawn) if stream.family == family]
        one = _total([drawn[place] for place in chosen], [ours.scores[place] for place in chosen], THRESHOLD)
        readings = sum(len(drawn[place].values) for place in chosen)
        table.add_row(family, f"{one.normalised:.1f}", *map(str, (one.found, one.windows, one.false, readings)))
    Console(width=100).print(table)


def _print_others(name: str, ours: Result, others: dict[str, float]) -> None:
    table = Table("detector", "score", title=f"{name}: all", header_style="bold")
    table.add_row("makoto, fixed threshold", f"{ours.score:.1f}")
    table.add_row("makoto, best threshold", f"{ours.best:.1f}")
    for other, score in others.items():
        table.add_row(f"{other}, best threshold", f"{score:.1f}")
    Console(width=100).print(table)


def _costs(drawn: Sequence[Stream]) -> list[Row]:
    longest = sorted(drawn, key=lambda stream: -len(stream.values))[:6]
    taken, most = [], 0
    for stream in longest:
        one = detector()
        readings = list(zip(stream.times, stream.values, strict=True))
        begun = time.process_time()
        for at, value in readings:
            one(at, value)
        taken.append((time.process_time() - begun) / len(readings) * 1e6)
        most = max(most, len(one.to_text()))
    return [
        Row("anomaly: CPU us a reading; allowed", min(taken), MOST_US, 1),
        Row("anomaly: CPU us a metric of 16; allowed", _machine_us(16), MOST_US, 1),
        Row("anomaly: bytes a stream; allowed", most, MOST_BYTES, 1),
    ]


def _machine_us(size: int, count: int = 2000) -> float:
    names = [f"metric-{number}" for number in range(size)]
    drawn = np.random.default_rng(5).normal(0, 1, (count, size)).tolist()
    readings = [dict(zip(names, row, strict=True)) for row in drawn]
    one = machine_detector(names)
    begun = time.process_time()
    for place, reading in enumerate(readings):
        one(60.0 * place, reading)
    return (time.process_time() - begun) / count / size * 1e6


def _print_recorded() -> None:
    """Alarms over a recorded day of a real machine: every value of it that is a number."""
    if not RECORDED.is_file():
        return
    alarms, readings = 0, 0
    metrics: dict[str, Detector] = {}
    for key, at, value in _recorded():
        readings += 1
        alarms += metrics.setdefault(key, detector())(at, value) >= THRESHOLD
    said = f"a recorded day of one machine: {alarms} alarms in {readings} readings of {len(metrics)} metrics"
    Console(width=100).print(said)


def _recorded() -> Iterator[tuple[str, datetime, float]]:
    with lzma.open(RECORDED, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            at, *pairs = line.rstrip("\n").split("|")
            for key, text in zip(pairs[::2], pairs[1::2], strict=False):
                with suppress(ValueError):
                    yield key, datetime.fromisoformat(at), float(text)
