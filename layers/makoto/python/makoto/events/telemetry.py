"""Facts that machines told: states, counts, alarms, anomalies."""

from typing import ClassVar

from makoto.domain import DeviceId, Instant, TenantId
from makoto.domain.factory import EquipmentId
from makoto.domain.value import Value
from makoto.events.event import Event


class _MachineEvent(Event):
    """What every fact about a machine says: the device that told it, and the place where it stands."""

    source: ClassVar[str] = "makoto.telemetry"

    tenant_id: TenantId
    device_id: DeviceId
    equipment: EquipmentId


class StateReport(Value):
    """A machine's state from `t` (ms UTC) on: PackML state and mode, reason code and order where it said them."""

    t: int
    packml: int
    mode: int
    reason: int | None = None
    order: str | None = None


class CountReport(Value):
    """A machine's cumulative counters at `t` (ms UTC), by name as the device calls them."""

    t: int
    counters: dict[str, int]


class MachineReported(_MachineEvent):
    """States and counters that came in one write; each is told once, late ones too, in any order."""

    name: ClassVar[str] = "telemetry.machine_reported"

    states: tuple[StateReport, ...] = ()
    counts: tuple[CountReport, ...] = ()


class _AlarmEvent(_MachineEvent):
    """What every fact about an alarm says; `alarm_id` is of this occurrence, `rule_id` of its rule, or `device`."""

    alarm_id: str
    rule_id: str
    metric: str
    severity: int
    at: Instant


class AlarmRaised(_AlarmEvent):
    """A rule's condition held for its delay."""

    name: ClassVar[str] = "telemetry.alarm_raised"

    value: float | None


class AlarmCleared(_AlarmEvent):
    """The value came back over its hysteresis."""

    name: ClassVar[str] = "telemetry.alarm_cleared"


class AlarmAcknowledged(_AlarmEvent):
    """A person has seen it."""

    name: ClassVar[str] = "telemetry.alarm_acknowledged"

    by: str


class AlarmShelved(_AlarmEvent):
    """A person put it aside: until then nobody is told of it."""

    name: ClassVar[str] = "telemetry.alarm_shelved"

    until: Instant
    by: str
    reason: str


class AlarmUnshelved(_AlarmEvent):
    """It lies on the shelf no longer: its time is over, or `by` took it off; if it is active it is raised again."""

    name: ClassVar[str] = "telemetry.alarm_unshelved"

    by: str | None


class AlarmEscalated(_AlarmEvent):
    """Nobody acknowledged it in time."""

    name: ClassVar[str] = "telemetry.alarm_escalated"

    level: int


class AnomalyDetected(_MachineEvent):
    """A metric was not as it used to be; `score` in [0, 1] reached the threshold, `expected` is what was expected.

    `cause` says in words in which way it was strange.
    """

    name: ClassVar[str] = "telemetry.anomaly_detected"

    metric: str
    at: Instant
    value: float
    expected: float
    score: float
    cause: str = ""
