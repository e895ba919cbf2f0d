"""One alarm as it stands: a rule at a metric, its state of ISA-18.2, and its text form."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

MINUTE_MS = 60_000


class AlarmState(StrEnum):
    """States of an alarm (ISA-18.2-2016, figure 4); latched: the condition is gone, the alarm waits for a person."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned_unacknowledged"
    LATCHED = "latched_unacknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"


class Step(StrEnum):
    """What happened to an alarm."""

    RAISED = "raised"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step at `t` (ms UTC) of the alarm raised at `raised_t`; `level` of an escalation, `by` and `said` by whom."""

    step: Step
    t: int
    raised_t: int
    value: float | None = None
    level: int = 0
    by: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """An alarm put aside by a person, from `since` (ms UTC) on, before `until`."""

    since: int
    until: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Point:
    """The memory of one alarm.

    It is judged up to `t`; `value` at `value_t` is the newest usable number. `is_raw` is the condition as the readings
    say it since `raw_t` (value `raw_value`), `is_on` what is left of it after the delays, `is_active` the alarm, which
    a latching one keeps. `is_told` where somebody was told that it is active; `condition` is what it was judged by.
    `unshelved_t` is when it last came off a shelf. Times are ms UTC, -1 where never.
    """

    t: int = -1
    value: float | None = None
    value_t: int = -1
    is_raw: bool = False
    raw_t: int = -1
    raw_value: float | None = None
    is_on: bool = False
    is_active: bool = False
    is_acknowledged: bool = True
    is_suppressed: bool = False
    is_told: bool = False
    raised_t: int = -1
    raised_value: float | None = None
    cleared_t: int = -1
    level: int = 0
    late: int = 0
    acknowledged_by: str = ""
    condition: str = ""
    shelf: Shelf | None = None
    unshelved_t: int = -1

    def is_hidden(self, t: int) -> bool:
        """Tell whether the alarm lay on a shelf at a time."""
        return self.shelf is not None and self.shelf.since <= t < self.shelf.until

    @property
    def state(self) -> AlarmState:
        """The state of ISA-18.2."""
        if self.shelf is not None:
            return AlarmState.SHELVED
        if self.is_suppressed:
            return AlarmState.SUPPRESSED
        if self.is_active and self.is_acknowledged:
            return AlarmState.ACKNOWLEDGED
        if self.is_active:
            return AlarmState.UNACKNOWLEDGED if self.is_on else AlarmState.LATCHED
        return AlarmState.NORMAL if self.is_acknowledged else AlarmState.RETURNED

    @property
    def is_idle(self) -> bool:
        """Tell whether there is nothing that anybody would list."""
        return self.state is AlarmState.NORMAL

    def to_list(self) -> list[object]:
        """Write as a list for JSON, without what it begins with."""
        shelf = self.shelf and [self.shelf.since, self.shelf.until, self.shelf.by, self.shelf.reason]
        given = [shelf if name == "shelf" else getattr(self, name) for name in _NAMES]
        while given and given[-1] == _DEFAULTS[len(given) - 1]:
            given.pop()
        return [int(each) if isinstance(each, bool) else each for each in given]

    @classmethod
    def from_list(cls, given: Sequence[Any]) -> "Point":
        """Read what `to_list` wrote."""
        read: dict[str, Any] = {
            name: bool(each) if type(default) is bool else each
            for name, default, each in zip(_NAMES, _DEFAULTS, given, strict=False)
        }
        if read.get("shelf") is not None:
            read["shelf"] = Shelf(*read["shelf"])
        return cls(**read)


_NAMES = tuple(each.name for each in fields(Point))
_DEFAULTS = tuple(each.default for each in fields(Point))
