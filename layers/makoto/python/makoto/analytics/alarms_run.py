"""The steps of an alarm under evaluation: ends of delays, raising, clearing, the end of a shelf."""

from dataclasses import dataclass, field, replace
from typing import Any

from makoto.analytics.alarms_point import Point, Step, Transition
from makoto.analytics.alarms_rule import AlarmRule


@dataclass(slots=True)
class Run:
    """An alarm on its way through some readings, and what happened to it so far."""

    rule: AlarmRule
    point: Point
    steps: list[Transition] = field(default_factory=list)

    def change(self, **changes: Any) -> None:
        """Change fields of the point."""
        self.point = replace(self.point, **changes)

    def tell(self, step: Step, t: int, value: float | None = None, *, level: int = 0, by: str = "") -> None:
        self.steps.append(Transition(step, t, self.point.raised_t, value, level, by))

    def deadline(self) -> int | None:
        """Tell when the delay under way ends."""
        point = self.point
        if point.is_raw == point.is_on or point.is_suppressed:
            return None
        return point.raw_t + (self.rule.on_delay_ms if point.is_raw else self.rule.off_delay_ms)

    def advance(self, t: int) -> None:
        """Let everything happen that is due by a time, in its order."""
        while True:
            deadline, shelf = self.deadline(), self.point.shelf
            if shelf is not None and shelf.until <= t and (deadline is None or shelf.until < deadline):
                self.end_shelf(t)
            elif deadline is not None and deadline <= t:
                self._switch(deadline)
            else:
                return

    def _switch(self, t: int) -> None:
        self.change(is_on=self.point.is_raw, t=max(t, self.point.t))
        if self.point.is_on:
            self._raise(t)
        else:
            self.condition_gone(t)

    def _raise(self, t: int) -> None:
        if self.point.is_active:
            return
        is_told = not self.point.is_hidden(t)
        self.change(
            is_active=True,
            is_acknowledged=False,
            is_told=is_told,
            raised_t=t,
            raised_value=self.point.raw_value,
            cleared_t=-1,
            level=0,
            acknowledged_by="",
        )
        if is_told:
            self.tell(Step.RAISED, t, self.point.raised_value)

    def condition_gone(self, t: int) -> None:
        """Clear, unless the alarm waits for a person."""
        if self.point.is_active and (self.point.is_acknowledged or not self.rule.latching):
            self.clear(t)

    def clear(self, t: int) -> None:
        """End the alarm; where nobody was told of it, nobody is told of its end."""
        is_told = self.point.is_told
        self.change(is_active=False, is_told=False, cleared_t=t)
        if is_told:
            self.tell(Step.CLEARED, t)

    def end_shelf(self, now: int, by: str = "") -> None:
        """Take the alarm off a shelf whose time is over; one that is active and not acknowledged is told again."""
        shelf = self.point.shelf
        if shelf is None or shelf.until > now:
            return
        self.change(shelf=None, unshelved_t=shelf.until)
        self.tell(Step.UNSHELVED, shelf.until, by=by)
        if self.point.is_active and not (self.point.is_told and self.point.is_acknowledged):
            self.change(is_told=True)
            self.tell(Step.RAISED, shelf.until, self.point.raised_value)
