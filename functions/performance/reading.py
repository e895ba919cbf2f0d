"""A unit's facts over a window, read from its documents: with what began before and lasts into it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from functions.performance import facts
from functions.performance.facts import COUNT_MS, DAY_MS, HOUR_MS, Head, Row, Rows
from functions.performance.model import MAX_STRETCH, CounterMapping
from makoto.analytics.performance.counting import Series
from makoto.analytics.performance.orders import OrderFact, OrderStep
from makoto.analytics.performance.states import Entry, StateFact
from makoto.analytics.performance.unit import Reported, UnitFacts
from makoto.domain.factory import ancestors_of
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Key

LONGEST_ORDER = timedelta(days=62)
"""An order whose operation says nothing for so long no longer stands at a unit."""

_ORDER_DAYS = LONGEST_ORDER.days
_STRETCH_DAYS = MAX_STRETCH.days


@dataclass(frozen=True)
class Known:
    """What is known of units beside their facts."""

    heads: dict[str, Head]
    mappings: dict[str, CounterMapping]


def mapping_key(unit: str) -> Key:
    """Where the mapping of a unit's counters lies."""
    return Key(facts.partition(unit), "mapping")


def known_of(units: Iterable[str], tenant: TenantContext) -> Known:
    """The heads of units that were told anything, and the mappings that were given."""
    listed = tuple(units)
    keys = [key for unit in listed for key in (facts.head_key(unit), mapping_key(unit))]
    found = facts.fetched(keys, tenant)
    heads = {unit: found[facts.head_key(unit)] for unit in listed if facts.head_key(unit) in found}
    given = {unit: found[mapping_key(unit)] for unit in listed if mapping_key(unit) in found}
    mappings = {unit: CounterMapping.model_validate_json(str(each.data["content"])) for unit, each in given.items()}
    return Known({unit: facts.head_in(each) for unit, each in heads.items()}, mappings)


class FactsReader:
    """Reads units' facts for one request; the orders of places above them are read once."""

    def __init__(self, tenant: TenantContext) -> None:
        self.tenant = tenant
        self._above: dict[tuple[str, int, int], list[Row]] = {}

    def read(self, unit: str, head: Head, start: int, end: int) -> UnitFacts:
        """Everything that touches a window of a unit."""
        days = self._days(unit, start, end)
        above = [row for place in ancestors_of(unit) for row in self._orders_above(place, start, end)]
        earliest = (start // DAY_MS - _STRETCH_DAYS) * DAY_MS
        return UnitFacts(
            states=[state_fact(row) for row in self._states(unit, start, end)],
            entries=[entry(row) for row in days.get(facts.HAND, ()) if int(row[0] or 0) >= earliest],
            orders=[order_fact(row) for row in (*days.get(facts.ORDER, ()), *above)],
            readings=self._readings(unit, head, start, end),
            corrections=_corrections(days.get(facts.CORRECTION, ())),
            reported=[reported(row) for row in days.get(facts.REPORT, ())],
        )

    def _days(self, unit: str, start: int, end: int) -> Rows:
        first = max(0, start // DAY_MS - _ORDER_DAYS)
        return _gathered(facts.documents_between(unit, "day", first, end // DAY_MS, self.tenant))

    def _orders_above(self, place: str, start: int, end: int) -> list[Row]:
        key = (place, start // DAY_MS, end // DAY_MS)
        if key not in self._above:
            self._above[key] = self._days(place, start, end).get(facts.ORDER, [])
        return self._above[key]

    def _states(self, unit: str, start: int, end: int) -> list[Row]:
        first = start // HOUR_MS
        rows = _gathered(facts.documents_between(unit, "state", first, end // HOUR_MS, self.tenant)).get(
            facts.STATE, []
        )
        if any(int(row[0] or 0) <= start for row in rows):
            return rows
        for document in facts.documents_before(unit, "state", first, self.tenant):
            return [*facts.rows_in(document)[facts.STATE], *rows]
        return rows

    def _readings(self, unit: str, head: Head, start: int, end: int) -> dict[Series, list[tuple[int, int]]]:
        """The readings of the window and, of each counter, the last one before it."""
        first = start // COUNT_MS
        found: dict[Series, list[tuple[int, int]]] = {Series(*each): [] for each in head.series}
        rows = _gathered(facts.documents_between(unit, "count", first, end // COUNT_MS, self.tenant))
        _read(found, rows.get(facts.COUNT, ()))
        lacking = {series for series, listed in found.items() if not any(t <= start for t, _ in listed)}
        for document in facts.documents_before(unit, "count", first, self.tenant) if lacking else ():
            earlier: dict[Series, list[tuple[int, int]]] = {series: [] for series in lacking}
            _read(earlier, facts.rows_in(document)[facts.COUNT])
            for series, listed in earlier.items():
                if listed:
                    found[series] += listed
                    lacking.discard(series)
            if not lacking:
                break
        return found


def state_row(fact: StateFact) -> Row:
    """A state as it is stored."""
    return [fact.t, fact.packml, fact.mode, fact.reason, fact.order, fact.source]


def state_fact(row: Row) -> StateFact:
    """Read a state."""
    t, packml, mode, reason, order, source, _ = row
    return StateFact(_int(t), _int(packml), _int(mode), _optional(reason), _text(order), str(source))


def order_fact(row: Row) -> OrderFact:
    """Read what happened to an order."""
    t, step, order, sequence, product, is_setup, reason, _ = row
    known = (str(order), _int(sequence), str(product), bool(is_setup), _optional(reason))
    return OrderFact(_int(t), OrderStep(_int(step)), *known)


def entry(row: Row) -> Entry:
    """Read what a person said of a stretch."""
    start, end, is_state, packml, mode, reason, _, _, revision = row
    state = (_int(packml), _int(mode), _optional(reason))
    return Entry(_int(start), _int(end), _int(revision), bool(is_state), *state)


def reported(row: Row) -> Reported:
    """Read a report of quantities."""
    t, order, sequence, product, good, scrap, rework, consumed, fact_id, _ = row
    first, second, third, fourth = (Decimal(str(each)) for each in (good, scrap, rework, consumed))
    return Reported(_int(t), str(order), _int(sequence), str(product), first, second, third, fourth, str(fact_id))


def _corrections(rows: Iterable[Row]) -> dict[Series, dict[int, int]]:
    """The last word on each reading."""
    made: dict[Series, dict[int, int]] = {}
    for t, device, counter, quantity, *_ in sorted(rows, key=lambda row: _int(row[-1])):
        made.setdefault(Series(str(device), str(counter)), {})[_int(t)] = _int(quantity)
    return made


def _read(found: dict[Series, list[tuple[int, int]]], rows: Iterable[Row]) -> None:
    for t, device, counter, value, _ in rows:
        series = Series(str(device), str(counter))
        if series in found:
            found[series].append((_int(t), _int(value)))


def _gathered(documents: Iterable[Document]) -> Rows:
    made: Rows = {}
    for document in documents:
        for kind, rows in facts.rows_in(document).items():
            made.setdefault(kind, []).extend(rows)
    return made


def _int(cell: facts.Cell) -> int:
    return int(cell or 0)


def _optional(cell: facts.Cell) -> int | None:
    return None if cell is None else int(cell)


def _text(cell: facts.Cell) -> str | None:
    return None if cell is None else str(cell)
