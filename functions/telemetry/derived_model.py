"""Derived metrics: a name, an expression and what its letters stand for."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from functions.telemetry.model import MetricName
from makoto.analytics.expressions import MAX_LENGTH, Expression, parsed
from makoto.domain import DeviceId, Slug, Value
from makoto.domain.factory import ENTERPRISE, EquipmentId, Unit, is_within
from makoto.errors import Conflict, FieldError, Invalid, NotFound

PREFIX = "derived/"
"""What a derived metric is called by where metrics are named; it hides a device's own of the same name."""

MAX_INPUTS = 20
MAX_DERIVED = 200
MAX_DEPTH = 8

Alias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class UnknownDerived(NotFound):
    """The tenant has no such derived metric, or it does not apply to the device."""


class DerivedInUse(Conflict):
    """Other derived metrics are made of it."""


class CyclicDerived(Conflict):
    """The metric would be made of itself."""


class TooManyDerived(Conflict):
    """A tenant has a limited number of them, which are read together."""


class DerivedInput(Value):
    """A metric, or another derived one as `derived/<name>`; converted to `unit` where the device declares its own."""

    metric: MetricName
    unit: Unit | None = None


class DerivedMetric(Value):
    """For one device, or for every device in a place; neither named, for all."""

    expression: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH)]
    inputs: Annotated[dict[Alias, DerivedInput], Field(min_length=1, max_length=MAX_INPUTS)]
    unit: Unit | None = None
    device: DeviceId | None = None
    place: EquipmentId | None = None

    def applies(self, device: DeviceId, path: str) -> bool:
        """Tell whether a device that stands at `path` has it."""
        if self.device is not None:
            return self.device == device
        return is_within(path, self.place or ENTERPRISE)

    def checked(self) -> Expression:
        """Read the expression; each name is an input and each input is used."""
        if self.device is not None and self.place is not None:
            rule = FieldError("/place", "scope", "name a device or a place")
            raise Invalid("a device has its own place", errors=[rule])
        expression = parsed(self.expression)
        unknown = [name for name in expression.names if name not in self.inputs]
        unused = [alias for alias in self.inputs if alias not in expression.names]
        rules = [FieldError("/expression", "name", f"{name} is no input") for name in unknown]
        rules += [FieldError(f"/inputs/{alias}", "used", "the expression does not name it") for alias in unused]
        if rules:
            raise Invalid("the expression and its inputs do not agree", errors=rules)
        return expression

    @property
    def made_of(self) -> tuple[Slug, ...]:
        """Names of the derived metrics among its inputs."""
        metrics = (each.metric for each in self.inputs.values())
        return tuple(dict.fromkeys(metric.removeprefix(PREFIX) for metric in metrics if metric.startswith(PREFIX)))


class DerivedItem(DerivedMetric):
    """A derived metric by its name."""

    name: Slug


Definitions = Mapping[str, DerivedMetric]


def check_made_of(definitions: Definitions) -> None:
    """Refuse what is made of nothing known, of itself, or of too many one behind the other."""
    depths: dict[str, int] = {}
    for name in definitions:
        _depth_of(name, (), definitions, depths)


def _depth_of(name: str, users: tuple[str, ...], definitions: Definitions, depths: dict[str, int]) -> int:
    if name in depths:
        return depths[name]
    if name not in definitions:
        rule = FieldError("/inputs", "exists", f"there is no derived metric {name}")
        raise Invalid(f"there is no derived metric {name}", errors=[rule])
    if name in users:
        cycle = " -> ".join((*users[users.index(name) :], name))
        rule = FieldError("/inputs", "cycle", cycle)
        raise CyclicDerived(f"a derived metric would be made of itself: {cycle}", errors=[rule])
    below = (_depth_of(each, (*users, name), definitions, depths) for each in definitions[name].made_of)
    depths[name] = 1 + max(below, default=0)
    if depths[name] > MAX_DEPTH:
        rule = FieldError("/inputs", "depth", f"{name} stands on {depths[name] - 1} others")
        raise Invalid(f"at most {MAX_DEPTH} derived metrics one behind the other", errors=[rule])
    return depths[name]
