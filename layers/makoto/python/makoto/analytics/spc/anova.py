"""Two-way analysis of variance of a balanced crossed study, all effects random."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.gauge_values import AnovaLine, Source
from makoto.analytics.spc.quantiles import f_tail

Cube = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Variances by source (they may be negative), the table, and the table without interaction where it was pooled."""

    variances: dict[Source, float]
    lines: tuple[AnovaLine, ...]
    pooled_lines: tuple[AnovaLine, ...]
    is_pooled: bool


@dataclass(frozen=True, slots=True)
class _Term:
    """A sum of squares with its degrees of freedom."""

    name: str
    squares: float
    degrees: int

    @property
    def mean(self) -> float:
        return self.squares / self.degrees


def analysed(cube: Cube, pooling_alpha: float) -> Analysis:
    """Estimate the components; the interaction goes into the error where its p is above the pooling alpha."""
    part, operator, interaction, error = terms = _terms(cube)
    total = _Term("total", sum(term.squares for term in terms), sum(term.degrees for term in terms))
    lines = (_line(part, interaction), _line(operator, interaction), _line(interaction, error), *_rest(error, total))
    p = lines[2].p
    if p is None or p <= pooling_alpha:
        return Analysis(_with_interaction(cube, terms), lines, (), False)
    pooled = _Term("repeatability", error.squares + interaction.squares, error.degrees + interaction.degrees)
    again = (_line(part, pooled), _line(operator, pooled), *_rest(pooled, total))
    return Analysis(_without_interaction(cube, part, operator, pooled), lines, again, True)


def _terms(cube: Cube) -> tuple[_Term, _Term, _Term, _Term]:
    parts, operators, trials = cube.shape
    grand, cells = cube.mean(), cube.mean(axis=2)
    by_part, by_operator = cells.mean(axis=1), cells.mean(axis=0)
    crossed = cells - by_part[:, None] - by_operator + grand
    return (
        _Term("part", operators * trials * _squares(by_part - grand), parts - 1),
        _Term("operator", parts * trials * _squares(by_operator - grand), operators - 1),
        _Term("part x operator", trials * _squares(crossed), (parts - 1) * (operators - 1)),
        _Term("repeatability", _squares(cube - cells[:, :, None]), parts * operators * (trials - 1)),
    )


def _squares(deviations: Cube) -> float:
    return float((deviations**2).sum())


def _line(term: _Term, against: _Term) -> AnovaLine:
    f = term.mean / against.mean if against.mean > 0 else None
    p = None if f is None else f_tail(f, term.degrees, against.degrees)
    return AnovaLine(
        source=term.name, degrees=term.degrees, sum_of_squares=term.squares, mean_square=term.mean, f=f, p=p
    )


def _rest(error: _Term, total: _Term) -> tuple[AnovaLine, AnovaLine]:
    return (
        AnovaLine(
            source=error.name,
            degrees=error.degrees,
            sum_of_squares=error.squares,
            mean_square=error.mean,
            f=None,
            p=None,
        ),
        AnovaLine(
            source=total.name, degrees=total.degrees, sum_of_squares=total.squares, mean_square=None, f=None, p=None
        ),
    )


def _with_interaction(cube: Cube, terms: tuple[_Term, ...]) -> dict[Source, float]:
    part, operator, interaction, error = terms
    parts, operators, trials = cube.shape
    return {
        Source.REPEATABILITY: error.mean,
        Source.OPERATOR: (operator.mean - interaction.mean) / (parts * trials),
        Source.INTERACTION: (interaction.mean - error.mean) / trials,
        Source.PART: (part.mean - interaction.mean) / (operators * trials),
    }


def _without_interaction(cube: Cube, part: _Term, operator: _Term, pooled: _Term) -> dict[Source, float]:
    parts, operators, trials = cube.shape
    return {
        Source.REPEATABILITY: pooled.mean,
        Source.OPERATOR: (operator.mean - pooled.mean) / (parts * trials),
        Source.PART: (part.mean - pooled.mean) / (operators * trials),
    }
