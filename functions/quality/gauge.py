"""A study of a gauge's repeatability and reproducibility: who measures which parts how often, and what was measured."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.quality.model import Measured, RecordId, Slug, Title, broken
from makoto.analytics.spc import GaugeMethod, GaugeStudy
from makoto.domain import Instant, Value
from makoto.domain.factory import Unit
from makoto.errors import Conflict

Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,60}$")]


class CellIsMeasured(Conflict):
    """A cell was measured before with another value; register another study to measure again."""


class NewStudy(Value):
    """A balanced crossed study: every operator measures every part in every trial (AIAG MSA, 4th edition)."""

    study_id: Slug
    title: Title
    gauge_id: RecordId
    characteristic: Slug
    parts: Annotated[tuple[Name, ...], Field(min_length=2, max_length=50)]
    operators: Annotated[tuple[Name, ...], Field(min_length=2, max_length=10)]
    trials: Annotated[int, Field(ge=2, le=10)]
    method: GaugeMethod = GaugeMethod.ANOVA

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        for names in (self.parts, self.operators):
            if len(set(names)) != len(names):
                raise ValueError("a part or an operator is named twice")
        return self


class Measurement(Value):
    """One value: this part, by this operator, in this trial."""

    part: Name
    operator: Name
    trial: Annotated[int, Field(ge=1, le=10)]
    value: Measured


class EnterMeasurements(Value):
    """Values in any order; who enters the same again changes nothing."""

    measurements: Annotated[tuple[Measurement, ...], Field(min_length=1, max_length=1000)]
    unit: Unit | None = None


class Study(NewStudy):
    """A study as it is kept: `cells[part][operator][trial]` in the characteristic's unit, empty where not measured."""

    unit: str
    tolerance: float | None
    cells: tuple[tuple[tuple[float | None, ...], ...], ...]
    registered_at: Instant
    registered_by: str

    @property
    def missing(self) -> int:
        return sum(value is None for part in self.cells for operator in part for value in operator)


class StudyView(Value):
    """A study, how many values it still wants, and once it is complete what it found."""

    study: Study
    missing: int
    result: GaugeStudy | None = None
    percent_grr: float | None = None
    percent_tolerance: float | None = None
    ndc: int | None = None


def empty(command: NewStudy) -> tuple[tuple[tuple[float | None, ...], ...], ...]:
    """The cells of a study that begins."""
    trials: tuple[float | None, ...] = (None,) * command.trials
    return ((trials,) * len(command.operators),) * len(command.parts)


def entered(study: Study, found: list[tuple[Measurement, float]]) -> Study:
    """Fill cells; a cell that has another value stays."""
    cells = [[list(trials) for trials in part] for part in study.cells]
    for place, (sent, value) in enumerate(found):
        part = _place(study.parts, sent.part, f"/body/measurements/{place}/part")
        operator = _place(study.operators, sent.operator, f"/body/measurements/{place}/operator")
        if sent.trial > study.trials:
            raise broken(f"/body/measurements/{place}/trial", "unknown", f"the study has {study.trials} trials")
        held = cells[part][operator][sent.trial - 1]
        if held is not None and held != value:
            raise CellIsMeasured(f"{sent.part} by {sent.operator}, trial {sent.trial}, was measured as {held}")
        cells[part][operator][sent.trial - 1] = value
    kept = tuple(tuple(tuple(trials) for trials in part) for part in cells)
    return study.model_copy(update={"cells": kept})


def _place(names: tuple[str, ...], name: str, pointer: str) -> int:
    if name not in names:
        raise broken(pointer, "unknown", f"{name} is not in the study")
    return names.index(name)
