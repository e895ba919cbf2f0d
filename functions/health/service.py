"""Use case of health: ask every part and judge the whole."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.health import model
from functions.health.model import Readiness
from makoto.ports.clock import Clock
from makoto.ports.health import Checked, HealthChecks

__all__ = ["FRESH", "HealthChecks", "Watch", "check_readiness"]

FRESH = timedelta(seconds=5)
"""How long an answer holds. Anybody may ask, and asking costs a connection to Aurora and calls that are billed."""


@dataclass
class Watch:
    """Asks the parts at most once in `FRESH`, whoever asks how often."""

    checks: HealthChecks
    clock: Clock
    _seen: tuple[datetime, Readiness] | None = field(default=None, init=False)

    def readiness(self) -> tuple[Readiness, tuple[Checked, ...]]:
        """Return the judgement, and what was found for the log where the parts were asked."""
        now = self.clock.now()
        if self._seen is not None and now < self._seen[0] + FRESH:
            return self._seen[1], ()
        readiness, found = check_readiness(self.checks)
        self._seen = (now, readiness)
        return readiness, found


def check_readiness(checks: HealthChecks) -> tuple[Readiness, tuple[Checked, ...]]:
    """Return the judgement for the caller and what was found for the log."""
    found = checks.run()
    parts = [
        model.part(each.name, each.latency_s, each.figures, has_answered=each.has_answered, is_well=each.is_well)
        for each in found
    ]
    return model.readiness(parts), found
