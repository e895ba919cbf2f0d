"""A unit's facts in documents: states by hour, counts by ten minutes, orders, reports and what people said by day.

All of a unit lies in the partition `performance#<unit>`. A document holds rows as JSON text, each with the revision of
the unit at which it was added; rows are added, never changed. `head` says how far the unit has come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from makoto.analytics.performance.states import StateFact
from makoto.codecs.json_text import from_text, to_text
from makoto.domain import Value
from makoto.errors import Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Document, IfAbsent, IfVersion, Key, Put, Query

HOUR_MS = 3_600_000
COUNT_MS = 600_000
"""A counter that is read every five seconds fills 10 kB in ten minutes; each reading writes its document again."""

DAY_MS = 24 * HOUR_MS
STATE, COUNT, ORDER, REPORT, HAND, CORRECTION = "state", "count", "order", "report", "hand", "correction"
_BUCKETS = {STATE: ("state", HOUR_MS), COUNT: ("count", COUNT_MS)}
_DAILY = ("day", DAY_MS)
_SAID = frozenset({HAND, CORRECTION})
"""What a person may say again after something else; what comes by events is there once."""

Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = list[Cell]
"""First the moment in ms, last the revision."""

Rows: TypeAlias = dict[str, list[Row]]
"""Rows by what they say: state, count, order, report, hand, correction."""


class Head(Value):
    """How far a unit has come: `revision` grows with each addition, `told` with each fact that is published."""

    revision: int = 0
    told: int = 0
    state: tuple[int, int, int, int | None, str | None, str] | None = None
    stopped_at: int | None = None
    series: tuple[tuple[str, str], ...] = ()
    has_reports: bool = False

    @property
    def latest(self) -> StateFact | None:
        """The state that was told last."""
        return None if self.state is None else StateFact(*self.state)


@dataclass(frozen=True)
class Addition:
    """New rows beside what was there; nothing is written yet. `next_state` is when the next known state begins."""

    head: Head
    rows: Rows
    puts: tuple[Put, ...]
    when: Condition
    next_state: int | None = field(default=None)


def partition(place: str) -> str:
    """Where everything of a place lies."""
    return f"performance#{place}"


def head_key(place: str) -> Key:
    return Key(partition(place), "head")


def key_of(place: str, kind: str, t: int) -> Key:
    """The document that holds a row."""
    name, length = _BUCKETS.get(kind, _DAILY)
    return Key(partition(place), f"fact/{name}/{t // length:08d}")


def read_head(place: str, tenant: TenantContext) -> tuple[Head, Condition]:
    """The head of a unit, empty at first, and the condition of a write that must not overtake another."""
    found = tenant.documents.find(head_key(place))
    return (Head(), IfAbsent()) if found is None else (head_in(found), IfVersion(found.version))


def head_in(document: Document) -> Head:
    """Read a head."""
    return Head.model_validate_json(str(document.data["content"]))


def addition(place: str, rows: Mapping[str, Iterable[Row]], tenant: TenantContext) -> Addition:
    """Prepare adding rows (without their revision); those that are there already are left out."""
    head, when = read_head(place, tenant)
    buckets: dict[Key, Rows] = {}
    for kind, listed in rows.items():
        for row in listed:
            buckets.setdefault(key_of(place, kind, _moment(row)), {}).setdefault(kind, []).append(row)
    held_documents = fetched(list(buckets), tenant)
    added: Rows = {}
    puts: list[Put] = []
    states: list[int] = []
    for key, given in buckets.items():
        stored = held_documents.get(key)
        held = {} if stored is None else rows_in(stored)
        fresh = {kind: _unknown(given[kind], [] if kind in _SAID else held.get(kind, [])) for kind in given}
        states += [_moment(row) for row in held.get(STATE, ())]
        if any(fresh.values()):
            puts.append(_put(key, held, fresh, head.revision + 1, stored))
            for kind, listed in fresh.items():
                added.setdefault(kind, []).extend(listed)
    last = max((_moment(row) for row in added.get(STATE, ())), default=None)
    following = None if last is None else min((t for t in states if t > last), default=None)
    return Addition(head, added, tuple(puts), when, following)


def head_put(place: str, head: Head, when: Condition) -> Put:
    """The write of a head."""
    return Put(head_key(place), {"content": head.model_dump_json()}, when)


def rows_in(document: Document) -> Rows:
    """The rows of a document."""
    return {kind: from_text(str(text)) for kind, text in document.data.items() if kind != "revision"}


def fetched(keys: Sequence[Key], tenant: TenantContext) -> dict[Key, Document]:
    """The documents that are there; what the store does not answer for is not taken for absent."""
    got = tenant.documents.batch_get(keys)
    if got.failed:
        raise Unavailable(f"the store did not answer for {len(got.failed)} of {len(keys)} documents")
    return got.found


def documents_between(place: str, name: str, first: int, last: int, tenant: TenantContext) -> list[Document]:
    """The documents of a kind (`state`, `count`, `day`) from one number to another, both included."""
    query = Query(
        partition(place), prefix=f"fact/{name}/", start=f"fact/{name}/{first:08d}", end=f"fact/{name}/{last + 1:08d}"
    )
    return list(every(query, tenant))


def documents_before(place: str, name: str, number: int, tenant: TenantContext) -> Iterable[Document]:
    """The documents before a number, the latest first, read as they are asked for."""
    cursor = None
    while True:
        query = Query(partition(place), f"fact/{name}/", None, f"fact/{name}/{number:08d}", None, True, 1, cursor)
        page = tenant.documents.query(query)
        yield from page.items
        if (cursor := page.next_cursor) is None:
            return


def every(query: Query, tenant: TenantContext) -> Iterable[Document]:
    """All documents of a query, page by page."""
    cursor = None
    while True:
        page = tenant.documents.query(
            Query(query.partition, query.prefix, query.start, query.end, query.where, False, 1000, cursor)
        )
        yield from page.items
        if (cursor := page.next_cursor) is None:
            return


def _unknown(given: Iterable[Row], held: Iterable[Row]) -> list[Row]:
    known = {to_text(row[:-1]) for row in held}
    made: list[Row] = []
    for row in given:
        text = to_text(row)
        if text not in known:
            known.add(text)
            made.append(row)
    return made


def _put(key: Key, held: Rows, fresh: Rows, revision: int, stored: Document | None) -> Put:
    merged = dict(held)
    for kind, rows in fresh.items():
        merged[kind] = sorted([*held.get(kind, []), *([*row, revision] for row in rows)], key=_moment)
    data = {kind: to_text(rows) for kind, rows in merged.items() if rows}
    when = IfAbsent() if stored is None else IfVersion(stored.version)
    return Put(key, {**data, "revision": revision}, when)


def _moment(row: Row) -> int:
    return int(row[0] or 0)
