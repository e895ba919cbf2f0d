"""What an operation made: reports, corrections, and what they may say."""

from decimal import Decimal

from functions.production.amounts import in_unit, require_whole
from functions.production.commands import Act, ReportQuantities
from functions.production.history import Change
from functions.production.model import Decided, WorkOrder, require_open, require_released
from functions.production.operation import Counts, Operation, Phase, ScrapShare, Zero
from functions.production.refusals import (
    BelowZero,
    LotsDoNotBalance,
    MoreThanInput,
    MoreThanInRework,
    NegativeCount,
    NothingToReport,
    OperationClosed,
    OperationNotStarted,
    OrderClosed,
    UsedByNext,
    field,
)
from functions.production.timing import when

NAMES = ("good", "scrap", "rework")


def reported(order: WorkOrder, sequence: int, command: ReportQuantities, act: Act) -> Decided:
    """Count what was made, scrapped or sent to rework; a correction may take back, even from a complete operation."""
    place = order.place_of(sequence)
    operation = order.operations[place]
    _require_counts(command, order.unit)
    _require_reportable(order, operation, command)
    _require_lots(order, command)
    at = when(command.at, operation, act)
    counts = _added(operation.counts, command)
    _require_possible(order, place, counts, command)
    after = operation.model_copy(
        update={"counts": counts, "scrapped": _by_reason(operation.scrapped, command), "last_at": at}
    )
    return Decided(order.with_operation(place, after), _change(operation, command, at=at, act=act))


def _change(operation: Operation, command: ReportQuantities, *, at: object, act: Act) -> Change:
    said = command.model_dump(include={*NAMES, "from_rework", "reason"})
    return Change.model_validate(
        said
        | {
            "what": "reported" if command.correction is None else "corrected",
            "by": act.by,
            "recorded_at": act.now,
            "at": at,
            "sequence": operation.sequence,
            "operator": command.operator or act.by,
            "equipment": operation.equipment,
            "note": command.correction,
            "consumed": command.consumed,
            "produced": command.produced,
        }
    )


def _added(counts: Counts, command: ReportQuantities) -> Counts:
    pass_ = "again" if command.from_rework else "first"
    said = {f"good_{pass_}": command.good, f"scrap_{pass_}": command.scrap, "rework": command.rework}
    return counts.model_copy(update={name: getattr(counts, name) + value for name, value in said.items()})


def _by_reason(scrapped: tuple[ScrapShare, ...], command: ReportQuantities) -> tuple[ScrapShare, ...]:
    if command.scrap == 0:
        return scrapped
    totals = {each.reason: each.quantity for each in scrapped}
    total = totals.get(command.reason, Zero) + command.scrap
    if total < 0:
        rule = field("/body/scrap", "total", f"{totals.get(command.reason, Zero)} was scrapped for this reason")
        raise BelowZero("a correction takes back more scrap than was reported for its reason", errors=rule)
    totals[command.reason] = total
    kept = sorted(totals.items(), key=lambda each: (each[0] is not None, each[0] or 0))
    return tuple(ScrapShare(reason=reason, quantity=quantity) for reason, quantity in kept if quantity > 0)


def _require_counts(command: ReportQuantities, unit: str) -> None:
    for name in NAMES:
        value: Decimal = getattr(command, name)
        require_whole(value, unit, f"/body/{name}")
        if value < 0 and command.correction is None:
            rule = field(f"/body/{name}", "negative", "only a correction, which says why, takes back")
            raise NegativeCount(f"{name} is negative", errors=rule)
    is_of_lots = command.correction is not None and (command.consumed or command.produced)
    if not (command.good or command.scrap or command.rework or is_of_lots):
        rule = field("/body/good", "nothing", "say good, scrap or rework")
        raise NothingToReport("the report says no quantity", errors=rule)


def _require_reportable(order: WorkOrder, operation: Operation, command: ReportQuantities) -> None:
    name = f"operation {operation.sequence}"
    if operation.phase is Phase.NOT_STARTED:
        require_released(order)
        raise OperationNotStarted(f"{name} has not begun")
    if order.cancelled_at is not None:
        raise OrderClosed(f"work order {order.order_id} is cancelled")
    if command.correction is not None:
        return
    require_open(order)
    if operation.phase is Phase.COMPLETE:
        raise OperationClosed(f"{name} is complete: what was counted wrong is corrected, with the reason why")


def _require_possible(order: WorkOrder, place: int, counts: Counts, command: ReportQuantities) -> None:
    for name in ("good_first", "good_again", "scrap_first", "scrap_again", "rework"):
        if getattr(counts, name) < 0:
            told = name.partition("_")[0]
            was = getattr(order.operations[place].counts, name)
            rule = field(f"/body/{told}", "total", f"{was} {order.unit} were reported")
            raise BelowZero(f"a correction takes back more {told} than was reported", errors=rule)
    _require_rework(order.operations[place], counts, command)
    limit, used = order.limit_of(place), order.operations[place].counts.used
    if counts.used > limit and counts.used > used:
        rule = field(f"/body/{_largest(command)}", "input", f"at most {limit - used} {order.unit} more")
        reached = f"{order.input_of(place)} {order.unit} reached the operation and {used} are reported"
        raise MoreThanInput(f"{reached}; the order's tolerance is {order.tolerance}", errors=rule)
    _require_kept_for_next(order, place, counts)


def _require_rework(operation: Operation, counts: Counts, command: ReportQuantities) -> None:
    if counts.in_rework < 0:
        there = operation.counts.in_rework
        rule = field(f"/body/{_largest(command)}", "rework", f"{there} are in rework")
        raise MoreThanInRework(f"only {there} of operation {operation.sequence} are in rework", errors=rule)


def _require_kept_for_next(order: WorkOrder, place: int, counts: Counts) -> None:
    if place + 1 == len(order.operations) or counts.good >= order.operations[place].counts.good:
        return
    following = order.operations[place + 1]
    if following.counts.used > counts.good * (1 + order.tolerance):
        rule = field("/body/good", "used", f"operation {following.sequence} used {following.counts.used}")
        raise UsedByNext("the next operation used what would be taken back: correct it first", errors=rule)


def _require_lots(order: WorkOrder, command: ReportQuantities) -> None:
    for name in ("consumed", "produced"):
        for place, lot in enumerate(getattr(command, name)):
            if lot.quantity == 0 or (lot.quantity < 0 and command.correction is None):
                rule = field(f"/body/{name}/{place}/quantity", "negative", "above nothing, but in a correction")
                raise NegativeCount("a lot's quantity is not above nothing", errors=rule)
    produced = Zero
    for place, lot in enumerate(command.produced):
        if lot.material == order.product:
            produced += in_unit(lot.quantity, lot.unit, order.unit, f"/body/produced/{place}/unit")
    made = command.good + command.scrap + command.rework
    if command.produced and command.correction is None and produced > made:
        rule = field("/body/produced", "balance", f"{produced} {order.unit} in lots, {made} in the report")
        raise LotsDoNotBalance("the lots hold more than was made", errors=rule)


def _largest(command: ReportQuantities) -> str:
    """The field that is the most likely cause."""
    return max(NAMES, key=lambda name: getattr(command, name))
