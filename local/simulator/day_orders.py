"""What people do with a day's work orders: start, report with lots, complete; as the machines' counters say."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.simulator.day import LineDay, MachineDay
from local.simulator.shifts import DAY_MS, MINUTE_MS

REPORT_EVERY_MIN = 120
PIECES = "pcs"
_RETRY_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Material:
    """What an order makes, what of it is under way between its first and last operation, and what goes into one."""

    product: str
    unfinished: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """So much of a material, there from `t_ms` on."""

    lot_id: str
    material: str
    quantity: int
    t_ms: int

    def document(self) -> dict[str, Any]:
        return {"lot_id": self.lot_id, "material": self.material, "quantity": self.quantity, "unit": PIECES}


@dataclass(frozen=True, slots=True)
class Action:
    """Something said about an operation: `start`, `report` or `complete`, with what the API takes as body."""

    t_ms: int
    order: str
    sequence: int
    verb: str
    body: dict[str, Any]


@dataclass(slots=True)
class Stock:
    """Lots by material, the oldest first."""

    lots: dict[str, list[Lot]] = field(default_factory=dict)

    def add(self, lot: Lot) -> None:
        self.lots.setdefault(lot.material, []).append(lot)

    def take(self, material: str, quantity: int, t_ms: int) -> list[Lot]:
        """Take from what is there at a moment, the oldest first; ShortOf where it does not suffice."""
        taken: list[Lot] = []
        left = self.lots.get(material, [])
        while quantity:
            if not left or left[0].t_ms > t_ms:
                raise ShortOf(f"{quantity} {material} are missing")
            lot = left.pop(0)
            amount = min(quantity, lot.quantity)
            taken.append(Lot(lot.lot_id, material, amount, lot.t_ms))
            if amount < lot.quantity:
                left.insert(0, Lot(lot.lot_id, material, lot.quantity - amount, lot.t_ms))
            quantity -= amount
        return taken


class ShortOf(ValueError):
    """A material is used before there is enough of it."""


@dataclass(slots=True)
class _Operation:
    """One order at one machine: from when to when it stands there, and what was reported of it."""

    machine: MachineDay
    order: str
    sequence: int
    begin: int
    end: int | None
    started: bool = False
    good: int = 0
    scrap: int = 0

    def counted(self, t_ms: int) -> tuple[int, int]:
        """What its display showed then; at its end it has started again."""
        last = t_ms if self.end is None else min(t_ms, self.end - 1)
        place = bisect_right(self.machine.shown, last, key=lambda each: each.t_ms) - 1
        read = self.machine.shown[place]
        return (read.good, read.scrap) if read.t_ms >= self.begin else (0, 0)


@dataclass(slots=True)
class Shopfloor:
    """A line's orders as they are worked on; `made` are the lots that came out of the last operation."""

    day: LineDay
    materials: Mapping[str, Material]
    stock: Stock
    made: list[Lot] = field(default_factory=list)
    _unfinished: int = 0
    _orders: list[Sequence[_Operation]] = field(default_factory=list)

    def actions(self) -> list[Action]:
        """All that is said in the day, in the order of time."""
        found: list[Action] = []
        waiting = sorted(self._planned(), key=lambda each: each[:2])
        while waiting:
            t_ms, place, verb, operations = waiting.pop(0)
            operation = operations[place]
            if place and not operations[place - 1].good:
                found += self._report(operations, place - 1, t_ms)
            if verb == "start" and place and not operations[place - 1].good:
                if t_ms > self.day.start_ms + DAY_MS:
                    continue
                waiting.append((t_ms + _RETRY_MS, place, verb, operations))
                waiting.sort(key=lambda each: each[:2])
                continue
            found += self._done(operations, place, verb, t_ms)
            operation.started = operation.started or verb == "start"
        return found

    def _done(self, operations: Sequence[_Operation], place: int, verb: str, t_ms: int) -> Iterator[Action]:
        operation = operations[place]
        if verb == "start":
            body = {"equipment": operation.machine.cell}
            yield Action(t_ms, operation.order, operation.sequence, "start", body)
            return
        for above in range(place):  # a machine may work already on parts of the order after this one
            for each in self._orders:
                if above < len(each):
                    yield from self._report(each, above, t_ms)
        yield from self._report(operations, place, t_ms)
        if verb == "complete":
            yield Action(t_ms, operation.order, operation.sequence, "complete", {})

    def _planned(self) -> Iterator[tuple[int, int, str, Sequence[_Operation]]]:
        reports = range(self.day.start_ms, self.day.start_ms + DAY_MS, REPORT_EVERY_MIN * MINUTE_MS)
        for order in self.day.orders:
            found = (_operation(place, each, order) for place, each in enumerate(self.day.machines))
            operations = [each for each in found if each is not None]
            self._orders.append(operations)
            for place, each in enumerate(operations):
                yield each.begin, place, "start", operations
                for t_ms in reports:
                    if each.begin < t_ms and (each.end is None or t_ms < each.end):
                        yield t_ms, place, "report", operations
                if each.end is not None:
                    yield each.end, place, "complete", operations

    def _report(self, operations: Sequence[_Operation], place: int, t_ms: int) -> Iterator[Action]:
        operation = operations[place]
        good, scrap = operation.counted(t_ms)
        good, scrap = good - operation.good, scrap - operation.scrap
        if not operation.started or not (good or scrap):
            return
        operation.good, operation.scrap = operation.good + good, operation.scrap + scrap
        consumed, produced = self._lots(operation, place, good, scrap, t_ms)
        body: dict[str, Any] = {"good": good, "scrap": scrap}
        body |= {"consumed": [each.document() for each in consumed], "produced": [each.document() for each in produced]}
        yield Action(t_ms, operation.order, operation.sequence, "report", body)

    def _lots(self, operation: _Operation, place: int, good: int, scrap: int, t_ms: int) -> tuple[list[Lot], list[Lot]]:
        """The first operation begins lots of components, the last one ends them; between they are not told apart."""
        material = self.materials[operation.order]
        if place == 0:
            taken = [lot for each in material.components for lot in self.stock.take(each, good + scrap, t_ms)]
            return taken, self._begun(material, operation, good, t_ms)
        if place < len(self.day.machines) - 1:
            return [], []
        taken = self.stock.take(material.unfinished, good + scrap, t_ms)
        if not good:
            return taken, []
        lot = Lot(f"{operation.order}-L{1 + sum(each.lot_id.startswith(operation.order) for each in self.made)}",
                  material.product, good, t_ms)  # fmt: skip
        self.stock.add(lot)
        self.made.append(lot)
        return taken, [lot]

    def _begun(self, material: Material, operation: _Operation, good: int, t_ms: int) -> list[Lot]:
        if not good:
            return []
        self._unfinished += 1
        lot = Lot(f"{operation.order}-W{self._unfinished}", material.unfinished, good, t_ms)
        self.stock.add(lot)
        return [lot]


def _operation(place: int, machine: MachineDay, order: str) -> _Operation | None:
    """Where an order begins and ends at a machine; None where it never came there."""
    orders = [(each.t_ms, each.order) for each in machine.statuses if each.order is not None]
    begin = next((t_ms for t_ms, each in orders if each == order), None)
    if begin is None:
        return None
    end = next((t_ms for t_ms, each in orders if t_ms > begin and each != order), None)
    return _Operation(machine, order, 10 * (place + 1), begin, end)
