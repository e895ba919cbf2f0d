"""Whether the parts that the platform stands on answer, asked all at once and within a bound."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

Figures = Mapping[str, int]

WITHIN_S = 2.0


class Probe(Protocol):
    """One part and the question that shows whether it answers."""

    @property
    def name(self) -> str: ...

    def check(self) -> Figures:
        """Ask the part; return its figures by name with the unit in the name, raise whatever goes wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What asking one part brought; no fault and no answer means that it did not answer in time."""

    name: str
    latency_s: float
    has_answered: bool = True
    figures: Figures = field(default_factory=dict)
    fault: Exception | None = None

    @property
    def is_well(self) -> bool:
        return self.has_answered and self.fault is None


class HealthChecks:
    """Asks every part in a thread of its own; a part that hangs costs one thread and no more than `within_s`.

    A part whose last question still hangs is not asked again, so that hanging parts do not pile up threads.
    """

    def __init__(self, probes: Sequence[Probe], within_s: float = WITHIN_S) -> None:
        self._probes = tuple(probes)
        self._within_s = within_s
        self._asking: dict[str, threading.Thread] = {}

    def run(self) -> tuple[Checked, ...]:
        """Ask all parts; answers are in the order of the probes."""
        answers: SimpleQueue[Checked] = SimpleQueue()
        deadline = time.monotonic() + self._within_s
        asked = [probe.name for probe in self._probes if self._ask(probe, answers)]
        come: dict[str, Checked] = {}
        while len(come) < len(asked):
            try:
                answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                break
            come[answer.name] = answer
            self._asking.pop(answer.name, None)  # its thread may need a moment more to end
        return tuple(come.get(probe.name) or self._silent(probe.name) for probe in self._probes)

    def _silent(self, name: str) -> Checked:
        return Checked(name, self._within_s, has_answered=False)

    def _ask(self, probe: Probe, answers: "SimpleQueue[Checked]") -> bool:
        before = self._asking.get(probe.name)
        if before is not None and before.is_alive():
            return False
        thread = threading.Thread(target=lambda: answers.put(_checked(probe)), name=probe.name, daemon=True)
        self._asking[probe.name] = thread
        thread.start()
        return True


def _checked(probe: Probe) -> Checked:
    start = time.monotonic()
    try:
        figures = probe.check()
    except Exception as fault:  # noqa: BLE001  the outermost frame of the thread: any fault is the part's answer
        return Checked(probe.name, time.monotonic() - start, fault=fault)
    return Checked(probe.name, time.monotonic() - start, figures=figures)
