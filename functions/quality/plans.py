"""Inspection plans as they are written, read and retired; every version stays."""

from functions.quality import records
from functions.quality.charts import load as load_chart
from functions.quality.model import AlreadyExists, ChangedMeanwhile, Listing, NoSuchChart, NoSuchPlan, broken
from functions.quality.plan import ByAql, InspectionPlan, NewPlan, PlanContent, PlanLine
from makoto.analytics import spc
from makoto.analytics.spc import ChartKind
from makoto.domain import Page
from makoto.domain.factory import Characteristic
from makoto.errors import Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfAbsent, IfVersion, Key, Query

PARTITION = "quality-plan"
CURRENT, VERSION = "current/", "version/"


def create_plan(command: NewPlan, tenant: TenantContext) -> InspectionPlan:
    """Write the first version; the same again changes nothing."""
    content = PlanContent.model_validate(command.model_dump(exclude={"plan_id"}))
    _require_inspectable(content, tenant)
    held = _find(command.plan_id, tenant)
    if held is not None:
        if held[0].version == 1 and held[0].content == content and not held[0].is_retired:
            return held[0]
        raise AlreadyExists(f"there is an inspection plan {command.plan_id}; write its next version")
    return _written(_version(command.plan_id, content, 1, tenant), None, tenant)


def revise_plan(plan_id: str, expected: int, content: PlanContent, tenant: TenantContext) -> InspectionPlan:
    """Write the version after `expected`, which must be the newest."""
    _require_inspectable(content, tenant)
    held, version = _load(plan_id, tenant)
    if held.version == expected + 1 and held.content == content:
        return held
    if held.version != expected:
        raise ChangedMeanwhile(f"plan {plan_id} is at version {held.version}, not {expected}")
    return _written(_version(plan_id, content, expected + 1, tenant), version, tenant)


def retire_plan(plan_id: str, tenant: TenantContext) -> InspectionPlan:
    """End a plan: its versions stay to be read, and nothing more is inspected by it."""
    held, version = _load(plan_id, tenant)
    if held.is_retired:
        return held
    ended = _version(plan_id, held.content, held.version + 1, tenant).model_copy(update={"is_retired": True})
    return _written(ended, version, tenant)


def read_plan(plan_id: str, version: int | None, tenant: TenantContext) -> InspectionPlan:
    """Show the newest version, or one of those before."""
    if version is None:
        return _load(plan_id, tenant)[0]
    found = records.find(InspectionPlan, _version_key(plan_id, version), tenant)
    if found is None:
        raise NoSuchPlan(f"there is no version {version} of an inspection plan {plan_id}")
    return found[0]


def list_plans(asked: Listing, product: str | None, tenant: TenantContext) -> Page[InspectionPlan]:
    """List the newest versions in the order of their ids; of one product, a page may be short."""
    query = Query(PARTITION, prefix=CURRENT, limit=asked.limit, cursor=asked.cursor)
    page = records.page_of(InspectionPlan, query, tenant)
    kept = tuple(each for each in page.items if product in (None, each.product))
    return page.model_copy(update={"items": kept})


def list_versions(plan_id: str, asked: Listing, tenant: TenantContext) -> Page[InspectionPlan]:
    """List every version of a plan, the newest first."""
    prefix = f"{VERSION}{plan_id}/"
    query = Query(PARTITION, prefix=prefix, descending=True, limit=asked.limit, cursor=asked.cursor)
    return records.page_of(InspectionPlan, query, tenant)


def _require_inspectable(content: PlanContent, tenant: TenantContext) -> None:
    """Refuse what is no characteristic of the product."""
    for place, line in enumerate(content.lines):
        pointer = f"/body/lines/{place}/characteristic"
        known = tenant.masters.find(Characteristic, line.characteristic)
        if known is None:
            raise broken(pointer, "unknown", f"there is no characteristic {line.characteristic}")
        if known.product not in (None, content.product):
            raise broken(pointer, "product", f"{line.characteristic} is a characteristic of {known.product}")
        if isinstance(line.sampling, ByAql):
            _require_known_aql(line.sampling, f"/body/lines/{place}/sampling/aql")
        if line.chart is not None:
            _require_chart(line, f"/body/lines/{place}/chart", tenant)


def _require_known_aql(sampling: ByAql, pointer: str) -> None:
    try:
        spc.plan_for(1000, float(sampling.aql), sampling.level)
    except Invalid as unknown:
        raise broken(pointer, "unknown", unknown.detail) from unknown


def _require_chart(line: PlanLine, pointer: str, tenant: TenantContext) -> None:
    try:
        chart = load_chart(str(line.chart), tenant)
    except NoSuchChart as missing:
        raise broken(pointer, "unknown", missing.detail) from missing
    if (chart.kind, chart.characteristics) != (line.chart_kind, (line.characteristic,)):
        raise broken(pointer, "kind", f"{chart.chart_id} is no {line.chart_kind} chart of {line.characteristic}")
    if line.chart_kind not in (ChartKind.P, ChartKind.U) and chart.subgroup_size != line.sample_size:
        raise broken(pointer, "size", f"a subgroup of {chart.chart_id} has {chart.subgroup_size} units")


def _version(plan_id: str, content: PlanContent, version: int, tenant: TenantContext) -> InspectionPlan:
    said = content.model_dump() | {"plan_id": plan_id, "version": version}
    return InspectionPlan.model_validate(said | {"written_at": tenant.clock.now(), "written_by": records.who(tenant)})


def _written(plan: InspectionPlan, over: str | None, tenant: TenantContext) -> InspectionPlan:
    when = IfAbsent() if over is None else IfVersion(over)
    current = records.put(_current_key(plan.plan_id), plan, when)
    try:
        tenant.commit([current, records.put(_version_key(plan.plan_id, plan.version), plan)])
    except ConditionFailed as failed:
        raise ChangedMeanwhile(f"plan {plan.plan_id} was written by another just now") from failed
    return plan


def _find(plan_id: str, tenant: TenantContext) -> tuple[InspectionPlan, str] | None:
    return records.find(InspectionPlan, _current_key(plan_id), tenant)


def _load(plan_id: str, tenant: TenantContext) -> tuple[InspectionPlan, str]:
    held = _find(plan_id, tenant)
    if held is None:
        raise NoSuchPlan(f"there is no inspection plan {plan_id}")
    return held


def _current_key(plan_id: str) -> Key:
    return Key(PARTITION, f"{CURRENT}{plan_id}")


def _version_key(plan_id: str, version: int) -> Key:
    return Key(PARTITION, f"{VERSION}{plan_id}/{version:06d}")
