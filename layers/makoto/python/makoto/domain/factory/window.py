"""Stretches of time: half-open, in milliseconds since 1970-01-01 UTC."""

from typing import Self

from pydantic import model_validator

from makoto.domain.time import Instant, instant_from_ms, ms_from_instant
from makoto.domain.value import Value


class Window(Value):
    """From `start` until just before `end`."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")
        return self

    @property
    def start_ms(self) -> int:
        return ms_from_instant(self.start)

    @property
    def end_ms(self) -> int:
        return ms_from_instant(self.end)

    @classmethod
    def of_ms(cls, start_ms: int, end_ms: int) -> Self:
        """From milliseconds."""
        return cls(start=instant_from_ms(start_ms), end=instant_from_ms(end_ms))
