"""What an activity does to its lots: decided here, pure; nothing is read and nothing is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.traceability import handling, transforming
from functions.traceability.activities import (
    TAKING,
    TOLD,
    Activity,
    ActivityKind,
    AlreadyReversed,
    AlreadyUsedOnward,
    Balance,
    InputLine,
    Moved,
    NotReversible,
    RecordActivity,
    ScrapLine,
)
from functions.traceability.balance import balance_of, require_balanced
from functions.traceability.books import Books, Sides, is_in_progress
from functions.traceability.model import Lot, LotIdReserved, NotYet, Standing
from makoto.errors import FieldError, Invalid

K = ActivityKind
AHEAD = timedelta(minutes=5)
"""As much as a device's clock may be ahead of ours."""


@dataclass(frozen=True)
class Decided:
    """An activity and the lots as they are after it; `original` is the activity that it reversed."""

    activity: Activity
    lots: dict[str, Lot]
    created: tuple[str, ...]
    original: Activity | None = None


def decide(command: RecordActivity, books: Books, by: str, original: Activity | None = None) -> Decided:
    """Apply a command; whatever is against it is a typed error that names the lot."""
    _require_possible(command, books)
    before = dict(books.lots)
    inputs, outputs = _APPLIED[command.kind](command, books, original)
    scrap = command.scrap
    balance = _balance(command, inputs, outputs, scrap, books)
    activity = Activity(
        activity_id=command.activity_id,
        kind=command.kind,
        at=command.at or books.now,
        recorded_at=books.now,
        by=by,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        scrap=tuple(scrap),
        container=command.container,
        reverses=command.reverses,
        balance=balance,
        flags=tuple(books.flags),
        digest=command.digest,
        **{name: getattr(command, name) for name in TOLD},
    )
    changed = {each: lot for each, lot in books.lots.items() if before.get(each) is not lot}
    marked = original and original.model_copy(update={"reversed_by": command.activity_id})
    return Decided(activity, changed, books.created, marked)


def _require_possible(command: RecordActivity, books: Books) -> None:
    """Refuse a time that has not come and names that stand for what orders have in work."""
    if command.at is not None and command.at > books.now + AHEAD and not books.is_fact:
        rule = FieldError("/at", "future", f"{command.at.isoformat()} has not come yet")
        raise NotYet(rule.detail, errors=[rule])
    named = [(f"/inputs/{index}/lot_id", line.lot_id) for index, line in enumerate(command.inputs)]
    named += [(f"/outputs/{index}/lot_id", line.lot_id) for index, line in enumerate(command.outputs)]
    named += [("/container", command.container)] if command.container else []
    for pointer, lot_id in named:
        if is_in_progress(lot_id):
            rule = FieldError(pointer, "reserved", f"{lot_id} would be taken for what an order has in work")
            raise LotIdReserved(rule.detail, errors=[rule])


def _ship(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    """A container goes with all that is in it, each lot of which must be free to go."""
    taken = transforming.taken(command, books)
    for line in command.inputs:
        for inside in books.lots[line.lot_id].contents:
            lot = books.lot(inside, "/inputs")
            books.lots[inside] = lot.model_copy(update={"packed_in": None})
            taken.append(books.take(InputLine(lot_id=inside), 0, K.SHIP, within=line.lot_id))
            books.lots[inside] = books.lots[inside].model_copy(update={"packed_in": line.lot_id})
    return taken, []


def _reverse(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    """Give back what was taken and take back what was given; what was reversed stays as it was recorded."""
    if original is None:
        raise Invalid("there is nothing to reverse")
    if original.reversed_by is not None:
        raise AlreadyReversed(f"activity {original.activity_id} was reversed by {original.reversed_by}")
    if original.kind not in TAKING and original.kind is not K.RECEIVE:
        raise NotReversible(f"{original.kind} is undone by the opposite activity")
    for index, line in enumerate(original.inputs):
        lot = books.lot(line.lot_id, f"/inputs/{index}/lot_id")
        books.lots[line.lot_id] = lot.gave(line.own).linked(use=f"={command.activity_id}")
    for index, line in enumerate(original.outputs):
        lot = _taken_back(books.lot(line.lot_id, f"/outputs/{index}/lot_id"), line, books)
        books.lots[line.lot_id] = lot.linked(use=f"={command.activity_id}")
    return list(original.outputs), list(original.inputs)


def _taken_back(lot: Lot, line: Moved, books: Books) -> Lot:
    if lot.remaining < line.own:
        detail = f"of the {line.own} {lot.unit} of lot {lot.lot_id} only {lot.remaining} are still there"
        books.flag(AlreadyUsedOnward(detail), f"used_onward:{lot.lot_id}")
    left = lot.model_copy(update={"made": lot.made - line.own})
    return left.took(line.own, Standing.CONSUMED if left.made > 0 else Standing.VOID)


def _balance(
    command: RecordActivity, inputs: list[Moved], outputs: list[Moved], scrap: Sequence[ScrapLine], books: Books
) -> Balance:
    if command.kind not in (K.PRODUCE, K.SPLIT, K.MERGE):
        return Balance(state="not_asked")
    balance = balance_of(command.kind, inputs, outputs, scrap, command.tolerance)
    if command.allow_imbalance or books.is_fact:
        if balance.state == "unbalanced":
            books.flags.append("unbalanced")
    else:
        require_balanced(balance)
    return balance


_APPLIED: dict[ActivityKind, Callable[[RecordActivity, Books, Activity | None], Sides]] = {
    K.RECEIVE: transforming.receive,
    K.PRODUCE: transforming.produce,
    K.CONSUME: transforming.take,
    K.SPLIT: transforming.split,
    K.MERGE: transforming.merge,
    K.MOVE: handling.move,
    K.INSPECT: handling.inspect,
    K.SCRAP: transforming.take,
    K.REJECT: handling.reject,
    K.RESERVE: handling.reserve,
    K.UNRESERVE: handling.unreserve,
    K.PACK: handling.pack,
    K.UNPACK: handling.unpack,
    K.SHIP: _ship,
    K.REVERSE: _reverse,
}
