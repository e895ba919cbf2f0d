"""Where planned busy time went that made nothing good: by reason (Pareto, rolled up the tree) and by the big losses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from makoto.analytics.performance.time_model import DELAYS, LOSSES, Portion, Term
from makoto.domain.factory import Loss, Reason

MINOR_STOP_MS = 300_000
"""A delay shorter than this, with no reason that says otherwise, is a minor stop (TPM: up to five minutes)."""

MAX_DEPTH = 20
Resolve = Callable[[int], Reason | None]


class Stop(NamedTuple):
    """A stretch without production in planned busy time, of one reason and one kind of loss; `is_minor` where the whole
    delay that it is part of is short.
    """

    start: int
    end: int
    term: Term
    reason: int | None
    loss: Loss | None
    is_minor: bool


@dataclass(slots=True)
class LossRow:
    """Time lost for a reason itself and, `total_ms`, with what is below it in the tree; `stops` likewise."""

    code: int | None
    name: str
    name_ja: str = ""
    parent: int | None = None
    own_ms: int = 0
    own_stops: int = 0
    total_ms: int = 0
    total_stops: int = 0


@dataclass(frozen=True, slots=True)
class Losses:
    """`rows` by their own time, the greatest first; `tree` by the total; `big` in ms, None where a term is missing.

    Idling is among the minor stops (Nakajima), however long; `minor_stops` counts the short ones.
    """

    lost_ms: int
    rows: tuple[LossRow, ...] = ()
    tree: tuple[LossRow, ...] = ()
    big: Mapping[str, float | None] = field(default_factory=dict)
    minor_stops: int = 0


def stops(portions: Sequence[Portion], resolve: Resolve, minor_stop_ms: int = MINOR_STOP_MS) -> list[Stop]:
    """The stretches that are losses: neighbours of one term and reason are one, and a delay's length is of all of it.

    A delay that touches an edge of the window is not called minor, since its length is not known.
    """
    lengths = _delay_lengths(portions)
    made: list[Stop] = []
    for each, length in zip(portions, lengths, strict=True):
        if each.term not in LOSSES:
            continue
        found = None if each.reason is None else resolve(each.reason)
        is_minor = each.term in DELAYS and length < minor_stop_ms
        stop = Stop(each.start, each.end, each.term, each.reason, _loss(each, found, is_minor), is_minor)
        if made and made[-1].end == stop.start and made[-1][2:] == stop[2:]:
            made[-1] = made[-1]._replace(end=stop.end)
        else:
            made.append(stop)
    return made


def losses(
    found: Iterable[Stop],
    resolve: Resolve,
    *,
    apt_ms: int,
    planned_run_s: Decimal | None,
    planned_good_s: Decimal | None,
) -> Losses:
    """Sum stops by reason; speed loss is APT - PRU x PQ, reject loss PRU x (PQ - GQ).

    The big losses and `other` add up to PBT - PRU x GQ.
    """
    listed = list(found)
    rows: dict[int | None, LossRow] = {}
    big: dict[str, float | None] = dict.fromkeys([str(each) for each in Loss] + ["other"], 0.0)
    for each in listed:
        length = each.end - each.start
        row = _row(each.reason, rows, resolve)
        row.own_ms += length
        row.own_stops += 1
        name = str(each.loss) if each.loss else "other"
        big[name] = (big[name] or 0.0) + length
    speed = None if planned_run_s is None else apt_ms - float(planned_run_s) * 1000
    reject = None
    if planned_run_s is not None and planned_good_s is not None:
        reject = float(planned_run_s - planned_good_s) * 1000
    big[Loss.SPEED] = None if speed is None else (big[Loss.SPEED] or 0.0) + speed
    big[Loss.REJECT] = None if reject is None else (big[Loss.REJECT] or 0.0) + reject
    own = tuple(sorted((row for row in rows.values() if row.own_ms), key=lambda row: (-row.own_ms, row.name)))
    minor = sum(each.is_minor for each in listed)
    return Losses(sum(row.own_ms for row in own), own, _tree(rows, resolve), big, minor)


def _delay_lengths(portions: Sequence[Portion]) -> list[float]:
    """For each portion how long the whole delay lasts that it is part of."""
    lengths: list[float] = []
    at = 0
    while at < len(portions):
        ahead = at + 1
        while portions[at].term in DELAYS and ahead < len(portions) and portions[ahead].term in DELAYS:
            ahead += 1
        is_cut = at == 0 or ahead == len(portions)
        length = float("inf") if is_cut else portions[ahead - 1].end - portions[at].start
        lengths += [length] * (ahead - at)
        at = ahead
    return lengths


def _loss(portion: Portion, reason: Reason | None, is_minor: bool) -> Loss | None:
    if portion.term is Term.ASUT:
        return Loss.SETUP
    if portion.term not in DELAYS:
        return None
    if reason is not None and reason.loss not in (None, Loss.SPEED, Loss.SETUP):
        return reason.loss
    return Loss.MINOR_STOP if is_minor else Loss.BREAKDOWN


def _row(code: int | None, rows: dict[int | None, LossRow], resolve: Resolve) -> LossRow:
    reason = None if code is None else resolve(code)
    key = reason.code if reason is not None else code
    if key not in rows:
        rows[key] = _named(key, reason)
    return rows[key]


def _named(key: int | None, reason: Reason | None) -> LossRow:
    if reason is None:
        return LossRow(key, "Without a reason" if key is None else "Unknown reason")
    return LossRow(key, reason.name, reason.name_ja, int(reason.parent) if reason.parent else None)


def _tree(rows: dict[int | None, LossRow], resolve: Resolve) -> tuple[LossRow, ...]:
    """Add each row to all above it; a parent that nobody knows ends the way up, a loop after `MAX_DEPTH` steps."""
    for row in list(rows.values()):
        at: LossRow | None = row
        seen: set[int | None] = set()
        while at is not None and at.code not in seen and len(seen) < MAX_DEPTH:
            seen.add(at.code)
            at.total_ms += row.own_ms
            at.total_stops += row.own_stops
            known = None if at.parent is None else resolve(at.parent)
            at = None if known is None else rows.setdefault(known.code, _named(known.code, known))
    return tuple(sorted(rows.values(), key=lambda row: (-row.total_ms, row.name)))
