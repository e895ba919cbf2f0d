"""Activities: what was done with lots. An activity never changes; a wrong one is reversed by another."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.traceability.model import ActivityId, Attributes, LotId, Quantity, Text
from makoto.domain import Instant, Value
from makoto.domain.factory import EquipmentId, MaterialId, Unit
from makoto.errors import Conflict, Invalid

MAX_LINES = 40
"""Lots named in one activity; the store takes at most 96 writes as one, and a lot costs one to three."""

DEFAULT_TOLERANCE = Decimal("0.001")


class ActivityKind(StrEnum):
    """What can be done with lots."""

    RECEIVE = "receive"
    PRODUCE = "produce"
    CONSUME = "consume"
    SPLIT = "split"
    MERGE = "merge"
    MOVE = "move"
    INSPECT = "inspect"
    SCRAP = "scrap"
    REJECT = "reject"
    RESERVE = "reserve"
    UNRESERVE = "unreserve"
    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    REVERSE = "reverse"


_K = ActivityKind
TAKING = frozenset({_K.PRODUCE, _K.CONSUME, _K.SPLIT, _K.MERGE, _K.SCRAP, _K.SHIP})
"""Kinds that take of their inputs."""
GIVING = frozenset({_K.RECEIVE, _K.PRODUCE, _K.SPLIT, _K.MERGE})
"""Kinds that have outputs."""


class ActivityIdTaken(Conflict):
    """Another activity has this id."""


class AlreadyReversed(Conflict):
    """The activity was reversed before."""


class NotReversible(Conflict):
    """What was moved, inspected, packed or reserved is undone by the opposite activity, and a reversal not at all."""


class AlreadyUsedOnward(Conflict):
    """What the activity made is no longer there to be taken back; reverse the later activities first."""


class TooManyLots(Invalid):
    """The store could not take this activity as one write; record it in parts."""


class InputLine(Value):
    """So much of a lot; without a quantity all that is left, without a unit in the lot's own.

    `mass_kg` says what this quantity weighs, so that pieces and litres can be balanced against kilograms.
    """

    lot_id: LotId
    quantity: Quantity | None = None
    unit: Unit | None = None
    mass_kg: Quantity | None = None


class OutputLine(Value):
    """A lot that comes out, new or added to. Of a split or a merge it takes over what it does not say itself."""

    lot_id: LotId
    quantity: Quantity
    unit: Unit | None = None
    material: MaterialId | None = None
    mass_kg: Quantity | None = None
    expires_on: date | None = None
    is_serial: bool = False
    attributes: Attributes = Field(default_factory=dict)
    location: Text | None = None


class ScrapLine(Value):
    """What went in and came out as waste."""

    quantity: Quantity
    unit: Unit
    mass_kg: Quantity | None = None


class SensorReport(Value):
    """What a metric was over the activity's time; `start` to `end` is the activity's window."""

    metric: Text
    device: Text | None = None
    unit: Unit = "1"
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    start: Instant | None = None
    end: Instant | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        said = [each for each in (self.minimum, self.mean, self.maximum) if each is not None]
        if not said or said != sorted(said):
            raise ValueError("at least one of minimum, mean and maximum, in that order of size")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("end lies before start")
        return self


class _Told(Value):
    """What an activity says beside its lots."""

    equipment: EquipmentId | None = None
    order_id: Text | None = None
    operation: Annotated[int, Field(ge=0, le=9999)] | None = None
    operator: Text | None = None
    location: Text | None = None
    supplier: Text | None = None
    supplier_lot: Text | None = None
    customer: Text | None = None
    delivery_note: Text | None = None
    is_conforming: bool | None = None
    note: Text | None = None
    reason: Text | None = None
    sensors: Annotated[tuple[SensorReport, ...], Field(max_length=50)] = ()


class RecordActivity(_Told):
    """Say what was done. `container` is the lot packed into or unpacked; `reverses` the activity taken back."""

    activity_id: ActivityId
    kind: ActivityKind
    at: Instant | None = None
    inputs: Annotated[tuple[InputLine, ...], Field(max_length=MAX_LINES)] = ()
    outputs: Annotated[tuple[OutputLine, ...], Field(max_length=MAX_LINES)] = ()
    scrap: Annotated[tuple[ScrapLine, ...], Field(max_length=10)] = ()
    container: LotId | None = None
    reverses: ActivityId | None = None
    tolerance: Annotated[Decimal, Field(ge=0, lt=1)] = DEFAULT_TOLERANCE
    allow_imbalance: bool = False
    allow_overdraw: bool = False

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        for problem in _problems(self):
            raise ValueError(problem)
        return self

    @property
    def digest(self) -> str:
        """Tells the same command from another one with the same id."""
        return sha256(self.model_dump_json().encode()).hexdigest()


def _problems(command: RecordActivity) -> list[str]:
    """What a command of its kind lacks or has too much of."""
    kind, found = command.kind, list[str]()
    named = [line.lot_id for line in command.inputs]
    made = [line.lot_id for line in command.outputs]
    needs_inputs = kind not in (_K.RECEIVE, _K.PRODUCE, _K.UNPACK, _K.REVERSE)
    rules = (
        (len(set(named)) < len(named), "an input lot is named twice"),
        (len(set(made)) < len(made), "an output lot is named twice"),
        (needs_inputs and not named, f"{kind} needs inputs"),
        (kind in GIVING and not made, f"{kind} needs outputs"),
        (kind not in GIVING and bool(made), f"{kind} has no outputs"),
        (kind in (_K.RECEIVE, _K.REVERSE) and bool(named), f"{kind} has no inputs"),
        (kind is _K.SPLIT and len(named) > 1, "split has one input"),
        (kind is _K.MERGE and len(made) > 1, "merge has one output"),
        (kind is _K.MOVE and command.location is None, "move needs a location"),
        (kind is _K.SHIP and command.customer is None, "ship needs a customer"),
        (kind is _K.RESERVE and command.order_id is None, "reserve needs an order_id"),
        (kind in (_K.SCRAP, _K.REJECT) and command.reason is None, f"{kind} needs a reason"),
        (
            (kind in (_K.PACK, _K.UNPACK)) is (command.container is None),
            "pack and unpack, and only they, name a container",
        ),
        ((kind is _K.REVERSE) is (command.reverses is None), "reverse, and only it, names what it reverses"),
        ((command.allow_imbalance or command.allow_overdraw) and not command.reason, "what is allowed needs a reason"),
    )
    return found + [text for broken, text in rules if broken]


class Moved(Value):
    """One line of an activity as recorded: `own` is the quantity in the lot's unit."""

    lot_id: str
    material: str
    quantity: Decimal
    unit: str
    own: Decimal
    mass_kg: Decimal | None = None
    within: str | None = None


class Balance(Value):
    """What went in against what came out, in one unit; `not_comparable` where the lines measure different things."""

    state: Literal["balanced", "unbalanced", "not_comparable", "not_asked"]
    unit: str | None = None
    inputs: Decimal | None = None
    outputs: Decimal | None = None
    scrap: Decimal | None = None
    difference: Decimal | None = None


class Activity(_Told):
    """An activity as recorded. `flags` name what was allowed or found wrong; `reversed_by` is set by its reversal."""

    activity_id: str
    kind: ActivityKind
    at: Instant
    recorded_at: Instant
    by: str
    inputs: tuple[Moved, ...] = ()
    outputs: tuple[Moved, ...] = ()
    scrap: tuple[ScrapLine, ...] = ()
    container: str | None = None
    reverses: str | None = None
    reversed_by: str | None = None
    balance: Balance = Balance(state="not_asked")
    flags: tuple[str, ...] = ()
    digest: str = ""

    @property
    def counts(self) -> bool:
        """Whether it says something of the genealogy: neither a reversal nor reversed."""
        return self.kind is not _K.REVERSE and self.reversed_by is None


TOLD = tuple(_Told.model_fields)
"""The fields that an activity takes over from its command as they are."""
