"""Half-open stretches of whole milliseconds: clipped, united, intersected, subtracted, summed."""

from collections.abc import Iterable
from typing import TypeAlias

from makoto.errors import FieldError, Invalid

Span: TypeAlias = tuple[int, int]
"""From a millisecond until just before another."""


class ReversedInterval(Invalid):
    """An interval ends before it begins."""


def checked(spans: Iterable[Span]) -> list[Span]:
    """Sort; one without length is dropped, one that ends before it begins is `ReversedInterval`."""
    found = sorted(spans)
    for place, (start, end) in enumerate(found):
        if end < start:
            broken = FieldError(f"/{place}/end", "order", f"{end} lies before {start}")
            raise ReversedInterval("an interval ends before it begins", errors=[broken])
    return [span for span in found if span[0] < span[1]]


def union(spans: Iterable[Span]) -> list[Span]:
    """Unite what overlaps or touches, so that no millisecond is there twice."""
    made: list[Span] = []
    for start, end in checked(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return made


def clipped(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """Keep of each what lies inside; a stretch that straddles an edge is cut, never lost."""
    cut = ((max(start, first), min(end, last)) for first, last in checked(spans))
    return [span for span in cut if span[0] < span[1]]


def intersected(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What lies in both."""
    first, second = union(one), union(other)
    made: list[Span] = []
    at = 0
    for start, end in first:
        while at < len(second) and second[at][1] <= start:
            at += 1
        ahead = at
        while ahead < len(second) and second[ahead][0] < end:
            made.append((max(start, second[ahead][0]), min(end, second[ahead][1])))
            ahead += 1
    return made


def subtracted(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What lies in `one` and not in `other`."""
    made: list[Span] = []
    taken = union(other)
    for start, end in union(one):
        for first, last in clipped(taken, start, end):
            if start < first:
                made.append((start, first))
            start = last
        if start < end:
            made.append((start, end))
    return made


def total(spans: Iterable[Span]) -> int:
    """The length of all together; what overlaps counts once."""
    return sum(end - start for start, end in union(spans))
