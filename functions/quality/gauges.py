"""Gauge studies as they are registered, filled and read."""

from functions.quality import gauge, records
from functions.quality.gauge import EnterMeasurements, NewStudy, Study, StudyView
from functions.quality.model import AlreadyExists, Listing, NoSuchStudy, broken
from functions.quality.result import in_unit_of
from makoto.analytics import spc
from makoto.analytics.spc import Source
from makoto.domain import Page
from makoto.domain.factory import Characteristic
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfAbsent, IfVersion, Key, Query

PARTITION = "quality-gauge"


def register_study(command: NewStudy, tenant: TenantContext) -> StudyView:
    """Begin a study; the same again changes nothing."""
    of = tenant.masters.find(Characteristic, command.characteristic)
    if of is None:
        raise broken("/body/characteristic", "unknown", f"there is no characteristic {command.characteristic}")
    width = None if of.lower is None or of.upper is None else float(of.upper - of.lower)
    said = {"unit": of.unit, "tolerance": width, "cells": gauge.empty(command)}
    by = {"registered_at": tenant.clock.now(), "registered_by": records.who(tenant)}
    study = Study.model_validate(command.model_dump() | said | by)
    try:
        tenant.commit([records.put(_key(study.study_id), study, IfAbsent())])
    except ConditionFailed as taken:
        held, _ = _load(study.study_id, tenant)
        if NewStudy.model_validate(held.model_dump(include=set(NewStudy.model_fields))) != command:
            raise AlreadyExists(f"there is another study {study.study_id}") from taken
        return _shown(held)
    return _shown(study)


def enter_measurements(study_id: str, command: EnterMeasurements, tenant: TenantContext) -> StudyView:
    """Fill cells of a study, all or none."""

    def attempt() -> StudyView:
        study, version = _load(study_id, tenant)
        of = tenant.masters.get(Characteristic, study.characteristic).model_copy(update={"unit": study.unit})
        values = in_unit_of(of, tuple(each.value for each in command.measurements), command.unit)
        found = [(sent, float(value)) for sent, value in zip(command.measurements, values, strict=True)]
        filled = gauge.entered(study, found)
        tenant.commit([records.put(_key(study_id), filled, IfVersion(version))])
        return _shown(filled)

    return records.insisting(attempt, study_id)


def read_study(study_id: str, tenant: TenantContext) -> StudyView:
    """Show a study; once it is complete with its result."""
    return _shown(_load(study_id, tenant)[0])


def list_studies(asked: Listing, tenant: TenantContext) -> Page[StudyView]:
    """List studies in the order of their ids."""
    page = records.page_of(Study, Query(PARTITION, limit=asked.limit, cursor=asked.cursor), tenant)
    return Page[StudyView](items=tuple(map(_shown, page.items)), next_cursor=page.next_cursor)


def _shown(study: Study) -> StudyView:
    if study.missing:
        return StudyView(study=study, missing=study.missing)
    cells = [[[value or 0.0 for value in trials] for trials in part] for part in study.cells]
    result = spc.gauge_study(cells, method=study.method, tolerance=study.tolerance)
    found = result.of(Source.GAUGE)
    return StudyView(
        study=study,
        missing=0,
        result=result,
        percent_grr=found.study_percent,
        percent_tolerance=found.tolerance_percent,
        ndc=result.categories,
    )


def _load(study_id: str, tenant: TenantContext) -> tuple[Study, str]:
    found = records.find(Study, _key(study_id), tenant)
    if found is None:
        raise NoSuchStudy(f"there is no gauge study {study_id}")
    return found


def _key(study_id: str) -> Key:
    return Key(PARTITION, study_id)
