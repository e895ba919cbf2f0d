"""Alarm rules: which readings are alarming, for how long they must be, and who is told."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, FiniteFloat

from makoto.domain import DeviceId, Slug, Value
from makoto.domain.factory import EquipmentId, PackmlState, Unit, converted
from makoto.errors import FieldError

DAY_S = 86_400
Delay = Annotated[FiniteFloat, Field(ge=0, le=DAY_S)]


class AlarmCondition(StrEnum):
    """What is alarming (alarm types of ISA-18.2-2016, 3.1 and annex; `inside` is a forbidden band)."""

    HIGH = "high"
    LOW = "low"
    OUTSIDE = "outside"
    INSIDE = "inside"
    DEVIATION = "deviation"
    RATE_OF_CHANGE = "rate_of_change"
    STALE = "stale"
    BAD_QUALITY = "bad_quality"


_C = AlarmCondition
_NEEDS: dict[AlarmCondition, frozenset[str]] = {
    _C.HIGH: frozenset({"high"}),
    _C.LOW: frozenset({"low"}),
    _C.OUTSIDE: frozenset({"high", "low"}),
    _C.INSIDE: frozenset({"high", "low"}),
    _C.DEVIATION: frozenset({"high", "target"}),
    _C.RATE_OF_CHANGE: frozenset({"high"}),
    _C.STALE: frozenset({"stale_after_s"}),
    _C.BAD_QUALITY: frozenset(),
}
_LIMITS = ("high", "low", "target", "stale_after_s")


class AlarmWords(Value):
    """What the operator reads."""

    en: str = Field(min_length=1, max_length=256)
    ja: str = Field(min_length=1, max_length=256)


class AlarmRule(Value):
    """A rule for the metrics that match, of one device, of all below a place, or of the tenant.

    `*` in `metric` stands for any text. `high` is also the greatest deviation from `target`, and the greatest change
    a second; limits are in `unit` where one is named, else in the readings' own. Within `deadband` of a limit an alarm
    stays as it is; the condition must hold for `on_delay_s` and be gone for `off_delay_s`. Severity 1 is information,
    4 critical. A latching alarm stays until it is acknowledged. Outside of `only_in_states` (PackML) it is suppressed.
    Not acknowledged, it is escalated a level at each of `escalate_after_min`.
    """

    rule_id: Slug
    text: AlarmWords
    metric: str = Field(min_length=1, max_length=128)
    condition: AlarmCondition
    device: DeviceId | None = None
    equipment: EquipmentId | None = None
    high: FiniteFloat | None = None
    low: FiniteFloat | None = None
    target: FiniteFloat | None = None
    unit: Unit | None = None
    deadband: FiniteFloat = Field(default=0.0, ge=0)
    stale_after_s: Annotated[FiniteFloat, Field(gt=0, le=30 * DAY_S)] | None = None
    on_delay_s: Delay = 0.0
    off_delay_s: Delay = 0.0
    severity: int = Field(ge=1, le=4)
    latching: bool = False
    only_in_states: tuple[PackmlState, ...] = ()
    escalate_after_min: Annotated[tuple[Annotated[int, Field(ge=1, le=10_080)], ...], Field(max_length=5)] = ()
    longest_shelving_h: int = Field(default=24, ge=1, le=168)
    enabled: bool = True

    @property
    def on_delay_ms(self) -> int:
        """How long the condition must hold; no data for so long is the condition `stale` itself."""
        return round((self.stale_after_s or self.on_delay_s) * 1000)

    @property
    def off_delay_ms(self) -> int:
        return round(self.off_delay_s * 1000)

    def is_suppressed_in(self, packml: int | None) -> bool:
        """Tell whether the machine's state takes the alarm away by design; of an unknown state nothing follows."""
        return bool(self.only_in_states) and packml is not None and packml not in self.only_in_states

    def problems(self) -> Iterator[FieldError]:
        """Find what the fields together say wrong."""
        yield from self._limit_problems()
        yield from self._deadband_problems()
        if self.device is not None and self.equipment is not None:
            yield FieldError("/body/device", "place", "name a device or a place, not both")
        if self.condition is _C.STALE and (self.on_delay_s or self.off_delay_s or self.deadband):
            yield FieldError("/body/on_delay_s", "unused", "`stale` has its own delay and ends with the next reading")
        if self.unit is not None and self.condition in (_C.STALE, _C.BAD_QUALITY):
            yield FieldError("/body/unit", "unused", f"`{self.condition}` compares no quantities")
        if list(self.escalate_after_min) != sorted(set(self.escalate_after_min)):
            yield FieldError("/body/escalate_after_min", "order", "each level comes later than the one before")

    def _limit_problems(self) -> Iterator[FieldError]:
        for name in _LIMITS:
            is_given, is_needed = getattr(self, name) is not None, name in _NEEDS[self.condition]
            if is_given != is_needed:
                detail = f"`{self.condition}` {'needs' if is_needed else 'has no'} `{name}`"
                yield FieldError(f"/body/{name}", "missing" if is_needed else "unused", detail)
        if self.low is not None and self.high is not None and self.low >= self.high:
            yield FieldError("/body/low", "order", "`low` lies below `high`")
        if self.condition in (_C.DEVIATION, _C.RATE_OF_CHANGE) and self.high is not None and self.high <= 0:
            yield FieldError("/body/high", "greater_than", "a greatest difference is greater than 0")

    def _deadband_problems(self) -> Iterator[FieldError]:
        """Find a deadband on the wrong side: so wide that the alarm could never clear."""
        high, low = self.high, self.low
        if self.condition is _C.BAD_QUALITY and self.deadband:
            yield FieldError("/body/deadband", "unused", "a quality has no deadband")
        if high is None:
            return
        widest = None
        if self.condition is _C.OUTSIDE and low is not None:
            widest = (high - low) / 2
        if self.condition in (_C.DEVIATION, _C.RATE_OF_CHANGE):
            widest = high
        if widest is not None and self.deadband >= widest > 0:
            yield FieldError("/body/deadband", "less_than", f"less than {widest:g}, or the alarm never clears")

    def measured_in(self, unit: str | None) -> "AlarmRule":
        """Write the limits in the unit of the readings; raises UnitMismatch where they measure something else."""
        if self.unit is None or unit is None or unit == self.unit:
            return self
        is_difference = self.condition in (_C.DEVIATION, _C.RATE_OF_CHANGE)
        high = _difference if is_difference else _quantity
        return self.model_copy(
            update={
                "high": high(self.high, self.unit, unit),
                "low": _quantity(self.low, self.unit, unit),
                "target": _quantity(self.target, self.unit, unit),
                "deadband": _difference(self.deadband, self.unit, unit),
                "unit": unit,
            }
        )


def _quantity(value: float | None, source: str, target: str) -> float | None:
    return None if value is None else float(converted(Decimal(repr(value)), source, target))


def _difference(value: float | None, source: str, target: str) -> float | None:
    if value is None:
        return None
    return float(converted(Decimal(repr(value)), source, target) - converted(Decimal(0), source, target))
