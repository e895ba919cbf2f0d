"""Inspection results as they are recorded and found again.

All results of a characteristic lie in its partition: `result/<id>` whole, and by `at/`, `lot/<lot>/` and, where they do
not conform, `bad/`, each by time.
"""

from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from functions.quality import records
from functions.quality.model import ChangedMeanwhile, NoSuchPlan, ResultWindow, broken, require_past
from functions.quality.plan import InspectionPlan
from functions.quality.plans import read_plan
from functions.quality.result import (
    InspectionResult,
    NewResult,
    PostResults,
    Refused,
    ResultAnswer,
    ResultAnswers,
    inspected,
)
from makoto.domain import Page, Slug
from makoto.domain.factory import Characteristic, EquipmentId, is_within
from makoto.errors import Invalid, MakotoError
from makoto.events.quality import InspectionRecorded
from makoto.ports.context import TenantContext
from makoto.ports.documents import Always, ConditionFailed, IfAbsent, Key, Query
from makoto.ports.outbox import Fact


class AskResults(ResultWindow):
    """Which results to list, by time: of a characteristic, or all of a lot."""

    characteristic: Slug | None = None
    lot_id: str | None = None
    order_id: str | None = None
    equipment: EquipmentId | None = None
    is_conforming: bool | None = None


def record_results(command: PostResults, tenant: TenantContext) -> ResultAnswers:
    """Take each result that is right, and say of each other what is wrong with it."""
    desk = _Desk(tenant)
    items = tuple(_answered(place, sent, desk) for place, sent in enumerate(command.results))
    refused = sum(each.status == "refused" for each in items)
    return ResultAnswers(recorded=len(items) - refused, refused=refused, items=items)


def read_result(characteristic: str, result_id: str, tenant: TenantContext) -> InspectionResult | None:
    """Read one result, where there is one."""
    found = records.find(InspectionResult, _key(characteristic, result_id), tenant)
    return found[0] if found else None


def list_with_lot(result: InspectionResult, tenant: TenantContext) -> None:
    """List a result among all of its lot, as its answer to the handled event."""
    key = Key(f"quality-lot#{result.lot_id}", f"{records.moment(result.at)}/{result.characteristic}/{result.result_id}")
    tenant.commit([records.put(key, result)])


def list_results(asked: AskResults, tenant: TenantContext) -> Page[InspectionResult]:
    """List by time; a filter beyond lot and conformity may leave a page short."""
    page = records.page_of(InspectionResult, query_of(asked, asked.limit, asked.cursor), tenant)
    return page.model_copy(update={"items": tuple(each for each in page.items if _is_asked(each, asked))})


def partition_of(characteristic: str) -> str:
    """Where the results of a characteristic lie."""
    return f"quality-result#{characteristic}"


@dataclass(frozen=True)
class _Desk:
    """The plans and characteristics of one request, each read once."""

    tenant: TenantContext
    plans: dict[str, InspectionPlan] = field(default_factory=dict)
    characteristics: dict[str, Characteristic] = field(default_factory=dict)

    def plan(self, plan_id: str | None) -> InspectionPlan | None:
        if plan_id is not None and plan_id not in self.plans:
            try:
                self.plans[plan_id] = read_plan(plan_id, None, self.tenant)
            except NoSuchPlan as missing:
                raise broken("/plan_id", "unknown", missing.detail) from missing
        return None if plan_id is None else self.plans[plan_id]

    def characteristic(self, name: str) -> Characteristic:
        if name not in self.characteristics:
            found = self.tenant.masters.find(Characteristic, name)
            if found is None:
                raise broken("/characteristic", "unknown", f"there is no characteristic {name}")
            self.characteristics[name] = found
        return self.characteristics[name]


def _answered(place: int, sent: dict[str, object], desk: _Desk) -> ResultAnswer:
    try:
        result, is_new = _recorded(NewResult.model_validate(sent), desk)
    except ValidationError as wrong:
        errors = tuple(
            Refused(pointer=_pointer(place, each["loc"]), rule=each["type"], detail=each["msg"])
            for each in wrong.errors(include_url=False, include_input=False)
        )
        return ResultAnswer(index=place, status="refused", errors=errors)
    except (Invalid, ChangedMeanwhile) as wrong:
        return ResultAnswer(index=place, status="refused", errors=_worded(place, wrong))
    return ResultAnswer(index=place, status="recorded" if is_new else "known", result=result)


def _recorded(sent: NewResult, desk: _Desk) -> tuple[InspectionResult, bool]:
    tenant = desk.tenant
    now = tenant.clock.now()
    require_past(sent.at, now, "/at")
    of, plan = desk.characteristic(sent.characteristic), desk.plan(sent.plan_id)
    result_id = sent.result_id or tenant.ids.ulid().lower()
    return _kept(inspected(sent, of, plan, result_id=result_id, at=now, by=records.who(tenant)), tenant)


def _kept(result: InspectionResult, tenant: TenantContext) -> tuple[InspectionResult, bool]:
    """Write a result once: the same again is what is there."""
    partition, when = partition_of(result.characteristic), f"{records.moment(result.at)}/{result.result_id}"
    ids = [f"at/{when}"] + ([f"lot/{result.lot_id}/{when}"] if result.lot_id else [])
    ids += [] if result.is_conforming else [f"bad/{when}"]
    main = records.put(_key(result.characteristic, result.result_id), result, IfAbsent())
    copies = [replace(main, key=Key(partition, each), when=Always()) for each in ids]
    told = InspectionRecorded(
        tenant_id=tenant.tenant_id,
        result_id=result.result_id,
        characteristic=result.characteristic,
        lot_id=result.lot_id,
        is_conforming=result.is_conforming,
        at=result.at,
    )
    aggregate = f"inspection/{result.characteristic}/{result.result_id}"
    try:
        tenant.commit([main, *copies], [Fact(told, aggregate, 1)])
    except ConditionFailed:
        return _known(result, tenant), False
    return result, True


def _known(result: InspectionResult, tenant: TenantContext) -> InspectionResult:
    held = read_result(result.characteristic, result.result_id, tenant)
    when_kept = set(InspectionResult.model_fields) - set(NewResult.model_fields) | {"operator"}
    if held is None or held.model_dump(exclude=when_kept) != result.model_dump(exclude=when_kept):
        raise ChangedMeanwhile(f"another result is kept under the id {result.result_id}")
    return held


def query_of(asked: AskResults, limit: int, cursor: str | None) -> Query:
    """Ask a partition for what was asked for, in the order of time; a lot's own is some moments behind."""
    partition, prefix = _place(asked)
    return Query(
        partition,
        prefix=prefix,
        start=prefix + records.moment(asked.start) if asked.start else None,
        end=prefix + records.moment(asked.end) if asked.end else None,
        limit=limit,
        cursor=cursor,
    )


def _place(asked: AskResults) -> tuple[str, str]:
    """The partition and the prefix that hold the fewest results beyond those asked for."""
    if asked.characteristic is None:
        if asked.lot_id is None:
            raise broken("/query/characteristic", "missing", "name a characteristic or a lot")
        return f"quality-lot#{asked.lot_id}", ""
    if asked.lot_id is not None:
        return partition_of(asked.characteristic), f"lot/{asked.lot_id}/"
    return partition_of(asked.characteristic), "bad/" if asked.is_conforming is False else "at/"


def _is_asked(result: InspectionResult, asked: AskResults) -> bool:
    return (
        asked.order_id in (None, result.order_id)
        and asked.is_conforming in (None, result.is_conforming)
        and (asked.equipment is None or (result.equipment is not None and is_within(result.equipment, asked.equipment)))
    )


def _pointer(place: int, location: tuple[int | str, ...]) -> str:
    return "/".join(["/body/results", str(place), *(str(each) for each in location)])


def _worded(place: int, wrong: MakotoError) -> tuple[Refused, ...]:
    prefix = f"/body/results/{place}"
    if not wrong.errors:
        return (Refused(pointer=f"{prefix}/result_id", rule="known", detail=wrong.detail),)
    return tuple(Refused(pointer=prefix + each.pointer, rule=each.rule, detail=each.detail) for each in wrong.errors)


def _key(characteristic: str, result_id: str) -> Key:
    return Key(partition_of(characteristic), f"result/{result_id}")
