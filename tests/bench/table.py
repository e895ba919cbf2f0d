"""How a measurement is said: beside a reference of the same run, as a ratio, with what is aimed at."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """`measured` and `reference` in one unit; the aim is a bound of their ratio."""

    name: str
    measured: float
    reference: float
    aim: float
    bound: str = "at most"

    @property
    def ratio(self) -> float:
        return self.measured / self.reference

    @property
    def is_met(self) -> bool:
        return self.ratio >= self.aim if self.bound == "at least" else self.ratio <= self.aim


def print_table(rows: Sequence[Row]) -> None:
    """Print one row a measurement."""
    table = Table("what", "measured", "reference", "ratio", "aim", "met", header_style="bold")
    for row in rows:
        aim = f"{row.bound} {row.aim:g} x"
        met = "yes" if row.is_met else "no"
        table.add_row(row.name, f"{row.measured:,.1f}", f"{row.reference:,.1f}", f"{row.ratio:.2f} x", aim, met)
    Console(width=130).print(table)
