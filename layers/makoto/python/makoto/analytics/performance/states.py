"""A unit's states as closed intervals that do not overlap, whatever order its reports came in."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from makoto.domain.factory import PackmlMode, PackmlState

LASTING = frozenset(
    {
        PackmlState.STOPPED,
        PackmlState.IDLE,
        PackmlState.SUSPENDED,
        PackmlState.EXECUTE,
        PackmlState.ABORTED,
        PackmlState.HELD,
        PackmlState.COMPLETE,
    }
)
"""Wait states and Execute (ANSI/ISA-TR88.00.02): of two reports of one millisecond, one of these came last."""

MACHINE, HAND, ORDER, NOBODY = "machine", "hand", "order", "nobody"


class StateFact(NamedTuple):
    """A unit's state from `t` on, until the next fact; `source` is who said it."""

    t: int
    packml: int
    mode: int
    reason: int | None = None
    order: str | None = None
    source: str = MACHINE


class Entry(NamedTuple):
    """What a person said of a stretch: the state (`packml` and `mode`, and its reason), or the reason only.

    Of several over one moment the one with the highest revision holds. A reason of None says: as the machine told.
    """

    start: int
    end: int
    revision: int
    is_state: bool
    packml: int = 0
    mode: int = int(PackmlMode.PRODUCTION)
    reason: int | None = None


class StateInterval(NamedTuple):
    """A state over `start <= t < end`."""

    start: int
    end: int
    packml: int
    mode: int
    reason: int | None
    order: str | None
    source: str


def timeline(facts: Iterable[StateFact], entries: Iterable[Entry], start: int, end: int) -> list[StateInterval]:
    """Cover the window without gap or overlap; before the first fact the state is Undefined and `nobody` said it."""
    return _merged(_painted(_stepped(in_order(facts), start, end), entries))


def in_order(facts: Iterable[StateFact]) -> list[StateFact]:
    """Sort, each once."""
    return sorted(set(facts), key=_place)


def _place(fact: StateFact) -> tuple[int, bool, int, int, int, str, str]:
    """The same order however facts arrive, also of those of one millisecond."""
    lasting = fact.packml in LASTING
    return (fact.t, lasting, fact.packml, fact.mode, fact.reason or 0, fact.order or "", fact.source)


def _stepped(facts: Sequence[StateFact], start: int, end: int) -> list[StateInterval]:
    now = StateFact(start, PackmlState.UNDEFINED, PackmlMode.PRODUCTION, source=NOBODY)
    since = start
    made: list[StateInterval] = []
    for fact in facts:
        if fact.t >= end:
            break
        if fact.t > since:
            made.append(StateInterval(since, fact.t, *now[1:]))
            since = fact.t
        now = fact
    made.append(StateInterval(since, end, *now[1:]))
    return made


def _painted(base: list[StateInterval], entries: Iterable[Entry]) -> list[StateInterval]:
    start, end = base[0].start, base[-1].end
    said = sorted(each for each in entries if each.end > start and each.start < end)
    if not said:
        return base
    edges = {edge for each in said for edge in (each.start, each.end) if start < edge < end}
    points = sorted(edges | {each.start for each in base} | {end})
    made: list[StateInterval] = []
    at = 0
    for first, last in pairwise(points):
        while base[at].end <= first:
            at += 1
        over = [each for each in said if each.start <= first < each.end]
        made.append(_said(base[at], over)._replace(start=first, end=last))
    return made


def _said(told: StateInterval, over: Sequence[Entry]) -> StateInterval:
    newest = max(over, key=lambda each: each.revision, default=None)
    if newest is None:
        return told
    state = max((each for each in over if each.is_state), key=lambda each: each.revision, default=None)
    if state is not None:
        told = told._replace(packml=state.packml, mode=state.mode, reason=state.reason, source=HAND)
    if newest.is_state or newest.reason is None:
        return told
    return told._replace(reason=newest.reason, source=HAND)


def _merged(intervals: Iterable[StateInterval]) -> list[StateInterval]:
    made: list[StateInterval] = []
    for each in intervals:
        if made and made[-1][2:] == each[2:]:
            made[-1] = made[-1]._replace(end=each.end)
        else:
            made.append(each)
    return made
