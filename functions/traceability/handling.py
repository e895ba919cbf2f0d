"""What becomes of lots of which nothing is taken: moved, inspected, rejected, reserved, packed."""

from functions.traceability.activities import Activity, ActivityKind, InputLine, RecordActivity
from functions.traceability.books import Books, LotLoop, Sides
from functions.traceability.model import LotIsPacked, LotIsUsedUp, Standing

K = ActivityKind


def move(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    return [books.touch(line, index, location=command.location) for index, line in enumerate(command.inputs)], []


def inspect(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    return [books.touch(line, index) for index, line in enumerate(command.inputs)], []


def reject(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    moved = []
    for index, line in enumerate(command.inputs):
        lot = books.lot(line.lot_id, f"/inputs/{index}/lot_id")
        if not lot.is_in_stock:
            raise LotIsUsedUp(f"nothing is left of lot {lot.lot_id}: it is {lot.standing}")
        moved.append(books.touch(line, index, standing=Standing.REJECTED))
    return moved, []


def reserve(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    moved = []
    for index, line in enumerate(command.inputs):
        books.require_usable(books.lot(line.lot_id, f"/inputs/{index}/lot_id"), K.RESERVE)
        moved.append(books.touch(line, index, reserved_for=command.order_id, standing=Standing.RESERVED))
    return moved, []


def unreserve(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    moved = []
    for index, line in enumerate(command.inputs):
        lot = books.lot(line.lot_id, f"/inputs/{index}/lot_id")
        standing = Standing.AVAILABLE if lot.standing is Standing.RESERVED else lot.standing
        moved.append(books.touch(line, index, reserved_for=None, standing=standing))
    return moved, []


def pack(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    container = books.container(command.container or "")
    moved = []
    for index, line in enumerate(command.inputs):
        lot = books.lot(line.lot_id, f"/inputs/{index}/lot_id")
        if lot.lot_id == container.lot_id or lot.contents:
            raise LotLoop(f"{lot.lot_id} is a container with something in it and is not packed into another")
        books.require_usable(lot, K.PACK)
        moved.append(books.touch(line, index, packed_in=container.lot_id))
    inside = (*container.contents, *(each.lot_id for each in moved))
    books.lots[container.lot_id] = container.model_copy(update={"contents": inside}).linked(
        use=f"={command.activity_id}"
    )
    return moved, []


def unpack(command: RecordActivity, books: Books, original: Activity | None) -> Sides:
    container = books.lot(command.container or "", "/container")
    taken_out = [line.lot_id for line in command.inputs] or list(container.contents)
    for each in taken_out:
        if each not in container.contents:
            raise LotIsPacked(f"lot {each} is not packed in {container.lot_id}")
    moved = [books.touch(InputLine(lot_id=each), index, packed_in=None) for index, each in enumerate(taken_out)]
    left = tuple(each for each in container.contents if each not in taken_out)
    books.lots[container.lot_id] = container.model_copy(update={"contents": left}).linked(use=f"={command.activity_id}")
    return moved, []
