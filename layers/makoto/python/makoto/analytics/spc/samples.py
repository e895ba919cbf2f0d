"""What was measured or counted, in order of time, checked once: the input of every chart."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows: TypeAlias = Sequence[Sequence[float | None]] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Columns: `values` is (samples, most units of one) with NaN where a unit is missing; of vectors one axis more.

    `sizes`: inspected units of counts. `restarts`: at these samples the process began anew, so no run reaches back.
    """

    values: "NDArray[np.float64]"
    sizes: "NDArray[np.float64] | None"
    restarts: "NDArray[np.bool_]"

    def __len__(self) -> int:
        return len(self.values)


def subgroups(rows: "Rows", *, restarts: Collection[int] = ()) -> Samples:
    """Take subgroups of one to fifty measurements, of whatever sizes; None is a missing one."""
    raise NotImplementedError


def individuals(values: "Sequence[float | None] | NDArray[np.float64]", *, restarts: Collection[int] = ()) -> Samples:
    """Take single measurements; None is a missing one."""
    raise NotImplementedError


def counts(
    found: "Sequence[float | None] | NDArray[np.float64]",
    sizes: "Sequence[float] | NDArray[np.float64] | float | None" = None,
    *,
    restarts: Collection[int] = (),
) -> Samples:
    """Take counts of nonconforming units (p, np) or nonconformities (c, u) with the units inspected."""
    raise NotImplementedError


def vectors(
    rows: "Sequence[Sequence[float]] | Sequence[Sequence[Sequence[float]]] | NDArray[np.float64]",
    *,
    restarts: Collection[int] = (),
) -> Samples:
    """Take several characteristics measured together: a sample is one vector, or a subgroup of vectors of one size."""
    raise NotImplementedError
