"""Facts added to a unit in one write with what follows from them: stops and starts told, late ones announced."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from functions.performance import facts
from functions.performance.facts import COUNT, REPORT, STATE, Addition, Head, Row
from functions.performance.model import SETTLES, executes, ms
from functions.performance.reading import state_fact
from makoto.analytics.performance.states import StateFact, in_order
from makoto.domain import instant_from_ms
from makoto.events import Event
from makoto.events.performance import FactsChanged, MachineStarted, MachineStopped
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed
from makoto.ports.outbox import Fact

TRIES = 6


def add(place: str, rows: Mapping[str, Iterable[Row]], tenant: TenantContext, *told: Event) -> bool:
    """Add rows that are not there yet and tell `told` with them; return whether there were any.

    Writers to one unit take turns by its head's version, and who lost one reads again. Where nothing is new, the
    event that brought the rows is marked as handled all the same.
    """
    given = {kind: list(listed) for kind, listed in rows.items()}
    for attempt in range(TRIES):
        made = facts.addition(place, given, tenant)
        if not made.puts:
            tenant.commit([])
            return False
        try:
            _commit(place, made, told, tenant)
        except ConditionFailed:
            if attempt == TRIES - 1:
                raise
            continue
        return True
    return False


def _commit(place: str, made: Addition, told: Iterable[Event], tenant: TenantContext) -> None:
    fresh = in_order(state_fact([*row, 0]) for row in made.rows.get(STATE, ()))
    ahead = [each for each in fresh if _is_news(each, made.head, ms(tenant.clock.now() + SETTLES))]
    events = [*_flips(place, made.head, ahead, tenant), *told, *_late(place, made, tenant)]
    head = _advanced(made, ahead, len(events))
    facts_told = [Fact(event, f"performance/{place}", made.head.told + 1 + at) for at, event in enumerate(events)]
    tenant.commit([facts.head_put(place, head, made.when), *made.puts], facts_told)


def _is_news(fact: StateFact, head: Head, latest: int) -> bool:
    """Whether it says what the unit is doing now; a machine whose clock is ahead does not, until its time has come."""
    return fact.t <= latest and (head.latest is None or fact.t > head.latest.t)


def _advanced(made: Addition, ahead: list[StateFact], told: int) -> Head:
    head = made.head
    update: dict[str, object] = {"revision": head.revision + 1, "told": head.told + told}
    if ahead:
        update["state"] = tuple(ahead[-1])
        update["stopped_at"] = _stopped_at(head, ahead)
    series = {(str(row[1]), str(row[2])) for row in made.rows.get(COUNT, ())}
    update["series"] = tuple(sorted({*head.series, *series}))
    update["has_reports"] = head.has_reports or REPORT in made.rows
    return head.model_copy(update=update)


def _stopped_at(head: Head, ahead: list[StateFact]) -> int | None:
    at = head.stopped_at
    for each in ahead:
        at = None if executes(each.packml) else (each.t if at is None else at)
    return at


def _flips(place: str, head: Head, ahead: list[StateFact], tenant: TenantContext) -> Iterable[Event]:
    """What was told last, in order: a late state changes figures, not what is."""
    before, stopped_at = head.latest, head.stopped_at
    for each in ahead:
        ran, runs = before is not None and executes(before.packml), executes(each.packml)
        at = instant_from_ms(each.t)
        if ran and not runs:
            stopped_at = each.t
            yield MachineStopped(
                tenant_id=tenant.tenant_id, equipment=place, at=at, packml=each.packml, reason=each.reason
            )
        if runs and not ran:
            since = None if stopped_at is None else instant_from_ms(stopped_at)
            yield MachineStarted(tenant_id=tenant.tenant_id, equipment=place, at=at, stopped_at=since)
            stopped_at = None
        elif not runs and stopped_at is None:
            stopped_at = each.t
        before = each


def _late(place: str, made: Addition, tenant: TenantContext) -> Iterable[Event]:
    """Announce what may change closed figures: a state or an order lasts until the next, anything else its moment."""
    now = tenant.clock.now()
    start = min(int(row[0] or 0) for listed in made.rows.values() for row in listed)
    if start >= ms(now - SETTLES):
        return
    ends = [_end(kind, row, made, ms(now)) for kind, listed in made.rows.items() for row in listed]
    yield FactsChanged(
        tenant_id=tenant.tenant_id,
        equipment=place,
        start=instant_from_ms(max(0, start - 1)),
        end=instant_from_ms(max(ends)),
    )


def _end(kind: str, row: Row, made: Addition, now: int) -> int:
    if kind == facts.HAND:
        return int(row[1] or 0)
    if kind == STATE and made.next_state is not None:
        return made.next_state
    if kind in (REPORT, facts.CORRECTION):
        return int(row[0] or 0) + 1
    return now


def unmarked(tenant: TenantContext) -> TenantContext:
    """The tenant without the event that is handled: for writes before the one that marks it."""
    return replace(tenant, handled=None)
