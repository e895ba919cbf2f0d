"""What a caller sees of alarms and anomalies."""

from functions.telemetry.watches import Watch
from makoto.analytics.alarms import AlarmRule, AlarmState, AlarmWords, Step
from makoto.domain import Instant, Value


class AlarmRuleItem(Value):
    """A rule as it is in force; `never_seen` where no device has sent a metric that it is about."""

    rule: AlarmRule
    revision: int
    changed_at: str
    changed_by: str
    never_seen: bool


class AlarmRuleVersion(Value):
    """A version of a rule."""

    revision: int
    changed_at: str
    changed_by: str
    is_removed: bool
    rule: AlarmRule


class ShelfItem(Value):
    """Until when an alarm is put aside, by whom and why."""

    until: Instant
    by: str
    reason: str


class StandingAlarm(Value):
    """An alarm that is not normal; `late` readings came too late to count, `value` is the one that raised it."""

    alarm_id: str
    rule_id: str
    device: str
    equipment: str
    metric: str
    severity: int
    text: AlarmWords
    state: AlarmState
    is_active: bool
    raised_at: Instant | None
    cleared_at: Instant | None
    value: float | None
    acknowledged_by: str | None
    escalation: int
    late: int
    shelf: ShelfItem | None


class AlarmSummary(Value):
    """Figures of the listed alarms, whatever page; more than ten raised in ten minutes are a flood (ISA-18.2)."""

    active: int
    unacknowledged: int
    shelved: int
    suppressed: int
    by_severity: dict[int, int]
    raised_in_10_min: int
    is_flood: bool


class StandingAlarms(Value):
    """A page of alarms, active and severe ones first."""

    items: tuple[StandingAlarm, ...]
    summary: AlarmSummary
    next_cursor: str | None = None


class AlarmStep(Value):
    """What happened to an alarm."""

    step: Step
    at: Instant
    value: float | None
    level: int
    by: str | None
    said: str | None


class AlarmHistory(Value):
    """Everything that happened to one occurrence of an alarm, and its rule's metric."""

    alarm_id: str
    rule_id: str
    device: str
    metric: str
    severity: int
    steps: tuple[AlarmStep, ...]


class StreamItem(Value):
    """A watched metric: up to when it is scored, whether its last reading was an anomaly, how many came too late."""

    metric: str
    scored_to: Instant | None
    is_anomalous: bool
    late: int


class WatchItem(Value):
    """A watch in force: its threshold, its metrics, anomalies that were told or only counted, metrics refused."""

    watch: Watch
    threshold: float
    streams: tuple[StreamItem, ...]
    told: int
    untold: int
    refused: int


class AnomalyItem(Value):
    """A reading that was not as expected; `of_the_machine` where all metrics were scored as one."""

    device: str
    equipment: str
    metric: str
    at: Instant
    value: float
    expected: float
    score: float
    cause: str
    of_the_machine: bool
