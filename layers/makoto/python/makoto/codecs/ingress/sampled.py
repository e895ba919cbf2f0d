"""Samples taken at a fixed rate and sent together."""

from collections.abc import Iterator, Sequence

from makoto.codecs.ingress.portion import Point, Portion

SLOWEST_HZ = 1e-6
"""A sample in eleven days; a slower rate is an error of who wrote it."""

Samples = tuple[int | None, float | None, Sequence[float | None]]
"""How many there should be, at which rate (Hz), and their values."""


def sampled(metric: str, t: int, samples: Samples, clock: str, portion: Portion) -> Iterator[Point]:
    """Give each sample its time; `t` is the last one's (MTConnect Part 2, time series)."""
    count, rate, numbers = samples
    if rate is None or rate < SLOWEST_HZ or len(numbers) != count:
        detail = f"as many values as said, at a rate above {SLOWEST_HZ} Hz, are expected"
        portion.refuse(f"/{metric}", "time_series", detail, f"{count} at {rate} Hz: {len(numbers)} values")
        return
    for at, number in enumerate(numbers):
        if number is not None:
            yield Point(metric, t - round((count - 1 - at) * 1000 / rate), number, clock=clock)
