"""The standard's words: unit codes (UN/ECE Rec. 20), kinds of measurement (GS1 Web Vocabulary), steps (CBV 2.0)."""

import re
from typing import Final

from makoto.domain.factory import measures

CODES: Final = {
    "pcs": "EA", "dozen": "DZN", "mg": "MGM", "g": "GRM", "kg": "KGM", "t": "TNE", "lb": "LBR", "um": "4H",
    "mm": "MMT", "cm": "CMT", "m": "MTR", "km": "KMT", "in": "INH", "mm2": "MMK", "m2": "MTK", "mL": "MLT",
    "L": "LTR", "m3": "MTQ", "ms": "C26", "s": "SEC", "min": "MIN", "h": "HUR", "K": "KEL", "degC": "CEL",
    "degF": "FAH", "Pa": "PAL", "kPa": "KPA", "MPa": "MPA", "bar": "BAR", "N": "NEW", "kN": "B47", "Nm": "NU",
    "W": "WTT", "kW": "KWT", "kWh": "KWH", "J": "JOU", "A": "AMP", "V": "VLT", "Hz": "HTZ", "rpm": "RPM",
    "m/s": "MTS", "mm/s": "C16", "m/min": "2X", "1": "C62", "%": "P1", "ppm": "59",
}  # fmt: skip
"""Our symbols and their codes."""

SYMBOLS: Final = {code: symbol for symbol, code in CODES.items()} | {"H87": "pcs", "C62": "pcs"}
"""Codes of quantities; pieces have several (each, piece, one)."""

_MEASUREMENTS: Final = {
    "temperature": "Temperature",
    "pressure": "Pressure",
    "force": "Force",
    "torque": "Torque",
    "power": "Power",
    "energy": "Energy",
    "current": "ElectricCurrent",
    "voltage": "Voltage",
    "frequency": "Frequency",
    "speed": "Speed",
    "mass": "Mass",
    "length": "Length",
    "area": "Area",
    "volume": "Volume",
    "time": "Time",
    "count": "Count",
}
_NAMESPACE: Final = re.compile(r"^.*[:/](?:(?:BizStep|Disp|BTT|SDT)-)?")
STEPS_IN: Final = frozenset({"receiving", "accepting", "arriving", "commissioning", "creating_class_instance"})
STEPS_OUT: Final = frozenset({"shipping", "departing", "retail_selling"})


def measurement_of(unit: str) -> str:
    """The kind of measurement of a unit."""
    return _MEASUREMENTS.get(measures(unit), "Dimensionless")


def bare(word: str | None) -> str | None:
    """A word of the vocabulary without its namespace: a URN in EPCIS 1.x, bare or a web URI (`BizStep-…`) in 2.0."""
    return None if word is None else _NAMESPACE.sub("", word)
