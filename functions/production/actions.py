"""What people do to an operation: start, pause, resume, complete."""

from functions.production import labour
from functions.production.commands import (
    Act,
    CompleteOperation,
    PauseOperation,
    ResumeOperation,
    StartOperation,
)
from functions.production.history import Change, What
from functions.production.model import Decided, WorkOrder, require_open, require_released
from functions.production.operation import CLOSED, Operation, OperationState, Phase
from functions.production.plan import OrderPlan
from functions.production.refusals import (
    AlreadyRunning,
    EarlierNotComplete,
    NothingReported,
    OperationClosed,
    OperationNotPaused,
    OperationNotReady,
    OperationNotRunning,
    OperationPaused,
    PlaceNotAllowed,
    RunsElsewhere,
    TooManyBegun,
    UnitsInRework,
    field,
)
from functions.production.timing import counted, when

MOST_BEGUN = 40
"""What an order's cancellation tells of each, with the people it clocks off, fits into one atomic write."""

Action = StartOperation | PauseOperation | ResumeOperation | CompleteOperation


def started(order: WorkOrder, plan: OrderPlan, sequence: int, command: StartOperation, act: Act) -> Decided | None:
    """Begin at a place, or go from setting up to processing; nothing when that is so already."""
    place, operation = _found(order, sequence)
    phase = Phase.SETUP if command.is_setup else Phase.PROCESSING
    if operation.phase is phase and _is_same(operation, command, act, "started", command.equipment):
        return None
    _require_startable(order, place, command)
    _require_allowed(plan, sequence, command.equipment)
    return _moved(order, place, phase, command, act, what="started", equipment=command.equipment)


def paused(order: WorkOrder, sequence: int, command: PauseOperation, act: Act) -> Decided | None:
    """Stand still; nothing when it does already."""
    place, operation = _found(order, sequence)
    if (
        operation.phase is Phase.PAUSED
        and _is_same(operation, command, act, "paused")
        and (operation.reason == command.reason)
    ):
        return None
    require_open(order)
    if not operation.is_running:
        raise OperationNotRunning(f"operation {sequence} is {order.state_of(place)}, so it cannot be paused")
    return _moved(order, place, Phase.PAUSED, command, act, what="paused", reason=command.reason)


def resumed(order: WorkOrder, plan: OrderPlan, sequence: int, command: ResumeOperation, act: Act) -> Decided | None:
    """Go on after a pause; nothing when it does already."""
    place, operation = _found(order, sequence)
    phase = Phase.SETUP if command.is_setup else Phase.PROCESSING
    equipment = command.equipment or operation.equipment
    if operation.phase is phase and _is_same(operation, command, act, "resumed", equipment):
        return None
    require_open(order)
    _require_not_elsewhere(operation, equipment)
    if operation.phase is not Phase.PAUSED or equipment is None:
        raise OperationNotPaused(f"operation {sequence} is {order.state_of(place)}, so there is nothing to resume")
    _require_allowed(plan, sequence, equipment)
    return _moved(order, place, phase, command, act, what="resumed", equipment=equipment)


def completed(order: WorkOrder, sequence: int, command: CompleteOperation, act: Act) -> Decided | None:
    """End an operation and the work of those clocked on to it; nothing when the same person ended it already."""
    place, operation = _found(order, sequence)
    if operation.phase is Phase.COMPLETE and _is_same(operation, command, act, "completed"):
        return None
    require_open(order)
    _require_completable(order, place)
    at = when(command.at, operation, act)
    decided = _moved(order, place, Phase.COMPLETE, command, act, what="completed")
    left, spans = labour.ended(order.order_id, decided.order.operations[place], at)
    return Decided(decided.order.with_operation(place, left), decided.change, spans)


def _found(order: WorkOrder, sequence: int) -> tuple[int, Operation]:
    place = order.place_of(sequence)
    return place, order.operations[place]


def _is_same(operation: Operation, command: Action, act: Act, what: What, equipment: str | None = None) -> bool:
    """Whether this very action was the last: same doing, same person, same place and, if told, same time."""
    is_same_place = equipment is None or equipment == operation.equipment
    is_same_time = command.at is None or command.at == operation.since
    who = command.operator or act.by
    return operation.last == what and operation.operator == who and is_same_place and is_same_time


def _moved(
    order: WorkOrder,
    place: int,
    phase: Phase,
    command: Action,
    act: Act,
    *,
    what: What,
    equipment: str | None = None,
    reason: int | None = None,
) -> Decided:
    before = order.operations[place]
    at, operator = when(command.at, before, act), command.operator or act.by
    here = equipment or before.equipment
    after = before.model_copy(
        update={
            "phase": phase,
            "equipment": here,
            "operator": operator,
            "last": what,
            "reason": reason,
            "since": at,
            "last_at": at,
            "started_at": before.started_at or at,
            "completed_at": at if phase is Phase.COMPLETE else None,
            "times": counted(before, at),
        }
    )
    change = Change(
        what=what,
        by=act.by,
        recorded_at=act.now,
        at=at,
        sequence=before.sequence,
        operator=operator,
        equipment=here,
        is_setup=phase is Phase.SETUP,
        reason=reason,
    )
    return Decided(order.with_operation(place, after), change)


def _require_startable(order: WorkOrder, place: int, command: StartOperation) -> None:
    require_released(order)
    operation, state = order.operations[place], order.state_of(place)
    name = f"operation {operation.sequence}"
    if operation.phase in CLOSED:
        raise OperationClosed(f"{name} is {state}")
    if operation.phase is Phase.PAUSED:
        raise OperationPaused(f"{name} is paused: resume it")
    _require_not_elsewhere(operation, command.equipment)
    is_setup_over = operation.phase is Phase.SETUP and not command.is_setup
    if state is OperationState.RUNNING and not is_setup_over:
        raise AlreadyRunning(f"{name} runs since {operation.since}, begun by {operation.operator}")
    if operation.phase is Phase.NOT_STARTED and sum(map(_is_begun, order.operations)) >= MOST_BEGUN:
        raise TooManyBegun(f"{MOST_BEGUN} operations of work order {order.order_id} are begun: complete one first")
    if state is OperationState.WAITING:
        raise OperationNotReady(f"{name} waits: the operation before has made nothing good yet")


def _is_begun(operation: Operation) -> bool:
    return operation.started_at is not None and operation.phase not in CLOSED


def _require_not_elsewhere(operation: Operation, equipment: str | None) -> None:
    if operation.is_running and equipment is not None and operation.equipment != equipment:
        rule = field("/body/equipment", "elsewhere", f"it runs at {operation.equipment}")
        raise RunsElsewhere(f"operation {operation.sequence} runs at {operation.equipment}", errors=rule)


def _require_allowed(plan: OrderPlan, sequence: int, equipment: str) -> None:
    if not plan.allows(sequence, equipment):
        allowed = ", ".join(plan.step(sequence).equipment)
        rule = field("/body/equipment", "routing", f"one of {allowed}, or a place below it")
        raise PlaceNotAllowed(f"operation {sequence} cannot run at {equipment}", errors=rule)


def _require_completable(order: WorkOrder, place: int) -> None:
    operation = order.operations[place]
    name, counts = f"operation {operation.sequence}", operation.counts
    if operation.phase in CLOSED:
        raise OperationClosed(f"{name} is {order.state_of(place)} since {operation.since}, by {operation.operator}")
    if operation.phase is Phase.NOT_STARTED:
        raise OperationNotRunning(f"{name} is {order.state_of(place)}, so it cannot be completed")
    if place and order.operations[place - 1].phase is not Phase.COMPLETE:
        raise EarlierNotComplete(f"operation {order.operations[place - 1].sequence}, before it, is not complete")
    if counts.used == 0:
        raise NothingReported(f"no quantity was reported of {name}: report what was made, then complete it")
    if counts.in_rework > 0:
        raise UnitsInRework(f"{counts.in_rework} {order.unit} of {name} are in rework: report what became of them")
