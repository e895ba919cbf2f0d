"""What a look into a tenant's stores finds, and what a cloud contributes to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from makoto.domain import Value


class Level(StrEnum):
    """How well it stands; a warning stops nothing."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Fix(Value):
    """What to do about it, in words; empty where nothing is to be done."""

    en: str = ""
    ja: str = ""


class Finding(Value):
    """One thing that was looked at; `store` is documents, objects, secrets, llm or platform."""

    check: str
    store: str
    status: Level
    latency_ms: float | None = None
    detail: str = ""
    fix: Fix = Fix()


@dataclass(frozen=True, slots=True)
class Found:
    """What a probe found."""

    status: Level
    detail: str
    fix: Fix = field(default_factory=Fix)


@dataclass(frozen=True, slots=True)
class Probe:
    """One look that only this cloud or product can take; it raises the six kinds where it cannot look."""

    check: str
    store: str
    look: Callable[[], Found]
