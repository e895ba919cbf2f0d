"""What becomes of lots when something is received, made, split or merged."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from functions.traceability.activities import Activity, ActivityKind, Moved, OutputLine, RecordActivity
from functions.traceability.balance import in_unit
from functions.traceability.books import Books, LotLoop, MaterialDiffers, Sides, common
from functions.traceability.model import Lot, LotExists, Standing

K = ActivityKind


def receive(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    told = {"supplier": command.supplier, "supplier_lot": command.supplier_lot, "received_at": command.at or books.now}
    given = [books.give(line, index, _dated(books, line, index, told)) for index, line in enumerate(command.outputs)]
    return [], given


def produce(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    _require_apart(command)
    used = taken(command, books) + _out_of_work(command, books)
    told = {"received_at": command.at or books.now, "location": command.equipment}
    given = [books.give(line, index, _dated(books, line, index, told)) for index, line in enumerate(command.outputs)]
    books.hand_on(used, given)
    return used, given


def take(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    used = taken(command, books)
    if command.kind is K.CONSUME and command.order_id is not None:
        given = [books.in_progress(command.order_id, command.operation or 0, is_source=True)]
        books.hand_on(used, given)
        return used, given
    return used, []


def split(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    """Each child is a new lot with all that the source says of itself, its holds too; the source keeps its id."""
    source = books.lot(command.inputs[0].lot_id, "/inputs/0/lot_id")
    for line in command.outputs:
        if line.lot_id in books.lots:
            raise LotExists(f"lot {line.lot_id} exists; the child of a split is a new lot")
    parts = [(line.quantity, line.unit or source.unit) for line in command.outputs]
    parts += [(line.quantity, line.unit) for line in command.scrap]
    whole = sum((in_unit(each, unit, source.unit, "/outputs/0/unit") for each, unit in parts), Decimal(0))
    asked = command.inputs[0]
    if asked.quantity is None:
        asked = asked.model_copy(update={"quantity": whole, "unit": source.unit})
    taken = books.take(asked, 0, K.SPLIT)
    given = [books.give(each, index, _heir(each, [source], command)) for index, each in enumerate(command.outputs)]
    return [taken], given


def merge(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    """The earliest expiry of all counts (factory-domain 8); attributes that differ stand side by side."""
    _require_apart(command)
    lots = [books.lot(line.lot_id, f"/inputs/{index}/lot_id") for index, line in enumerate(command.inputs)]
    if len({each.material for each in lots}) > 1:
        raise MaterialDiffers("only lots of one material are merged; lots of several are used to produce another")
    used = taken(command, books)
    line = command.outputs[0]
    into = books.lots.get(line.lot_id)
    heir = _heir(line, [*lots, into] if into else lots, command)
    if into is not None:
        books.lots[into.lot_id] = into.model_copy(
            update={"expires_on": heir.expires_on, "attributes": heir.attributes, "holds": heir.holds}
        )
    return used, [books.give(line, 0, heir)]


def _heir(line: OutputLine, lots: Sequence[Lot], command: RecordActivity) -> Lot:
    """What a lot takes over from those it comes from; what its line says itself counts first."""
    first = lots[0]
    dates = [each.expires_on for each in lots if each.expires_on is not None]
    suppliers = {each.supplier for each in lots}
    supplied = {each.supplier_lot for each in lots}
    holds = {hold.cause: hold for each in lots for hold in each.holds}
    return first.model_copy(
        update={
            "lot_id": line.lot_id,
            "made": Decimal(0),
            "remaining": Decimal(0),
            "standing": Standing.AVAILABLE,
            "received_at": min(each.received_at for each in lots),
            "expires_on": line.expires_on or min(dates, default=None),
            "supplier": first.supplier if len(suppliers) == 1 else None,
            "supplier_lot": first.supplier_lot if len(supplied) == 1 else None,
            "attributes": common(each.attributes for each in lots) | line.attributes,
            "is_serial": line.is_serial or first.is_serial,
            "holds": tuple(holds.values()),
            "past_holds": (),
            "location": line.location or command.location or first.location,
            "reserved_for": None,
            "packed_in": None,
            "contents": (),
            "sources": (),
            "source_pages": 0,
            "uses": (),
            "use_pages": 0,
            "revision": 0,
        }
    )


def _dated(books: Books, line: OutputLine, index: int, told: Mapping[str, object]) -> Lot:
    """A new lot; where nobody says when it expires, its material's shelf life does."""
    if line.lot_id in books.lots:
        return books.lots[line.lot_id]
    material = books.materials.get(line.material or "")
    if line.expires_on is None and material is not None and material.shelf_life_days is not None:
        told = {**told, "expires_on": books.on + timedelta(days=material.shelf_life_days)}
    kept = {
        name: value for name, value in told.items() if value is not None and not (name == "location" and line.location)
    }
    return books.new_lot(line, index, **kept)


def _require_apart(command: RecordActivity) -> None:
    both = {line.lot_id for line in command.inputs} & {line.lot_id for line in command.outputs}
    if both:
        raise LotLoop(f"lot {min(both)} would be made of itself")


def _out_of_work(command: RecordActivity, books: Books) -> list[Moved]:
    """What the order consumed before this and did not see come out: it may be in here too.

    An output that names no inputs comes out of its operation's work, whatever is consumed for that later.
    """
    if command.order_id is None:
        return []
    operation = command.operation or 0
    opened = books.opened(operation)
    if not command.inputs and operation not in opened:
        opened.append(operation)
    return [books.in_progress(command.order_id, each, is_source=False) for each in opened]


def taken(command: RecordActivity, books: Books) -> list[Moved]:
    return [books.take(line, index, command.kind) for index, line in enumerate(command.inputs)]
