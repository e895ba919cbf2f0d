"""A sweep: one decision about many lots (hold, release, scrap …), done in steps that a crash may interrupt."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.traceability.model import LotId, Text
from makoto.domain import Instant, Value
from makoto.domain.factory import EquipmentId
from makoto.errors import Invalid, NotFound

SweepId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,159}$")]
MAX_ROOTS = 2000
PAGE_LOTS = 250
"""Lots a page of the work list."""

MAX_ROUNDS = 20
"""A round begins where lots came to be affected while the round before was at work; each is far smaller than it."""


class SweepNotFound(NotFound):
    """There is no such hold or release."""


class CauseIsTaken(Invalid):
    """The cause is one of the platform's own."""


class SweepAction(StrEnum):
    """What is done to each lot."""

    HOLD = "hold"
    TRACE = "trace"  # find them only
    RELEASE = "release"
    SCRAP = "scrap"
    REJECT = "reject"
    REWORK = "rework"  # released, and reserved for the rework


class Scope(Value):
    """Which lots: those named and those made at a place in a time, and all that came of them.

    With `from_origin` the named lots are first traced back to what was received (of `supplier_lot` where it is given),
    and all that came of that counts. A window keeps the lots that came to be within it.
    """

    lots: Annotated[tuple[LotId, ...], Field(max_length=MAX_ROOTS)] = ()
    equipment: EquipmentId | None = None
    since: Instant | None = None
    until: Instant | None = None
    supplier_lot: Text | None = None
    from_origin: bool = False
    is_downstream: bool = True


class Sweep(Value):
    """How far one is. `pages` of the work list are written, `page` is the next to do; `step` counts its events."""

    sweep_id: SweepId
    cause: Text
    reason: Text
    action: SweepAction
    origin: Literal["non_conformance", "recall", "person"]
    scope: Scope
    phase: Literal["tracing", "applying", "done"] = "tracing"
    rounds: int = 0
    pages: int = 0
    page: int = 0
    lots: int = 0
    changed: int = 0
    is_stopped: bool = False
    is_late: bool = False
    """Nobody asked for it: an activity told late began it."""

    opened_at: Instant
    opened_by: str
    done_at: Instant | None = None
    step: int = 0

    @property
    def is_done(self) -> bool:
        return self.phase == "done"

    @property
    def takes_given_lots(self) -> bool:
        """Whether the named lots are all there is to do; without any it is whatever is held for the cause."""
        return self.action not in (SweepAction.HOLD, SweepAction.TRACE)
