"""Facts about the quality of what is made."""

from decimal import Decimal
from typing import ClassVar

from makoto.domain import Instant, Slug, TenantId
from makoto.domain.factory import EquipmentId, MaterialId, Unit
from makoto.events.event import Event


class _QualityEvent(Event):
    """What every fact about quality says."""

    source: ClassVar[str] = "makoto.quality"

    tenant_id: TenantId


class InspectionRecorded(_QualityEvent):
    """A sample was inspected against its characteristic's tolerance."""

    name: ClassVar[str] = "quality.inspection_recorded"

    result_id: str
    characteristic: Slug
    lot_id: str | None
    is_conforming: bool
    at: Instant


class LotJudged(_QualityEvent):
    """A lot was accepted or not by the sampling plan of one characteristic (ISO 2859-1)."""

    name: ClassVar[str] = "quality.lot_judged"

    plan_id: Slug
    characteristic: Slug
    lot_id: str
    product: MaterialId
    is_accepted: bool
    inspected: int
    nonconforming: int


class SpcSignalRaised(_QualityEvent):
    """A control chart shows a special cause: the rules that the point broke, by their names.

    `since` is when the process was last seen in control, or when the present limits or run began.
    """

    name: ClassVar[str] = "quality.spc_signal_raised"

    chart_id: Slug
    characteristic: Slug
    point: int
    at: Instant
    rules: tuple[str, ...]
    value: float
    lots: tuple[str, ...] = ()
    point_id: str = ""
    product: MaterialId | None = None
    equipment: EquipmentId | None = None
    since: Instant | None = None


class NonConformanceOpened(_QualityEvent):
    """Something does not conform, or may not: `lots` are those it was seen in, to be traced and held.

    `equipment` with the window from `since` on names what else may be affected, where it is known. Told again for the
    same `nc_id` when more joins it: `telling` counts from 1, and the lots are those that came with it, to be traced and
    held too. Each telling wants an answer of its own (`LotsTraced`).
    """

    name: ClassVar[str] = "quality.non_conformance_opened"

    nc_id: str
    title: str
    product: MaterialId | None
    lots: tuple[str, ...] = ()
    equipment: EquipmentId | None = None
    since: Instant | None = None
    is_hold_wanted: bool = True
    telling: int = 1


class NonConformanceDispositioned(_QualityEvent):
    """It was decided what becomes of these lots: use_as_is, rework, regrade, return_to_supplier or scrap.

    With `is_partial` it is decided of `quantity` of the one lot named; the rest of it waits for a decision of its own.
    """

    name: ClassVar[str] = "quality.non_conformance_dispositioned"

    nc_id: str
    disposition: str
    lots: tuple[str, ...]
    quantity: Decimal | None = None
    unit: Unit | None = None
    is_partial: bool = False


class NonConformanceClosed(_QualityEvent):
    """Every affected lot has its disposition and every action is done."""

    name: ClassVar[str] = "quality.non_conformance_closed"

    nc_id: str


class CapaOpened(_QualityEvent):
    """A cause is to be removed (ISO 9001, 10.2)."""

    name: ClassVar[str] = "quality.capa_opened"

    capa_id: str
    nc_id: str | None
    due_at: Instant | None


class CapaClosed(_QualityEvent):
    """The action was done and found effective, or not."""

    name: ClassVar[str] = "quality.capa_closed"

    capa_id: str
    is_effective: bool
