"""What can be asked of alarms, watches and anomalies, and what may be wrong with it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.telemetry.model import Cursor
from makoto.analytics.alarms import AlarmState
from makoto.domain import DeviceId, Instant, Slug, Value
from makoto.domain.factory import EquipmentId
from makoto.errors import Conflict, Invalid, NotFound

AlarmId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62}\.[0-9a-f]{10}\.[0-9]{1,16}$"),
]
"""Device, rule, a digest of the metric, and when it was raised (ms UTC)."""

RuleId = Slug


class UnknownAlarmRule(NotFound):
    """The tenant has no such rule."""


class UnknownAlarm(NotFound):
    """The alarm is not standing, or never was."""


class BadAlarmRule(Invalid):
    """The rule contradicts itself."""


class BadShelving(Invalid):
    """The alarm cannot be put aside for so long."""


class UnknownWatch(NotFound):
    """The device is not watched."""


class BadWatch(Invalid):
    """The watch contradicts itself."""


class TooManyAlarmRules(Conflict):
    """The tenant has as many rules as it may have."""


class AlertingChanged(Conflict):
    """Another one changed rules or watches at the same time; trying again is right."""


class AlarmsInUse(Conflict):
    """Others kept changing the alarms of the same device; trying again is right."""


class AskAlarmRules(Value):
    """The rules in the order of their ids."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: Cursor | None = None


class AskAlarms(Value):
    """Alarms that are not normal, of the whole tenant or of what is named."""

    equipment: EquipmentId | None = None
    device: DeviceId | None = None
    severity: int | None = Field(default=None, ge=1, le=4)
    state: AlarmState | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: Cursor | None = None


class AcknowledgeAlarm(Value):
    """Say that a person has seen an alarm."""

    comment: str = Field(default="", max_length=500)


class ShelveAlarm(Value):
    """Put an alarm aside until a time."""

    until: Instant
    reason: str = Field(min_length=1, max_length=120)


class AskAnomalies(Value):
    """Anomalies, the newest first, of one device or of all that are watched."""

    device: DeviceId | None = None
    start: Instant | None = None
    end: Instant | None = None
    limit: int = Field(default=100, ge=1, le=500)
    cursor: Cursor | None = None
