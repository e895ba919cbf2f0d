"""Figures of closed windows as they were told: revision after revision, with what changed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from functions.performance import facts
from functions.performance.computing import Computed, compute
from functions.performance.model import SETTLES, figure_id
from functions.performance.plant import Plant
from makoto.codecs.json_text import from_text, to_text
from makoto.domain import Instant, Value
from makoto.domain.factory import Window
from makoto.events.performance import FiguresRestated
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, Datum, Document, IfAbsent, IfVersion, Key, Put, Query, Write
from makoto.ports.outbox import Fact

REVISION = "revision/"
FIGURE = "figure/"


class Told(Value):
    """A revision of a figure. `terms` in ms and quantities, as text; `kpis` by name."""

    revision: int
    made_at: Instant
    cause: str
    fingerprint: str
    terms: dict[str, str | None]
    kpis: dict[str, float | None]
    flags: tuple[str, ...]

    def says(self, other: "Told") -> bool:
        """Whether both say the same of the same."""
        return (self.terms, self.kpis, self.flags) == (other.terms, other.kpis, other.flags)


class Difference(Value):
    """A term or figure that changed."""

    name: str
    before: float | None
    after: float | None


def is_closed(window: Window, now: datetime) -> bool:
    """Whether nothing more is expected of a window."""
    return window.end + SETTLES <= now


def told(computed: Computed, revision: int, cause: str, now: Instant) -> Told:
    """What a calculation says, as a revision."""
    terms = {name: None if value is None else _text(value) for name, value in sorted(computed.terms.values.items())}
    values = {name: each.value for name, each in sorted(computed.kpis.items())}
    return Told(
        revision=revision,
        made_at=now,
        cause=cause,
        fingerprint=computed.fingerprint,
        terms=terms,
        kpis=values,
        flags=computed.flags,
    )


def keep(computed: Computed, cause: str, tenant: TenantContext) -> tuple[Told, tuple[Difference, ...]]:
    """Store what was computed unless the last revision says the same; another writer's revision counts as ours."""
    key = _figure_key(computed.plant.place, computed.window)
    stored = tenant.documents.find(key)
    last = None if stored is None else _read(stored)
    made = _next(computed, last, cause, tenant.clock.now())
    if last is not None and last.says(made):
        return last, ()
    writes = _writes(key, made, stored)
    try:
        tenant.commit(writes, () if last is None else (_restated(computed, last, made, tenant),))
    except ConditionFailed:
        return _read(tenant.documents.get(key)), ()
    return made, () if last is None else differences(last, made)


Change: TypeAlias = tuple[Window, Told, tuple[Difference, ...]]


def _next(computed: Computed, last: Told | None, cause: str, now: Instant) -> Told:
    if last is None:
        return told(computed, 1, "first asked for", now)
    return told(computed, last.revision + 1, cause, now)


def restate(place: str, start: int, end: int, cause: str, tenant: TenantContext) -> list[Change]:
    """Compute again the stored figures of a place that touch a stretch; return those that changed."""
    query = Query(facts.partition(place), prefix=FIGURE, start=f"{FIGURE}{start + 1:014d}")
    windows = [_window_of(document) for document in facts.every(query, tenant)]
    touched = [window for window in windows if window.start_ms < end]
    plant = Plant(place, tenant) if touched else None
    changed: list[Change] = []
    for window in touched:
        made, difference = keep(compute(place, window, tenant, plant), cause, tenant)
        if difference:
            changed.append((window, made, difference))
    return changed


def revisions(
    place: str, window: Window, limit: int, cursor: str | None, tenant: TenantContext
) -> tuple[list[Told], str | None]:
    """A page of a figure's revisions, the first first."""
    query = Query(facts.partition(place), prefix=_revisions_of(window), limit=limit, cursor=cursor)
    page = tenant.documents.query(query)
    return [_read(each) for each in page.items], page.next_cursor


def revision(place: str, window: Window, number: int, tenant: TenantContext) -> Told | None:
    """One revision of a figure."""
    found = tenant.documents.find(Key(facts.partition(place), f"{_revisions_of(window)}{number:06d}"))
    return None if found is None else _read(found)


def differences(before: Told, after: Told) -> tuple[Difference, ...]:
    """Each term and figure that is not as it was; times in ms."""
    return (*_changed(_numbers(before.terms), _numbers(after.terms)), *_changed(before.kpis, after.kpis))


def _changed(before: Mapping[str, float | None], after: Mapping[str, float | None]) -> list[Difference]:
    names = sorted({*before, *after})
    pairs = [(name, before.get(name), after.get(name)) for name in names]
    return [Difference(name=name, before=one, after=other) for name, one, other in pairs if one != other]


def _numbers(terms: Mapping[str, str | None]) -> dict[str, float | None]:
    return {name: None if value is None else float(value) for name, value in terms.items()}


def _restated(computed: Computed, before: Told, after: Told, tenant: TenantContext) -> Fact:
    place, window = computed.plant.place, computed.window
    name = figure_id(place, window.start_ms, window.end_ms)
    event = FiguresRestated(
        tenant_id=tenant.tenant_id,
        equipment=place,
        start=window.start,
        end=window.end,
        revision=after.revision,
        before=before.kpis.get("oee"),
        after=after.kpis.get("oee"),
    )
    return Fact(event, f"figure/{name}", after.revision)


def _writes(key: Key, made: Told, stored: Document | None) -> list[Write]:
    data: dict[str, Datum] = {"content": to_text(made.model_dump(mode="json")), "revision": made.revision}
    when = IfAbsent() if stored is None else IfVersion(stored.version)
    name = f"{REVISION}{key.id.removeprefix(FIGURE)}/{made.revision:06d}"
    return [Put(key, data, when), Put(Key(key.partition, name), data, IfAbsent())]


def _read(document: Document) -> Told:
    return Told.model_validate(from_text(str(document.data["content"])))


def _figure_key(place: str, window: Window) -> Key:
    return Key(facts.partition(place), f"{FIGURE}{_span(window)}")


def _revisions_of(window: Window) -> str:
    return f"{REVISION}{_span(window)}/"


def _span(window: Window) -> str:
    """The end first, so that the figures which late facts may change are one range."""
    return f"{window.end_ms:014d}/{window.start_ms:014d}"


def _window_of(document: Document) -> Window:
    end, start = document.key.id.removeprefix(FIGURE).split("/")
    return Window.of_ms(int(start), int(end))


def _text(value: Decimal | int) -> str:
    return format(Decimal(value).normalize(), "f")
