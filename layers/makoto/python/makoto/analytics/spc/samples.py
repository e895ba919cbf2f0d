"""What was measured or counted, in order of time, checked once: the input of every chart."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from makoto.errors import FieldError, Invalid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

MOST_UNITS = 50


class UnusableSamples(Invalid):
    """What was measured cannot be charted; the pointer names the sample."""

    def __init__(self, pointer: str, rule: str, detail: str) -> None:
        super().__init__(f"{pointer}: {detail}", errors=[FieldError(pointer, rule, detail)])


@dataclass(frozen=True, eq=False)
class Samples:
    """Columns: `values` is (samples, most units of one) with NaN where a unit is missing; of vectors one axis more.

    `sizes`: inspected units of counts. `restarts`: at these samples the process began anew, so no run reaches back.
    """

    values: "Floats"
    sizes: "Floats | None"
    restarts: "NDArray[np.bool_]"

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def units(self) -> "NDArray[np.int64]":
        """How many values each sample has."""
        import numpy as np

        present = ~np.isnan(self.values)
        counted: NDArray[np.int64] = present.reshape(len(self), -1).sum(axis=1)
        return counted

    @cached_property
    def is_full(self) -> bool:
        """Nothing is missing."""
        return int(self.units.sum()) == self.values.size

    def part(self, first: int, last: int) -> "Samples":
        """The samples from `first` to before `last`."""
        sizes = None if self.sizes is None else self.sizes[first:last]
        return Samples(self.values[first:last], sizes, self.restarts[first:last])


def subgroups(rows: "Sequence[Sequence[float | None]] | Floats", *, restarts: Collection[int] = ()) -> Samples:
    """Take subgroups of one to fifty measurements, of whatever sizes; None (in an array NaN) is a missing one."""
    import numpy as np

    if isinstance(rows, np.ndarray):
        return _samples(_array(rows, 2), None, restarts)
    most = max((len(row) for row in rows), default=0)
    if most > MOST_UNITS:
        place = next(place for place, row in enumerate(rows) if len(row) > MOST_UNITS)
        raise UnusableSamples(f"/samples/{place}", "subgroup_size", f"at most {MOST_UNITS} values")
    values = np.full((len(rows), max(most, 1)), np.nan)
    for place, row in enumerate(rows):
        values[place, : len(row)] = [_number(value, f"/samples/{place}/{unit}") for unit, value in enumerate(row)]
    return _samples(values, None, restarts)


def individuals(values: "Sequence[float | None] | Floats", *, restarts: Collection[int] = ()) -> Samples:
    """Take single measurements; None (in an array NaN) is a missing one."""
    return _samples(_column(values)[:, None], None, restarts)


def counts(
    found: "Sequence[float | None] | Floats",
    sizes: "Sequence[float] | Floats | float | None" = None,
    *,
    restarts: Collection[int] = (),
) -> Samples:
    """Take counts of nonconforming units (p, np) or nonconformities (c, u) with the units inspected."""
    import numpy as np

    column = _column(found)
    _refuse(column < 0, "/samples", "not_negative", "a count is not negative")
    if sizes is None:
        return _samples(column[:, None], None, restarts)
    inspected = np.full(len(column), float(sizes)) if isinstance(sizes, int | float) else np.asarray(sizes, np.float64)
    if len(inspected) != len(column):
        raise UnusableSamples("/sizes", "length", f"{len(inspected)} sizes for {len(column)} counts")
    _refuse(~(np.isfinite(inspected) & (inspected > 0)), "/sizes", "positive", "a size is a positive number")
    return _samples(column[:, None], inspected, restarts)


def vectors(
    rows: "Sequence[Sequence[float | None]] | Sequence[Sequence[Sequence[float | None]]] | Floats",
    *,
    restarts: Collection[int] = (),
) -> Samples:
    """Take several characteristics measured together: a sample is one vector, or a subgroup of vectors of one size.

    A sample in which any value is missing is missing as a whole.
    """
    import numpy as np

    try:
        values = np.array(rows, np.float64)
    except ValueError as error:
        raise UnusableSamples("/samples", "shape", "every vector has the same length") from error
    if values.ndim == 2:
        values = values[:, None, :]
    if values.ndim != 3 or values.shape[2] < 1:
        raise UnusableSamples("/samples", "shape", "a sample is a vector or a list of vectors")
    _refuse(np.asarray(np.isinf(values).any(axis=(1, 2))), "/samples", "finite", "a measurement is a finite number")
    values[np.isnan(values).any(axis=(1, 2))] = np.nan
    return _samples(values, None, restarts)


def _column(values: "Sequence[float | None] | Floats") -> "Floats":
    import numpy as np

    if isinstance(values, np.ndarray):
        return _array(values, 1)
    return np.array([_number(value, f"/samples/{place}") for place, value in enumerate(values)], np.float64)


def _number(value: float | None, pointer: str) -> float:
    if value is None:
        return float("nan")
    if not isfinite(value):
        raise UnusableSamples(pointer, "finite", "a measurement is a finite number or absent")
    return float(value)


def _array(values: "NDArray[Any]", axes: int) -> "Floats":  # Any: whatever kind of number
    import numpy as np

    floats = np.asarray(values, np.float64)
    if floats.ndim != axes:
        raise UnusableSamples("/samples", "shape", f"an array of {axes} axes is needed")
    _refuse(np.isinf(floats), "/samples", "finite", "a measurement is a finite number or absent")
    return floats


def _refuse(wrong: "NDArray[np.bool_]", under: str, rule: str, detail: str) -> None:
    if wrong.any():
        place = "/".join(str(int(axis[0])) for axis in wrong.nonzero())
        raise UnusableSamples(f"{under}/{place}", rule, detail)


def _samples(values: "Floats", sizes: "Floats | None", restarts: Collection[int]) -> Samples:
    import numpy as np

    if not len(values):
        raise UnusableSamples("/samples", "not_empty", "there is nothing to chart")
    marks = np.zeros(len(values), np.bool_)
    for place in restarts:
        if not 0 <= place < len(values):
            raise UnusableSamples("/restarts", "range", f"there is no sample {place}")
        marks[place] = True
    return Samples(values, sizes, marks)
