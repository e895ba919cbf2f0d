"""Facts about how equipment performs."""

from typing import ClassVar, Literal

from makoto.domain import Instant, TenantId
from makoto.domain.factory import EquipmentId
from makoto.events.event import Event


class _EquipmentEvent(Event):
    """What every fact about equipment says."""

    source: ClassVar[str] = "makoto.performance"

    tenant_id: TenantId
    equipment: EquipmentId


class MachineStopped(_EquipmentEvent):
    """A unit that was executing is not; `reason` where it is known already."""

    name: ClassVar[str] = "performance.machine_stopped"

    at: Instant
    packml: int
    reason: int | None = None


class MachineStarted(_EquipmentEvent):
    """A unit executes again."""

    name: ClassVar[str] = "performance.machine_started"

    at: Instant
    stopped_at: Instant | None = None


class DowntimeClassified(_EquipmentEvent):
    """A person said why a unit stood."""

    name: ClassVar[str] = "performance.downtime_classified"

    start: Instant
    end: Instant
    reason: int
    by: str


class FactsChanged(_EquipmentEvent):
    """Facts of a stretch that lies back came late or were corrected: figures over it are computed again."""

    name: ClassVar[str] = "performance.facts_changed"

    start: Instant
    end: Instant


class FiguresRestated(Event):
    """Late or corrected facts changed figures that were reported: `before` and `after` are the OEE, absent if null."""

    name: ClassVar[str] = "performance.figures_restated"
    source: ClassVar[str] = "makoto.performance"

    tenant_id: TenantId
    equipment: EquipmentId | Literal[""]
    """A place, or nothing for the enterprise."""

    start: Instant
    end: Instant
    revision: int
    before: float | None
    after: float | None
