"""Use case of health: ask every part and judge the whole."""

from functions.health import model
from functions.health.model import Readiness
from makoto.ports.health import Checked, HealthChecks

__all__ = ["HealthChecks", "check_readiness"]


def check_readiness(checks: HealthChecks) -> tuple[Readiness, tuple[Checked, ...]]:
    """Return the judgement for the caller and what was found for the log."""
    found = checks.run()
    parts = [
        model.part(each.name, each.latency_s, each.figures, has_answered=each.has_answered, is_well=each.is_well)
        for each in found
    ]
    return model.readiness(parts), found
