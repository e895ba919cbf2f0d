"""What of a device's new messages fits into one atomic write."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from functions.telemetry.batch import Batch, Incoming, Part, batch_of, within
from functions.telemetry.ledger import MAX_INTERVALS, Ledger, Standing
from makoto.analytics.rollups import MINUTE_MS
from makoto.codecs.telemetry import Columns, Counters, Fault, MachineState

MAX_WRITES = 96
"""Below the hundred of an atomic write; the ledger is counted here, the newest values are written before."""

FEWEST_WRITES = 4
_ALWAYS = 1
_PER_MESSAGE = 3
"""At most a quarantine entry, a record and a mark."""

_END_OF_TIME = 2**62
Content = TypeVar("Content")
_FORGOTTEN = Fault("/seq", "ledger_window", f"older than the {MAX_INTERVALS} latest gaps: perhaps stored already")


@dataclass(frozen=True, slots=True)
class Taken:
    """A message of a portion; `until` is the last minute taken where more of it follows in the next portion."""

    incoming: Incoming
    part: Part | None
    is_first: bool = True
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Messages for one atomic write, and their readings put together."""

    taken: Sequence[Taken]
    batch: Batch | None
    is_all: bool

    def minutes(self) -> list[int]:
        """Name the minutes since 1970-01-01 UTC that the readings fall into."""
        return [] if self.batch is None else self.batch.minutes()

    @property
    def writes(self) -> int:
        """Count the documents that storing it takes at most."""
        return _writes(self.taken, self.minutes())


def contents_of(portion: Portion, of: type[Content]) -> Iterator[tuple[Incoming, Content]]:
    """Yield the messages of one kind with what they say."""
    for each in portion.taken:
        content = each.incoming.decoded.content
        if isinstance(content, of):
            yield each.incoming, content


def new_messages(incoming: Iterable[Incoming], ledger: Ledger, marks: Iterable[str]) -> Iterator[Incoming]:
    """Leave out what is stored and what comes twice."""
    seen = set(marks)
    for each in incoming:
        standing = ledger.standing(each.session, each.seq) if each.decoded.identity else Standing.NEW
        if each.mark in seen or standing is Standing.STORED:
            continue
        seen.add(each.mark)
        yield each.refused(_FORGOTTEN) if standing is Standing.FORGOTTEN else each


def portion_of(incoming: Sequence[Incoming], ledger: Ledger, max_writes: int = MAX_WRITES) -> Portion:
    """Take as many messages as fit, in the order of their sequence; of one too long alone its first minutes."""
    ordered = sorted(incoming, key=lambda each: each.order)
    whole = _portion([_rest_of(each, ledger) for each in ordered], is_all=True)
    if whole.writes <= max_writes:
        return whole
    taken, minutes = list[Taken](), set[int]()
    for each in whole.taken:
        minutes |= _minutes_of(each)
        if _writes([*taken, each], minutes) > max_writes:
            break
        taken.append(each)
    return _portion(taken or [_beginning(whole.taken[0], max_writes)], is_all=False)


def _rest_of(incoming: Incoming, ledger: Ledger) -> Taken:
    content = incoming.decoded.content
    if not isinstance(content, Columns) or not len(content):
        return Taken(incoming, None)
    stored_to = _partial(ledger, incoming).get(incoming.seq)
    part = Part(incoming, content)
    if stored_to is None:
        return Taken(incoming, part)
    rest = within(part, stored_to + 1, _END_OF_TIME)
    return Taken(incoming, rest if len(rest.columns) else None, is_first=False)


def _partial(ledger: Ledger, incoming: Incoming) -> Mapping[int, int]:
    return ledger.session(incoming.session).partial if incoming.decoded.identity else {}


def _beginning(taken: Taken, max_writes: int) -> Taken:
    """Cut off the first minutes; each may lie in an hour of its own and need a file and a mark."""
    if taken.part is None:
        return taken
    some = sorted(_minutes_of(taken))[: max(1, (max_writes - _ALWAYS - _PER_MESSAGE) // 3)]
    part = within(taken.part, some[0], some[-1])
    until = some[-1] if len(part.columns) < len(taken.part.columns) else None
    return Taken(taken.incoming, part, taken.is_first, until)


def _portion(taken: Sequence[Taken], *, is_all: bool) -> Portion:
    parts = [each.part for each in taken if each.part is not None]
    return Portion(taken, batch_of(parts) if parts else None, is_all)


def _minutes_of(taken: Taken) -> set[int]:
    return set() if taken.part is None else set(np.unique(taken.part.columns.t // MINUTE_MS).tolist())


def _writes(taken: Sequence[Taken], minutes: Collection[int]) -> int:
    """Count documents: a minute has its summary, an hour its file and, if sealed, a mark; all reports are one fact."""
    hours = {minute // 60 for minute in minutes}
    is_told = any(isinstance(each.incoming.decoded.content, MachineState | Counters) for each in taken)
    return _ALWAYS + is_told + sum(_writes_beside(each) for each in taken) + len(minutes) + 2 * len(hours)


def _writes_beside(taken: Taken) -> int:
    """Count a message's own documents: quarantine entry, record, mark."""
    decoded = taken.incoming.decoded
    is_record = decoded.content is not None and not isinstance(decoded.content, Columns)
    return bool(decoded.faults) + is_record + (decoded.identity is None)
