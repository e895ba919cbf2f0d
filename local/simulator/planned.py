"""Stops that come after so much running: cleaning, defrost, film and tool changes."""

from dataclasses import dataclass

from local.simulator.reasons import Reason


@dataclass(slots=True)
class PlannedStop:
    """Due after `every_s` of production, done after `lasts_s` in the held state."""

    reason: Reason
    every_s: float
    lasts_s: float
    ran_s: float = 0.0
    done_s: float = 0.0

    @property
    def due(self) -> bool:
        return self.ran_s >= self.every_s

    def step(self, dt_s: float, *, producing: bool, held: bool) -> bool:
        """Return true at the end of the stop, when its effect (a new tool, a clean vessel) takes place."""
        if producing:
            self.ran_s += dt_s
        if not (self.due and held):
            return False
        self.done_s += dt_s
        if self.done_s < self.lasts_s:
            return False
        self.ran_s = self.done_s = 0.0
        return True
