"""What people say of a unit: its state, why it stood, what its counter really counted."""

from functions.performance import facts, recording
from functions.performance.facts import CORRECTION, HAND, STATE, Row
from functions.performance.listing import state_name
from functions.performance.model import (
    ClassifyDowntime,
    CorrectCount,
    NoSuchCount,
    NotAStop,
    NothingKnown,
    Part,
    ReportState,
    UnknownReason,
    executes,
    ms,
    require_apart,
    require_past,
)
from functions.performance.plant import Plant
from functions.performance.reading import FactsReader, state_row
from functions.performance.views import StateView
from makoto.analytics.performance.states import HAND as BY_HAND
from makoto.analytics.performance.states import StateFact, StateInterval, timeline
from makoto.analytics.performance.unit import states_of
from makoto.domain import instant_from_ms
from makoto.errors import FieldError
from makoto.events.performance import DowntimeClassified
from makoto.ports.context import TenantContext

DAY_MS = 86_400_000


def report_state(place: str, command: ReportState, tenant: TenantContext) -> StateView:
    """Enter a unit's state by hand: over a stretch, or from a moment on."""
    plant, now = Plant(place, tenant).require_unit(), tenant.clock.now()
    require_past(command.end or command.start, now, "/body/end" if command.end else "/body/start")
    _require_reason(command.reason, plant, "/body/reason")
    state = (command.packml, command.mode, command.reason)
    if command.end is None:
        fact = StateFact(ms(command.start), *state, None, BY_HAND)
        recording.add(place, {STATE: [state_row(fact)]}, tenant)
    else:
        _add_by_hand(place, [[ms(command.start), ms(command.end), True, *state, _who(tenant), command.note]], tenant)
    return read_state(place, tenant)


def classify_downtime(place: str, command: ClassifyDowntime, tenant: TenantContext) -> list[Part]:
    """Give the parts of a stop their reasons."""
    plant, now = Plant(place, tenant).require_unit(), tenant.clock.now()
    require_apart(command.parts)
    for at, part in enumerate(command.parts):
        require_past(part.end, now, f"/body/parts/{at}/end")
        _require_reason(part.reason, plant, f"/body/parts/{at}/reason")
        _require_stop(place, part, at, tenant)
    rows: list[Row] = [
        [ms(part.start), ms(part.end), False, 0, 0, part.reason, _who(tenant), command.note] for part in command.parts
    ]
    told = [
        DowntimeClassified(
            tenant_id=tenant.tenant_id,
            equipment=place,
            start=part.start,
            end=part.end,
            reason=part.reason,
            by=_who(tenant),
        )
        for part in command.parts
        if part.reason is not None
    ]
    _add_by_hand(place, rows, tenant, *told)
    return list(command.parts)


def correct_count(place: str, command: CorrectCount, tenant: TenantContext) -> CorrectCount:
    """Say how much was counted up to a reading, as after a jump."""
    Plant(place, tenant).require_unit()
    key = facts.key_of(place, facts.COUNT, ms(command.at))
    document = tenant.documents.find(key)
    rows = [] if document is None else facts.rows_in(document).get(facts.COUNT, [])
    if not any(row[:3] == [ms(command.at), command.device_id, command.counter] for row in rows):
        raise NoSuchCount(
            f"counter {command.counter} of {command.device_id} has no reading at {command.at.isoformat()}"
        )
    row: Row = [ms(command.at), command.device_id, command.counter, command.quantity, _who(tenant), command.note]
    day = tenant.documents.find(facts.key_of(place, CORRECTION, ms(command.at)))
    said = [] if day is None else facts.rows_in(day).get(CORRECTION, [])
    if [each[:-1] for each in said if each[:3] == row[:3]][-1:] != [row]:
        recording.add(place, {CORRECTION: [row]}, tenant)
    return command


def read_state(place: str, tenant: TenantContext) -> StateView:
    """What a unit is doing now, and since when; what a person said counts."""
    plant = Plant(place, tenant)
    head, _ = facts.read_head(place, tenant)
    if head.revision == 0:
        raise NothingKnown(f"nothing was told of {place} yet")
    now = ms(tenant.clock.now()) + 1
    since = min(now - 1, now - DAY_MS if head.latest is None else head.latest.t)
    last = _states(place, since, now, tenant)[-1]
    reason = None if last.reason is None else plant.resolve(last.reason)
    return StateView(
        equipment=place,
        since=instant_from_ms(last.start),
        packml=last.packml,
        state=state_name(last.packml),
        mode=last.mode,
        reason=last.reason,
        reason_name=None if reason is None else reason.name,
        order=last.order,
        source=last.source,
        is_executing=executes(last.packml),
    )


def _states(place: str, start: int, end: int, tenant: TenantContext) -> list[StateInterval]:
    head, _ = facts.read_head(place, tenant)
    known = FactsReader(tenant).read(place, head.model_copy(update={"series": ()}), start, end)
    return timeline(states_of(known), known.entries, start, end)


def _add_by_hand(place: str, rows: list[Row], tenant: TenantContext, *told: DowntimeClassified) -> None:
    """Add what is not already the last word on its stretch: the same request again changes nothing."""
    day = facts.documents_between
    first, last = min(int(row[0] or 0) for row in rows), max(int(row[1] or 0) for row in rows)
    held = [
        row
        for document in day(place, "day", max(0, first // DAY_MS - 31), last // DAY_MS, tenant)
        for row in facts.rows_in(document).get(HAND, [])
        if int(row[0] or 0) < last and int(row[1] or 0) > first
    ]
    newest = [row[:-1] for row in sorted(held, key=lambda row: int(row[-1] or 0))[-len(rows) :]]
    if sorted(newest, key=str) != sorted(rows, key=str):
        recording.add(place, {HAND: rows}, tenant, *told)


def _require_reason(code: int | None, plant: Plant, pointer: str) -> None:
    if code is not None and plant.resolve(code) is None:
        raise UnknownReason(f"there is no reason {code}", errors=[FieldError(pointer, "reason", "unknown code")])


def _require_stop(place: str, part: Part, at: int, tenant: TenantContext) -> None:
    if all(executes(each.packml) for each in _states(place, ms(part.start), ms(part.end), tenant)):
        broken = FieldError(f"/body/parts/{at}", "stop", "the unit executed from start to end")
        raise NotAStop(
            "there is no stop in this stretch; enter the state by hand if the machine was wrong", errors=[broken]
        )


def _who(tenant: TenantContext) -> str:
    return tenant.principal.username if tenant.principal else "platform"
