"""Alarms: limits on measured quantities, and the stops that call a person."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.simulator.reasons import Reason


@dataclass(frozen=True, slots=True)
class Alarm:
    """`severity` 1 (information) to 4 (critical)."""

    id: str
    severity: int
    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Active above `limit`, cleared below `clears_at`, so that noise does not chatter."""

    alarm: Alarm
    metric: str
    limit: float
    clears_at: float

    def is_active(self, value: float, was_active: bool) -> bool:
        return value > (self.clears_at if was_active else self.limit)


def stop_alarm(reason: Reason) -> Alarm:
    return Alarm(f"stop-{reason.code}", reason.severity, reason.en, reason.ja)


def active_limits(limits: tuple[Limit, ...], values: Mapping[str, float], before: frozenset[Alarm]) -> frozenset[Alarm]:
    return frozenset(one.alarm for one in limits if one.is_active(values[one.metric], one.alarm in before))
