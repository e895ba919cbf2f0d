"""A lot or a serial: what there is of it, where it stands, and why it may not be used."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from makoto.domain import Instant, Value
from makoto.errors import Conflict, Invalid, NotFound

LotId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+()-]{0,79}$")]
"""A lot's number or a serial's, one of its kind in the tenant; GS1 lot numbers (AI 10) of letters and digits fit."""

ActivityId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+()-]{0,119}$")]
"""Chosen by who records it, so that recording twice takes effect once."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Attributes = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Text], Field(max_length=20)
]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=28, decimal_places=12)]

INLINE_LINKS = 32
"""So many of the newest links, up to twice as many, lie in the lot itself; older ones in pages of as many."""


class LotNotFound(NotFound):
    """The tenant has no such lot."""


class ActivityNotFound(NotFound):
    """The tenant has no such activity."""


class LotIdReserved(Invalid):
    """Names that begin so are the platform's own."""


class NotYet(Invalid):
    """What lies in the future was not done."""


class LotIsHeld(Conflict):
    """Nothing of a held lot may be used or shipped."""


class LotIsExpired(Conflict):
    """The lot's expiry date has passed."""


class LotIsUsedUp(Conflict):
    """Nothing is left of the lot."""


class LotIsRejected(Conflict):
    """The lot was rejected."""


class LotIsReserved(Conflict):
    """The lot is reserved for something else."""


class LotIsPacked(Conflict):
    """The lot is inside a container; unpack it or ship the container."""


class LotExists(Conflict):
    """The lot id is taken."""


class InsufficientQuantity(Conflict):
    """More was asked of the lot than is left."""


class Standing(StrEnum):
    """What became of a lot, whether it is held or not."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    CONSUMED = "consumed"
    SHIPPED = "shipped"
    REJECTED = "rejected"
    SCRAPPED = "scrapped"
    VOID = "void"  # every activity that made it was reversed


KEPT_HOLDS = 20
"""So many past holds a lot remembers."""

LotStatus = Literal["available", "reserved", "on_hold", "consumed", "shipped", "rejected", "scrapped", "void"]


class Hold(Value):
    """One cause for which a lot is held: a non-conformance, a recall or a person's word."""

    cause: Text
    reason: Text
    since: Instant


class PastHold(Hold):
    """A cause that is gone."""

    until: Instant


class Lot(Value):
    """A lot as it stands now; its past is in its activities, which `sources` and `uses` name, oldest first.

    `made` is all that ever came in and `remaining` what is left, both in `unit`. A source is an activity's id; a use
    begins with `-` where the activity took of the lot and with `=` where it did not (moved, inspected, packed).
    `revision` grows with every write and is the version of the facts about the lot.
    """

    lot_id: LotId
    material: str
    unit: str
    made: Decimal = Decimal(0)
    remaining: Decimal = Decimal(0)
    standing: Standing = Standing.AVAILABLE
    holds: tuple[Hold, ...] = ()
    past_holds: tuple[PastHold, ...] = ()
    expires_on: date | None = None
    received_at: Instant
    supplier: str | None = None
    supplier_lot: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    is_serial: bool = False
    location: str | None = None
    reserved_for: str | None = None
    packed_in: LotId | None = None
    contents: tuple[LotId, ...] = ()
    sources: tuple[str, ...] = ()
    source_pages: int = 0
    uses: tuple[str, ...] = ()
    use_pages: int = 0
    revision: int = 0

    @property
    def status(self) -> LotStatus:
        if self.holds and self.standing in (Standing.AVAILABLE, Standing.RESERVED):
            return "on_hold"
        return self.standing.value

    @property
    def is_in_stock(self) -> bool:
        """Whether anything of it is here."""
        return self.remaining > 0

    @property
    def is_pickable(self) -> bool:
        """Whether it belongs into the list that FEFO picks from; holds and expiry are judged when it is asked."""
        usable = self.standing in (Standing.AVAILABLE, Standing.RESERVED)
        return usable and self.is_in_stock and self.packed_in is None and self.material not in (CONTAINER, IN_PROGRESS)

    def held_for(self, cause: str) -> bool:
        return any(each.cause == cause for each in self.holds)

    def held(self, hold: Hold) -> Self:
        """Add a cause; one that is there already changes nothing."""
        return self if self.held_for(hold.cause) else self.model_copy(update={"holds": (*self.holds, hold)})

    def released(self, cause: str, now: datetime) -> Self:
        """Take a cause away; the lot is free when none is left."""
        left = tuple(each for each in self.holds if each.cause != cause)
        gone = tuple(PastHold(**dict(each), until=now) for each in self.holds if each.cause == cause)
        past = (*self.past_holds, *gone)[-KEPT_HOLDS:]
        return self.model_copy(update={"holds": left, "past_holds": past})

    def took(self, amount: Decimal, as_: Standing) -> Self:
        """Take of the lot, in its own unit; with the last of it, it stands as what it was taken for."""
        return self._with(self.remaining - amount, as_)

    def gave(self, amount: Decimal) -> Self:
        """Put back or add to the lot."""
        return self._with(self.remaining + amount, Standing.CONSUMED)

    def linked(self, source: str | None = None, use: str | None = None) -> Self:
        """Remember an activity."""
        changes: dict[str, object] = {}
        if source is not None:
            changes["sources"] = (*self.sources, source)
        if use is not None:
            changes["uses"] = (*self.uses, use)
        return self.model_copy(update=changes)

    def _with(self, remaining: Decimal, used_up_as: Standing) -> Self:
        standing = self.standing
        if remaining <= 0:
            standing = used_up_as
        elif standing in (Standing.CONSUMED, Standing.SHIPPED, Standing.SCRAPPED, Standing.VOID):
            standing = Standing.RESERVED if self.reserved_for else Standing.AVAILABLE
        return self.model_copy(update={"remaining": remaining, "standing": standing})

    @model_validator(mode="after")
    def _serial_is_one(self) -> Self:
        if self.is_serial and self.made > 1:
            raise ValueError(f"serial {self.lot_id} would be {self.made} and is one")
        return self


IN_PROGRESS = "work-in-progress"
"""The material of what was consumed for an order and did not come out as a lot yet: a lot without a quantity that joins
reports that name one side only, as EPCIS joins events by their transformationID.
"""

CONTAINER = "container"
"""The material of a container that has no lot of its own yet; nothing is made of it and nobody picks it."""


def require_usable(lot: Lot, on: date, purpose: str | None = None) -> None:
    """Refuse to use or to ship what is held, expired, rejected, reserved for another purpose, packed or used up."""
    if lot.holds:
        causes = ", ".join(f"{each.cause} ({each.reason})" for each in lot.holds)
        raise LotIsHeld(f"lot {lot.lot_id} is held: {causes}")
    if lot.standing is Standing.REJECTED:
        raise LotIsRejected(f"lot {lot.lot_id} is rejected")
    if lot.expires_on is not None and lot.expires_on < on:
        raise LotIsExpired(f"lot {lot.lot_id} expired on {lot.expires_on}")
    if not lot.is_in_stock:
        raise LotIsUsedUp(f"nothing is left of lot {lot.lot_id}: it is {lot.standing}")
    if lot.reserved_for is not None and lot.reserved_for != purpose:
        raise LotIsReserved(f"lot {lot.lot_id} is reserved for {lot.reserved_for}")
    if lot.packed_in is not None:
        raise LotIsPacked(f"lot {lot.lot_id} is packed in {lot.packed_in}")
