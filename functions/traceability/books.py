"""The lots that one activity touches, while it is decided: taken of, given to, looked at."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from functions.traceability.activities import ActivityKind, InputLine, Moved, OutputLine
from functions.traceability.balance import in_unit
from functions.traceability.model import (
    CONTAINER,
    IN_PROGRESS,
    InsufficientQuantity,
    Lot,
    LotIsPacked,
    LotIsUsedUp,
    LotNotFound,
    Standing,
    require_usable,
)
from makoto.domain.factory import Material
from makoto.errors import Conflict, FieldError, Invalid, MakotoError

USED_UP_AS = {ActivityKind.SHIP: Standing.SHIPPED, ActivityKind.SCRAP: Standing.SCRAPPED}


class SerialIsOne(Invalid):
    """A serial is one piece."""


class MaterialMissing(Invalid):
    """A new lot needs a material."""


class MaterialDiffers(Conflict):
    """The lot is of another material."""


class LotLoop(Conflict):
    """A lot would be its own ancestor."""


Sides = tuple[list[Moved], list[Moved]]
"""Inputs and outputs as recorded."""


@dataclass
class Books:
    """What is known of the lots when the activity begins, and what they become.

    `is_fact` marks what certainly happened, as a machine's report: what a person would be refused is flagged then, and
    a lot that nobody registered is `assumed`.
    """

    lots: dict[str, Lot]
    materials: Mapping[str, Material | None]
    activity_id: str
    now: datetime
    on: date
    purpose: str | None = None
    is_fact: bool = False
    may_overdraw: bool = False
    flags: list[str] = field(default_factory=list)
    in_work: frozenset[str] = frozenset()
    assumed: Mapping[str, Lot] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.known = frozenset(self.lots)

    @property
    def created(self) -> tuple[str, ...]:
        """Lots that did not exist before."""
        return tuple(each for each in self.lots if each not in self.known)

    def flag(self, refused: MakotoError, name: str) -> None:
        """Refuse, or note it where it certainly happened."""
        if not self.is_fact:
            raise refused
        self.flags.append(name)

    def lot(self, lot_id: str, pointer: str) -> Lot:
        if lot_id not in self.lots and self.is_fact and lot_id in self.assumed:
            self.lots[lot_id] = self.assumed[lot_id]
            self.flags.append(f"unknown_lot:{lot_id}")
        if lot_id not in self.lots:
            rule = FieldError(pointer, "unknown_lot", f"there is no lot {lot_id}")
            raise LotNotFound(f"there is no lot {lot_id}", errors=[rule])
        return self.lots[lot_id]

    def require_usable(self, lot: Lot, kind: ActivityKind) -> None:
        """Scrap and split take of any lot that is there; everything else of a usable one only."""
        if kind in (ActivityKind.SCRAP, ActivityKind.SPLIT):
            if lot.packed_in is not None:
                self.flag(LotIsPacked(f"lot {lot.lot_id} is packed in {lot.packed_in}"), _of("packed", lot))
            if not lot.is_in_stock:
                self.flag(
                    LotIsUsedUp(f"nothing is left of lot {lot.lot_id}: it is {lot.standing}"), _of("used_up", lot)
                )
            return
        try:
            require_usable(lot, self.on, self.purpose)
        except LotIsUsedUp as refused:
            if not self.may_overdraw:
                self.flag(refused, _of("used_up", lot))
        except Conflict as refused:
            self.flag(refused, _of(refused.problem.replace("-", "_"), lot))

    def take(self, line: InputLine, index: int, kind: ActivityKind, within: str | None = None) -> Moved:
        """Take a line's quantity of its lot."""
        lot = self.lot(line.lot_id, f"/inputs/{index}/lot_id")
        self.require_usable(lot, kind)
        moved = self.moved(lot, line, index, within)
        if moved.own > lot.remaining:
            self._overdraw(lot, moved, index)
        taken = lot.took(moved.own, USED_UP_AS.get(kind, Standing.CONSUMED))
        self.lots[lot.lot_id] = taken.linked(use=f"-{self.activity_id}")
        return moved

    def touch(self, line: InputLine, index: int, **changes: object) -> Moved:
        """Note the activity at a lot of which nothing is taken."""
        lot = self.lot(line.lot_id, f"/inputs/{index}/lot_id")
        self.lots[lot.lot_id] = lot.model_copy(update=changes).linked(use=f"={self.activity_id}")
        return self.moved(lot, InputLine(lot_id=lot.lot_id), index)

    def moved(self, lot: Lot, line: InputLine, index: int, within: str | None = None) -> Moved:
        """A line as it is recorded."""
        unit = line.unit or lot.unit
        quantity = line.quantity if line.quantity is not None else lot.remaining
        unit = unit if line.quantity is not None else lot.unit
        own = in_unit(quantity, unit, lot.unit, f"/inputs/{index}/unit")
        return Moved(
            lot_id=lot.lot_id,
            material=lot.material,
            quantity=quantity,
            unit=unit,
            own=own,
            mass_kg=line.mass_kg,
            within=within,
        )

    def give(self, line: OutputLine, index: int, new: Lot) -> Moved:
        """Add a line's quantity to its lot, which is made after `new` where there is none."""
        lot = self.lots.get(line.lot_id, new)
        if line.material is not None and lot.material != line.material:
            raise MaterialDiffers(f"lot {lot.lot_id} is of {lot.material} and not of {line.material}")
        unit = line.unit or lot.unit
        own = in_unit(line.quantity, unit, lot.unit, f"/outputs/{index}/unit")
        self._require_one(lot, own, index)
        given = lot.gave(own).model_copy(update={"made": lot.made + own})
        self.lots[lot.lot_id] = given.linked(source=self.activity_id)
        return Moved(
            lot_id=lot.lot_id,
            material=lot.material,
            quantity=line.quantity,
            unit=unit,
            own=own,
            mass_kg=line.mass_kg,
        )

    def new_lot(self, line: OutputLine, index: int, **more: object) -> Lot:
        """A lot as its line and its material describe it, with nothing in it yet."""
        material = self.materials.get(line.material or "")
        if line.material is None:
            rule = FieldError(f"/outputs/{index}/material", "missing", "a new lot needs a material")
            raise MaterialMissing(f"lot {line.lot_id} is new and needs a material", errors=[rule])
        is_serial = line.is_serial or (material is not None and material.tracked_by == "serial")
        return Lot(
            lot_id=line.lot_id,
            material=line.material,
            unit=(material.unit if material else line.unit) or "pcs",
            expires_on=line.expires_on,
            received_at=self.now,
            attributes=line.attributes,
            is_serial=is_serial,
            location=line.location,
        ).model_copy(update=more)

    def in_progress(self, order_id: str, operation: int, *, is_source: bool) -> Moved:
        """Join the activity to its order: what an operation consumes goes in, what it produces comes out."""
        lot_id = in_progress_id(order_id, operation)
        empty = Lot(lot_id=lot_id, material=IN_PROGRESS, unit="pcs", received_at=self.now, standing=Standing.CONSUMED)
        lot = self.lots.get(lot_id, empty)
        link = {"source": self.activity_id} if is_source else {"use": f"-{self.activity_id}"}
        self.lots[lot_id] = lot.linked(**link)
        nothing = Decimal(0)
        return Moved(lot_id=lot_id, material=IN_PROGRESS, quantity=nothing, unit="pcs", own=nothing)

    def hand_on(self, used: Sequence[Moved], given: Sequence[Moved]) -> None:
        """What is made of held lots is held for the same: a fact is recorded, but nobody ships what came of it."""
        holds = {hold.cause: hold for each in used for hold in self.lots[each.lot_id].holds}
        for each in given:
            lot = self.lots[each.lot_id]
            for hold in holds.values():
                lot = lot.held(hold)
            self.lots[each.lot_id] = lot

    def opened(self, operation: int) -> list[int]:
        """The operations up to this one for which something was consumed, and none more than once."""
        return sorted(each for each in (int(name.rpartition(":")[2]) for name in self.in_work) if each <= operation)

    def container(self, lot_id: str) -> Lot:
        """A container, made where there is none."""
        empty = Lot(lot_id=lot_id, material=CONTAINER, unit="pcs", received_at=self.now, is_serial=True)
        made = empty.model_copy(update={"made": Decimal(1), "remaining": Decimal(1), "sources": (self.activity_id,)})
        return self.lots.get(lot_id, made)

    def _overdraw(self, lot: Lot, moved: Moved, index: int) -> None:
        detail = f"{moved.own} {lot.unit} were asked of lot {lot.lot_id}, of which {lot.remaining} are left"
        if not self.may_overdraw and not self.is_fact:
            rule = FieldError(f"/inputs/{index}/quantity", "insufficient", detail)
            raise InsufficientQuantity(detail, errors=[rule])
        self.flags.append(_of("overdrawn", lot))

    def _require_one(self, lot: Lot, own: Decimal, index: int) -> None:
        if lot.is_serial and lot.made + own != 1:
            detail = f"serial {lot.lot_id} is one piece, not {lot.made + own}"
            raise SerialIsOne(detail, errors=[FieldError(f"/outputs/{index}/quantity", "serial", detail)])


def in_progress_id(order_id: str, operation: int) -> str:
    """The lot that stands for what an order has in work at an operation."""
    return f"{in_progress_prefix(order_id)}{operation:04}"


def in_progress_prefix(order_id: str) -> str:
    """How the ids of all that an order has in work begin."""
    plain = re.fullmatch(r"[A-Za-z0-9._+()-]{1,64}", order_id)
    return f"wip:{order_id if plain else sha256(order_id.encode()).hexdigest()[:32]}:"


def is_in_progress(lot_id: str) -> bool:
    """Whether an id is that of what an order has in work."""
    return lot_id.startswith("wip:")


def common(texts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The attributes of several lots in one: equal ones once, different ones side by side."""
    merged: dict[str, dict[str, None]] = {}
    for each in texts:
        for name, value in each.items():
            merged.setdefault(name, {})[value] = None
    return {name: "; ".join(values) for name, values in merged.items()}


def _of(flag: str, lot: Lot) -> str:
    return f"{flag}:{lot.lot_id}"
