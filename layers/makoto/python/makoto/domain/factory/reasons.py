"""Why a machine does not produce: a tree of codes, and what its time counts as."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from makoto.domain.value import Value

ReasonCode = Annotated[int, Field(ge=1, le=999_999)]


class TimeCategory(StrEnum):
    """What a stop with this reason counts as in the time model of ISO 22400-2."""

    PLANNED = "planned"  # planned downtime: outside the planned busy time
    SETUP = "setup"  # ASUT
    DELAY_INTERNAL = "delay_internal"  # ADET, the unit's own cause
    DELAY_EXTERNAL = "delay_external"  # ADET, blocked or starved
    CORRECTIVE_MAINTENANCE = "corrective_maintenance"  # CMT, and a failure event
    PREVENTIVE_MAINTENANCE = "preventive_maintenance"  # PMT
    NO_ORDER = "no_order"  # ADOT


class Loss(StrEnum):
    """The big losses of TPM (Nakajima)."""

    BREAKDOWN = "breakdown"
    SETUP = "setup"
    MINOR_STOP = "minor_stop"
    SPEED = "speed"
    REJECT = "reject"
    STARTUP_REJECT = "startup_reject"


class Reason(Value):
    """A node of the tree; who has no parent stands at the top. A code in a range without a node of its own is the
    range's."""

    kind: Literal["reason"] = "reason"
    id: Annotated[str, Field(pattern=r"^[1-9]\d{0,5}$")]
    parent: Annotated[str, Field(pattern=r"^[1-9]\d{0,5}$")] | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)]
    name_ja: Annotated[str, Field(max_length=200)] = ""
    category: TimeCategory
    loss: Loss | None = None

    @property
    def code(self) -> int:
        return int(self.id)


_T, _L = TimeCategory, Loss
STANDARD: Final = tuple(
    Reason(id=str(code), name=name, name_ja=ja, category=category, loss=loss)
    for code, name, ja, category, loss in (
        (20000, "Slow", "速度低下", _T.DELAY_INTERNAL, _L.SPEED),
        (60000, "Inlet jam", "入口詰まり", _T.DELAY_INTERNAL, _L.MINOR_STOP),
        (70000, "Outlet jam", "出口詰まり", _T.DELAY_INTERNAL, _L.MINOR_STOP),
        (100000, "Process", "工程", _T.DELAY_INTERNAL, _L.MINOR_STOP),
        (140000, "Operator", "作業者", _T.DELAY_INTERNAL, _L.MINOR_STOP),
        (140010, "Setup", "段取り", _T.SETUP, _L.SETUP),
        (160000, "No shift", "シフト外", _T.PLANNED, None),
        (170000, "No order", "オーダーなし", _T.NO_ORDER, None),
        (180000, "Equipment failure", "設備故障", _T.CORRECTIVE_MAINTENANCE, _L.BREAKDOWN),
        (190000, "External, upstream", "前工程待ち", _T.DELAY_EXTERNAL, _L.MINOR_STOP),
        (200000, "External, downstream", "後工程待ち", _T.DELAY_EXTERNAL, _L.MINOR_STOP),
        (210000, "Preventive maintenance", "予防保全", _T.PREVENTIVE_MAINTENANCE, None),
        (220000, "Technical, other", "技術その他", _T.DELAY_INTERNAL, _L.BREAKDOWN),
    )
)
"""The public code ranges of United Manufacturing Hub (factory-domain 2); a tenant's own reasons stand before them."""


def reason_of(code: int, own: dict[int, Reason]) -> Reason | None:
    """The reason of a code: the tenant's own, else the standard range that it falls into, up to 229999."""
    if code in own:
        return own[code]
    ranges = [each for each in STANDARD if each.code <= code]
    return ranges[-1] if ranges and code < 230_000 else None
