"""Who works on an operation and how long; the time of one who works on several at once is shared among them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from functions.production.commands import Act, ClockLabour
from functions.production.history import Change
from functions.production.model import Decided, WorkOrder, require_released
from functions.production.operation import CLOSED, OnDuty, Operation, Phase, Span
from functions.production.refusals import (
    AlreadyClockedOn,
    CrewIsFull,
    LabourTooLong,
    NotClockedOn,
    OperationClosed,
    OperationNotStarted,
    OutOfOrder,
    field,
)
from functions.production.timing import not_ahead
from makoto.domain import ms_from_instant

LONGEST = timedelta(hours=24)
MAX_CREW = 40
"""Per order: all that an order's end clocks off must fit into one atomic write."""


class Share(NamedTuple):
    """What a stretch of labour is worth: `worked_ms` is the operator's time divided by all that he did at once;
    `overlapping_ms` how much of it lay beside other work.
    """

    span: Span
    worked_ms: Fraction
    overlapping_ms: int


def clocked(order: WorkOrder, sequence: int, command: ClockLabour, act: Act) -> Decided | None:
    """Begin or end an operator's work; nothing when it has begun already."""
    place = order.place_of(sequence)
    operation, operator = order.operations[place], command.operator or act.by
    duty = next((each for each in operation.crew if each.operator == operator), None)
    if command.at is not None:
        not_ahead(command.at, act)
    if command.action == "off":
        return _off(order, place, duty or _absent(operation, operator), command, act)
    if duty is not None and command.at in (None, duty.since):
        return None
    _require_open_for(order, operation, duty)
    return _on(order, place, OnDuty(operator=operator, since=command.at or act.now), act)


def ended(order_id: str, operation: Operation, at: datetime) -> tuple[Operation, tuple[Span, ...]]:
    """Clock everybody off, with the operation's end or at most a day after they came."""
    spans = tuple(_span(order_id, operation, each, _within(each.since, at)) for each in operation.crew)
    return operation.model_copy(update={"crew": ()}), spans


def shares(spans: Sequence[Span], now: datetime) -> list[Share]:
    """Divide one operator's time: each instant belongs in equal parts to all that was done then.

    So the shares of all stretches add up to the time in which the operator worked at all. One that lasts counts until
    now, at most a day.
    """
    bounds = [(ms_from_instant(each.start), ms_from_instant(_end(each, now))) for each in spans]
    worked, overlapping = [Fraction(0)] * len(spans), [0] * len(spans)
    times = sorted({time for bound in bounds for time in bound})
    for start, end in pairwise(times):
        active = [place for place, (begin, stop) in enumerate(bounds) if begin <= start and end <= stop]
        for place in active:
            worked[place] += Fraction(end - start, len(active))
            overlapping[place] += end - start if len(active) > 1 else 0
    return [Share(*each) for each in zip(spans, worked, overlapping, strict=True)]


def _on(order: WorkOrder, place: int, duty: OnDuty, act: Act) -> Decided:
    operation = order.operations[place]
    after = operation.model_copy(update={"crew": (*operation.crew, duty)})
    span = _span(order.order_id, operation, duty, None)
    change = _change("clocked_on", operation, duty.operator, duty.since, act)
    return Decided(order.with_operation(place, after), change, (span,))


def _off(order: WorkOrder, place: int, duty: OnDuty, command: ClockLabour, act: Act) -> Decided:
    operation = order.operations[place]
    at = command.at or max(act.now, duty.since)
    _require_plausible(duty, at)
    crew = tuple(each for each in operation.crew if each != duty)
    span = _span(order.order_id, operation, duty, at)
    change = _change("clocked_off", operation, duty.operator, at, act)
    return Decided(order.with_operation(place, operation.model_copy(update={"crew": crew})), change, (span,))


def _change(what: str, operation: Operation, operator: str, at: datetime, act: Act) -> Change:
    return Change.model_validate(
        {
            "what": what,
            "by": act.by,
            "recorded_at": act.now,
            "at": at,
            "sequence": operation.sequence,
            "operator": operator,
            "equipment": operation.equipment,
        }
    )


def _require_open_for(order: WorkOrder, operation: Operation, duty: OnDuty | None) -> None:
    require_released(order)
    name = f"operation {operation.sequence}"
    if operation.phase in CLOSED:
        raise OperationClosed(f"{name} is {operation.phase}")
    if operation.phase is Phase.NOT_STARTED:
        raise OperationNotStarted(f"{name} has not begun: start it, then clock on")
    if duty is not None:
        rule = field("/body/at", "clocked_on", f"clocked on since {duty.since.isoformat()}")
        raise AlreadyClockedOn(f"{duty.operator} works on {name} since {duty.since.isoformat()}", errors=rule)
    if sum(len(each.crew) for each in order.operations) >= MAX_CREW:
        raise CrewIsFull(f"{MAX_CREW} people are clocked on to the order, as many as it takes")


def _require_plausible(duty: OnDuty, at: datetime) -> None:
    if at < duty.since:
        rule = field("/body/at", "order", f"not before {duty.since.isoformat()}")
        raise OutOfOrder(f"{duty.operator} is clocked on since {duty.since.isoformat()}", errors=rule)
    if at - duty.since > LONGEST:
        rule = field("/body/at", "length", "say when the work ended, at most 24 hours after it began")
        raise LabourTooLong(f"{duty.operator} would have worked since {duty.since.isoformat()}", errors=rule)


def _absent(operation: Operation, operator: str) -> OnDuty:
    rule = field("/body/operator", "clocked_on", "clock on first")
    raise NotClockedOn(f"{operator} is not clocked on to operation {operation.sequence}", errors=rule)


def _span(order_id: str, operation: Operation, duty: OnDuty, end: datetime | None) -> Span:
    return Span(order_id=order_id, sequence=operation.sequence, operator=duty.operator, start=duty.since, end=end)


def _within(start: datetime, end: datetime) -> datetime:
    return min(max(start, end), start + LONGEST)


def _end(span: Span, now: datetime) -> datetime:
    return span.end or _within(span.start, now)
