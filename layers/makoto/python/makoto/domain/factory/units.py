"""Units of measure, by UN/ECE Recommendation 20's symbols, and what converts into what."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from pydantic import AfterValidator


class UnitMismatch(ValueError):
    """The two units measure different things."""


class UnknownUnit(ValueError):
    """No unit of that symbol is known."""


_F = Fraction
UNITS: Final[dict[str, tuple[str, Fraction, Fraction]]] = {
    # symbol: what it measures, factor and offset to the base unit: base = value * factor + offset
    "pcs": ("count", _F(1), _F(0)),
    "dozen": ("count", _F(12), _F(0)),
    "mg": ("mass", _F(1, 1_000_000), _F(0)),
    "g": ("mass", _F(1, 1000), _F(0)),
    "kg": ("mass", _F(1), _F(0)),
    "t": ("mass", _F(1000), _F(0)),
    "lb": ("mass", _F(45359237, 100_000_000), _F(0)),
    "um": ("length", _F(1, 1_000_000), _F(0)),
    "mm": ("length", _F(1, 1000), _F(0)),
    "cm": ("length", _F(1, 100), _F(0)),
    "m": ("length", _F(1), _F(0)),
    "km": ("length", _F(1000), _F(0)),
    "in": ("length", _F(254, 10_000), _F(0)),
    "mm2": ("area", _F(1, 1_000_000), _F(0)),
    "m2": ("area", _F(1), _F(0)),
    "mL": ("volume", _F(1, 1_000_000), _F(0)),
    "L": ("volume", _F(1, 1000), _F(0)),
    "m3": ("volume", _F(1), _F(0)),
    "ms": ("time", _F(1, 1000), _F(0)),
    "s": ("time", _F(1), _F(0)),
    "min": ("time", _F(60), _F(0)),
    "h": ("time", _F(3600), _F(0)),
    "K": ("temperature", _F(1), _F(0)),
    "degC": ("temperature", _F(1), _F(27315, 100)),
    "degF": ("temperature", _F(5, 9), _F(45967, 180)),
    "Pa": ("pressure", _F(1), _F(0)),
    "kPa": ("pressure", _F(1000), _F(0)),
    "MPa": ("pressure", _F(1_000_000), _F(0)),
    "bar": ("pressure", _F(100_000), _F(0)),
    "N": ("force", _F(1), _F(0)),
    "kN": ("force", _F(1000), _F(0)),
    "Nm": ("torque", _F(1), _F(0)),
    "W": ("power", _F(1), _F(0)),
    "kW": ("power", _F(1000), _F(0)),
    "kWh": ("energy", _F(3_600_000), _F(0)),
    "J": ("energy", _F(1), _F(0)),
    "A": ("current", _F(1), _F(0)),
    "V": ("voltage", _F(1), _F(0)),
    "Hz": ("frequency", _F(1), _F(0)),
    "rpm": ("frequency", _F(1, 60), _F(0)),
    "m/s": ("speed", _F(1), _F(0)),
    "mm/s": ("speed", _F(1, 1000), _F(0)),
    "m/min": ("speed", _F(1, 60), _F(0)),
    "1": ("ratio", _F(1), _F(0)),
    "%": ("ratio", _F(1, 100), _F(0)),
    "ppm": ("ratio", _F(1, 1_000_000), _F(0)),
}
"""Exact factors (BIPM SI brochure 9th edition; pound and inch by the agreement of 1959)."""


def measures(unit: str) -> str:
    """What a unit measures."""
    if unit not in UNITS:
        raise UnknownUnit(f"{unit!r} is no known unit; known are {', '.join(UNITS)}")
    return UNITS[unit][0]


def converted(value: Decimal, source: str, target: str) -> Decimal:
    """The same quantity in another unit, exact to 28 digits."""
    if measures(source) != measures(target):
        raise UnitMismatch(f"{source} ({measures(source)}) does not convert to {target} ({measures(target)})")
    if source == target:
        return value
    _, factor, offset = UNITS[source]
    _, over, less = UNITS[target]
    exact = (Fraction(value) * factor + offset - less) / over
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _known(unit: str) -> str:
    measures(unit)
    return unit


Unit = Annotated[str, AfterValidator(_known)]
"""A symbol of `UNITS`."""
