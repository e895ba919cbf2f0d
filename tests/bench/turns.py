"""Two ways to do one thing, timed turn by turn, so that a busy machine is as busy for both."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.table import Row

WARM_UP = 0.15


def compared(
    name: str,
    port: Callable[[int], object],
    raw: Callable[[int], object],
    aim: float,
    calls: int,
    before: Callable[[], object] = lambda: None,
) -> Row:
    """The median of each in microseconds; each call is told its number, the same for both and never the same again.

    `before` each turn is not timed.
    """
    taken: tuple[list[int], list[int]] = ([], [])
    contestants = (port, raw)
    with _uncollected():
        for number in range(int(calls * (1 + WARM_UP))):
            before()
            for place in (0, 1) if number % 2 else (1, 0):
                begun = time.perf_counter_ns()
                contestants[place](number)
                taken[place].append(time.perf_counter_ns() - begun)
    ours, theirs = (statistics.median(each[-calls:]) / 1000 for each in taken)
    return Row(f"{name}, us", ours, theirs, aim)


@contextmanager
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
