"""What of a device's messages is stored: the memory that makes a message take effect once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from makoto.codecs.json_text import from_text, to_text

MAX_SESSIONS = 64
MAX_INTERVALS = 512
KEPT_MS = 15 * 24 * 3600 * 1000
"""A day longer than SQS keeps a message: nothing older can come again."""

REORDER_MS = 10_000
"""How long a gap may be mere disorder on the way before the device is asked for a rebirth."""

NO_SEQ = -1


class Standing(Enum):
    """What the ledger says of a message."""

    NEW = "new"
    STORED = "stored"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Gap:
    """The first message that is missing, and since when."""

    seq: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Session:
    """One run of an edge.

    `done` holds what is stored as intervals in order; below `forgotten` missing messages are given up. `floor` is where
    acknowledging begins: a birth after a request for one says that nothing before it will be sent again. `partial`
    holds, by seq, the last minute stored of a message too long for one write.
    """

    done: tuple[tuple[int, int], ...] = ()
    floor: int = 0
    forgotten: int = NO_SEQ
    seen_ms: int = 0
    died_ms: int = 0
    gap: Gap | None = None
    told: int = NO_SEQ
    partial: Mapping[int, int] = field(default_factory=dict)

    def standing(self, seq: int) -> Standing:
        """Tell whether a message is stored; one so old that nobody can tell is forgotten."""
        if seq <= self.forgotten:
            return Standing.FORGOTTEN
        return Standing.STORED if any(first <= seq <= last for first, last in self.done) else Standing.NEW

    @property
    def stored_to(self) -> int:
        """The last message before which none is missing, -1 where there is none."""
        ends = [last for first, last in self.done if first <= self.floor <= last + 1]
        return max(ends, default=self.floor - 1)

    @property
    def is_missing(self) -> bool:
        """Tell whether something is stored beyond the first missing message."""
        return bool(self.done) and self.done[-1][1] > self.stored_to

    def stored(self, seqs: Iterable[int], now_ms: int) -> "Session":
        """Note messages as stored; of very many gaps the oldest are given up."""
        done = _joined([*self.done, *((seq, seq) for seq in seqs)])
        forgotten = self.forgotten
        if len(done) > MAX_INTERVALS:
            given_up = done[: len(done) - MAX_INTERVALS + 1]
            forgotten = max(forgotten, given_up[-1][1])
            done = [(given_up[0][0], given_up[-1][1]), *done[len(given_up) :]]
        partial = {seq: minute for seq, minute in self.partial.items() if not _covers(done, seq)}
        noted = replace(self, done=tuple(done), forgotten=forgotten, partial=partial, seen_ms=max(self.seen_ms, now_ms))
        return noted._with_gap(now_ms)

    def reborn(self, seq: int, now_ms: int) -> "Session":
        """Acknowledge from a birth on, where the device was asked for one."""
        if self.told == NO_SEQ or seq <= self.told:
            return self
        return replace(self, floor=max(self.floor, seq))._with_gap(now_ms)

    def wants_rebirth(self, now_ms: int) -> bool:
        """Tell whether a gap has lasted and the device was not told of it."""
        return self.gap is not None and self.gap.seq != self.told and now_ms - self.gap.since_ms >= REORDER_MS

    def _with_gap(self, now_ms: int) -> "Session":
        if not self.is_missing:
            return replace(self, gap=None)
        missing = self.stored_to + 1
        return self if self.gap and self.gap.seq == missing else replace(self, gap=Gap(missing, now_ms))


@dataclass(frozen=True, slots=True)
class Ledger:
    """A device's sessions, the place where it last stood, and how many facts told what it reported.

    Hours before `sealed` (since 1970) are rolled up: who adds to one of them marks it as stale.
    """

    path: str = ""
    sessions: Mapping[str, Session] = field(default_factory=dict)
    facts: int = 0
    sealed: int = 0

    def session(self, name: str) -> Session:
        return self.sessions.get(name, Session())

    def standing(self, session: str, seq: int) -> Standing:
        return self.session(session).standing(seq)

    @property
    def has_partial(self) -> bool:
        """Tell whether a message is stored in part only."""
        return any(session.partial for session in self.sessions.values())

    def with_session(self, name: str, session: Session) -> "Ledger":
        return replace(self, sessions={**self.sessions, name: session})

    def pruned(self, now_ms: int) -> "Ledger":
        """Forget sessions of which nothing can come again, and of very many the oldest."""
        recent = [(name, each) for name, each in self.sessions.items() if now_ms - each.seen_ms < KEPT_MS]
        kept = sorted(recent, key=lambda each: (each[1].seen_ms, each[0]))[-MAX_SESSIONS:]
        return replace(self, sessions=dict(kept))

    def to_text(self) -> str:
        """Write the sessions as JSON text."""
        return to_text({name: _session_to_json(each) for name, each in self.sessions.items()})

    @classmethod
    def from_text(cls, path: str, text: str, facts: int = 0, sealed: int = 0) -> "Ledger":
        """Read what `to_text` wrote."""
        return cls(path, {name: _session_from_json(each) for name, each in from_text(text).items()}, facts, sealed)


def _session_to_json(session: Session) -> dict[str, Any]:
    gap = session.gap
    return {
        "done": session.done,
        "floor": session.floor,
        "forgotten": session.forgotten,
        "seen": session.seen_ms,
        "died": session.died_ms,
        "gap": gap and (gap.seq, gap.since_ms),
        "told": session.told,
        "partial": list(session.partial.items()),
    }


def _session_from_json(given: dict[str, Any]) -> Session:
    return Session(
        done=tuple((first, last) for first, last in given["done"]),
        floor=given["floor"],
        forgotten=given["forgotten"],
        seen_ms=given["seen"],
        died_ms=given["died"],
        gap=given["gap"] and Gap(*given["gap"]),
        told=given["told"],
        partial=dict(given["partial"]),
    )


def _joined(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(intervals):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _covers(intervals: list[tuple[int, int]], seq: int) -> bool:
    return any(first <= seq <= last for first, last in intervals)
