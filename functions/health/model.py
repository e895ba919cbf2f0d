"""What readiness means: which parts a request cannot do without, and what is said of each."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from makoto.domain import Value

NEEDED = frozenset({"database", "configuration", "identity"})
"""Without these no request is answered; without the others a feature waits and loses nothing (queue, outbox)."""

OLDEST_AGE_S = 300
"""A message of this age says that ingestion does not keep up: readings are then shown five minutes late."""


class Status(StrEnum):
    """A part's state, and the whole's."""

    READY = "ready"
    NOT_READY = "not_ready"


class Part(Value):
    """One part with its figures. `detail` is one of a closed set of sentences: nothing of a fault's text is in it."""

    name: str
    status: Status
    is_needed: bool
    latency_ms: float
    detail: str
    figures: dict[str, int]


class Readiness(Value):
    """The whole: ready when every needed part is."""

    status: Status
    parts: tuple[Part, ...]

    @property
    def is_ready(self) -> bool:
        return self.status is Status.READY


class Liveness(Value):
    """The process answers."""

    status: str = "live"


def part(name: str, latency_s: float, figures: Mapping[str, int], *, has_answered: bool, is_well: bool) -> Part:
    """Judge one part."""
    detail = _fault(figures, has_answered=has_answered, is_well=is_well)
    counted = ", ".join(f"{figure} {value}" for figure, value in figures.items())
    return Part(
        name=name,
        status=Status.NOT_READY if detail else Status.READY,
        is_needed=name in NEEDED,
        latency_ms=round(latency_s * 1000, 1),
        detail=": ".join(filter(None, (detail or "answers", counted))),
        figures=dict(figures),
    )


def readiness(parts: Sequence[Part]) -> Readiness:
    """Judge the whole."""
    is_missing = any(each.is_needed and each.status is Status.NOT_READY for each in parts)
    return Readiness(status=Status.NOT_READY if is_missing else Status.READY, parts=tuple(parts))


def _fault(figures: Mapping[str, int], *, has_answered: bool, is_well: bool) -> str:
    if not has_answered:
        return "does not answer in time"
    if not is_well:
        return "answers with an error"
    return "does not keep up" if figures.get("oldest_age_s", 0) >= OLDEST_AGE_S else ""
