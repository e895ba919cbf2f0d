"""What every part of quality shares: identifiers, who changed what, and what can be against it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from makoto.domain import Instant, Slug, Value
from makoto.errors import Conflict, FieldError, Invalid, NotFound

AHEAD = timedelta(minutes=5)
"""How far a clock on the shop floor may be ahead of ours."""

MAX_HISTORY = 50

LotId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+()-]{0,79}$")]
"""A lot or a serial as it is written on the label."""

RecordId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$")]
"""What the sender calls a result or a point, so that sending it again changes nothing."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Person = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Cursor = Annotated[str, StringConstraints(max_length=2048)]
Measured = Annotated[Decimal, Field(max_digits=28, decimal_places=18, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**9)]
Some = Annotated[int, Field(ge=1, le=10**9)]


class NoSuchPlan(NotFound):
    """The tenant has no such inspection plan, or not in this version."""


class NoSuchChart(NotFound):
    """The tenant has no such control chart."""


class NoSuchNonConformance(NotFound):
    """The tenant has no such non-conformance."""


class NoSuchCapa(NotFound):
    """The tenant has no such corrective or preventive action."""


class NoSuchStudy(NotFound):
    """The tenant has no such gauge study."""


class AlreadyExists(Conflict):
    """The id is taken by something else."""


class ChangedMeanwhile(Conflict):
    """Another request changed it first; read it and decide again."""


class Change(Value):
    """One line of a history."""

    at: Instant
    by: str
    what: str


class Listing(Value):
    """Which page of a listing."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor | None = None


class ResultWindow(Listing):
    """From `start` until just before `end`; open where one is missing."""

    start: Instant | None = None
    end: Instant | None = None


def noted(history: tuple[Change, ...], change: Change) -> tuple[Change, ...]:
    """The history with one line more; the oldest go first."""
    return (*history, change)[-MAX_HISTORY:]


def broken(pointer: str, rule: str, detail: str) -> Invalid:
    """Word a broken rule of what was sent."""
    return Invalid(f"{pointer}: {detail}", errors=[FieldError(pointer, rule, detail)])


def require_past(at: datetime, now: datetime, pointer: str) -> None:
    """Refuse an instant that has not come."""
    if at > now + AHEAD:
        raise broken(pointer, "future", f"{at.isoformat()} has not come yet")


__all__ = [
    "AHEAD",
    "AlreadyExists",
    "Change",
    "ChangedMeanwhile",
    "Count",
    "Cursor",
    "Listing",
    "LotId",
    "Measured",
    "NoSuchCapa",
    "NoSuchChart",
    "NoSuchNonConformance",
    "NoSuchPlan",
    "NoSuchStudy",
    "Person",
    "RecordId",
    "ResultWindow",
    "Slug",
    "Some",
    "Text",
    "Title",
    "broken",
    "noted",
    "require_past",
]
