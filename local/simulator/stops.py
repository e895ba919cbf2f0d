"""Random stops: exponential times between failures and to repair."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from local.simulator.reasons import Reason


@dataclass(frozen=True, slots=True)
class Cause:
    """`mtbf_s` counts time in production only; an aborting cause is a fault, another holds the machine."""

    reason: Reason
    mtbf_s: float
    mttr_s: float
    aborts: bool = False


class Breakdowns:
    """Draw the next failure of each cause; at most one is active."""

    def __init__(self, causes: Sequence[Cause], rng: Random) -> None:
        self._rng = rng
        self._due_s = [(cause, self._life_s(cause)) for cause in causes]
        self._repair_s = 0.0
        self.active: Cause | None = None

    def step(self, dt_s: float, *, producing: bool, stress: float = 1.0) -> None:
        """Age the causes while producing; `stress` above 1 (a worn tool) brings failures forward."""
        if self.active is not None:
            self._repair(dt_s)
        elif producing:
            self._age(dt_s * stress)

    def strike(self, cause: Cause, repair_s: float) -> None:
        """Fail now, whatever was drawn, for so long."""
        self.active, self._repair_s = cause, repair_s

    def _repair(self, dt_s: float) -> None:
        self._repair_s -= dt_s
        if self._repair_s <= 0:
            self.active = None

    def _age(self, dt_s: float) -> None:
        self._due_s = [(cause, due - dt_s) for cause, due in self._due_s]
        for index, (cause, due) in enumerate(self._due_s):
            if due <= 0:
                self.active = cause
                self._repair_s = max(20.0, self._rng.expovariate(1 / cause.mttr_s))
                self._due_s[index] = (cause, self._life_s(cause))
                return

    def _life_s(self, cause: Cause) -> float:
        return self._rng.expovariate(1 / cause.mtbf_s)
