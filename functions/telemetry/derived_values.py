"""Derived metrics computed: at each step of their basis from the means of their inputs, then summed like readings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isnan

import numpy as np

from functions.telemetry import keys
from functions.telemetry.buckets import Asked, Read, Summed, summed
from functions.telemetry.derived_model import PREFIX, Definitions, DerivedInput, UnknownDerived, check_made_of
from functions.telemetry.steps import step_ms
from makoto.analytics.expressions_values import Column, Why, evaluated
from makoto.analytics.rollups import Last, Rollup
from makoto.codecs.json_text import from_text
from makoto.domain import DeviceId
from makoto.domain.factory import UnitMismatch, UnknownUnit, converted
from makoto.errors import FieldError, Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query
from makoto.ports.history import TenantHistory

BASES = ("1m", "30m")
MAX_BASIS_STEPS = 20_160
"""Two weeks by minute, or more than a year by half-hour."""


class UnitsDoNotConvert(Invalid):
    """An input is declared in a unit that measures something else."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A derived metric between the edges asked for, and why steps of its basis have no value."""

    found: Mapping[int, Rollup]
    basis: str
    failures: Mapping[str, int]


@dataclass(slots=True)
class Deriving:
    """Computes derived metrics of one device; each input is read once."""

    device: DeviceId
    edges: Sequence[int]
    definitions: Definitions
    basis: str
    steps: Sequence[int]
    cells: Summed
    units: Mapping[str, str]
    columns: dict[str, Column] = field(default_factory=dict)
    is_there: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def read(self) -> Read:
        return self.cells.read

    def computed(self, name: str) -> Computed:
        """Sum up between each two edges; a step where no input was read at all is a gap, not a failure."""
        column, present = self._column(name), self._present(name)
        places = np.searchsorted(np.array(self.edges), np.array(self.steps[:-1]), side="right") - 1
        found: dict[int, Rollup] = {}
        for place in np.unique(places[present]).tolist():
            chosen = np.flatnonzero(present & (places == place))
            found[place] = _rollup(column, chosen, self.steps)
        whys = Counter(Why(why).name.lower() for why in column.why[present].tolist() if why)
        return Computed(found, self.basis, dict(whys))

    def _column(self, metric: str) -> Column:
        if metric not in self.columns:
            is_derived = metric.startswith(PREFIX)
            self.columns[metric] = self._evaluated(metric) if is_derived else self._measured(metric)
        return self.columns[metric]

    def _evaluated(self, metric: str) -> Column:
        definition = self.definitions[metric.removeprefix(PREFIX)]
        inputs = {alias: self._converted(each) for alias, each in definition.inputs.items()}
        return evaluated(definition.checked(), inputs, len(self.steps) - 1)

    def _converted(self, wanted: DerivedInput) -> Column:
        column, declared = self._column(wanted.metric), self.units.get(wanted.metric)
        if wanted.unit is None or declared is None or declared == wanted.unit:
            return column
        try:
            at_0, at_1 = (float(converted(Decimal(number), declared, wanted.unit)) for number in (0, 1))
        except UnknownUnit:  # what a device calls its unit is free text
            return column
        except UnitMismatch as error:
            rule = FieldError("/inputs", "unit", f"{wanted.metric}: {error}")
            raise UnitsDoNotConvert("the units do not agree", errors=[rule]) from error
        return Column(column.values * (at_1 - at_0) + at_0, column.why, column.is_shaky)

    def _measured(self, metric: str) -> Column:
        size = len(self.steps) - 1
        values, why = np.full(size, np.nan), np.full(size, Why.MISSING_INPUT, np.uint8)
        is_shaky = np.zeros(size, np.bool_)
        for place in range(size):
            rollup = self.cells.found.get((place, metric))
            if rollup is not None:
                mean = rollup.mean
                values[place] = np.nan if mean is None else mean
                why[place] = Why.BAD_INPUT if mean is None else Why.PRESENT
                is_shaky[place] = rollup.good < rollup.count
        return Column(values, why, is_shaky)

    def _present(self, name: str) -> np.ndarray:
        present = np.zeros(len(self.steps) - 1, np.bool_)
        for metric in leaves([name], self.definitions):
            present |= self._column(metric).why != Why.MISSING_INPUT
        return present


def deriving(
    device: DeviceId,
    metrics: Sequence[str],
    edges: Sequence[int],
    definitions: Definitions,
    tenant: TenantContext,
    history: TenantHistory,
) -> Deriving:
    """Read what some derived metrics of a device are made of."""
    path = _path_of(device, tenant)
    check_made_of(definitions)
    for metric in metrics:
        definition = definitions.get(metric.removeprefix(PREFIX))
        if definition is None or not definition.applies(device, path):
            raise UnknownDerived(f"{device} has no metric {metric}")
    basis = basis_of(edges)
    steps = list(range(edges[0], edges[-1] + 1, step_ms(basis)))
    cells = summed(Asked(device, leaves(metrics, definitions), steps), tenant, history)
    units = declared_units(device, tenant)
    return Deriving(device, edges, definitions, basis, steps, cells, units)


def basis_of(edges: Sequence[int]) -> str:
    """Choose the finest step of which there are not too many and that meets all edges."""
    for basis in BASES:
        length = step_ms(basis)
        if (edges[-1] - edges[0]) // length <= MAX_BASIS_STEPS and all(edge % length == 0 for edge in edges):
            return basis
    rule = FieldError("/query/from", "range", f"at most {MAX_BASIS_STEPS} steps of {' or '.join(BASES)}")
    raise Invalid("the time is too long for a derived metric", errors=[rule])


def leaves(metrics: Sequence[str], definitions: Definitions) -> list[str]:
    """List the measured metrics that some are made of."""
    found, waiting, seen = dict[str, None](), list(metrics), set[str]()
    while waiting:
        metric = waiting.pop()
        if not metric.startswith(PREFIX):
            found[metric] = None
        elif metric not in seen:
            seen.add(metric)
            inputs = definitions[metric.removeprefix(PREFIX)].inputs.values()
            waiting += [each.metric for each in inputs]
    return sorted(found)


def declared_units(device: DeviceId, tenant: TenantContext) -> dict[str, str]:
    """Read the units that the newest birth declares."""
    births = Query(keys.partition_of(device), keys.prefix_of("birth"), descending=True, limit=1)
    for document in tenant.documents.query(births).items:
        metrics = from_text(str(document.data["message"]))["metrics"]
        return {str(each["m"]): str(each["unit"]) for each in metrics if each.get("unit")}
    return {}


def _path_of(device: DeviceId, tenant: TenantContext) -> str:
    ledger = tenant.documents.find(keys.ledger_key(device))
    return str(ledger.data["path"]) if ledger else ""


def _rollup(column: Column, chosen: np.ndarray, steps: Sequence[int]) -> Rollup:
    """Sum steps as readings of the quality of their inputs."""
    values, why = column.values[chosen], column.why[chosen]
    used = why == Why.PRESENT
    numbers, places = values[used], chosen[used].tolist()
    shaky = int(column.is_shaky[chosen][used].sum())
    said = [Last(float(column.values[place]), steps[place], 0) for place in (places[:1] + places[-1:])]
    total = float(numbers.sum()) if len(numbers) else 0.0
    mean = total / len(numbers) if len(numbers) else 0.0
    squares = float(((numbers - mean) ** 2).sum())
    return Rollup(
        len(chosen),
        len(numbers) - shaky,
        len(numbers),
        _finite(total),
        float(numbers.min()) if len(numbers) else None,
        float(numbers.max()) if len(numbers) else None,
        said[-1] if said else None,
        shaky,
        _finite(squares),
        said[0] if said else None,
    )


def _finite(number: float) -> float | None:
    return None if isnan(number) or abs(number) == float("inf") else number
