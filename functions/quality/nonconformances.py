"""Non-conformances as they are opened, joined, decided and closed.

All lie in one partition with their listings, so that a case, its place in the listing of open ones and the mark by
which further evidence finds it change as one: `nc/<id>` whole, `line/`, `open/` and `closed/` the lines,
`subject/<subject>` the open case about a subject. Corrective actions lie beside them.
"""

from functions.quality import nonconformance, records
from functions.quality.disposition import Decide
from functions.quality.model import AlreadyExists, NoSuchNonConformance
from functions.quality.nonconformance import (
    Close,
    Evidence,
    ListNonConformances,
    NonConformance,
    NonConformanceLine,
    OpenNonConformance,
    Origin,
)
from makoto.domain import Instant, Page, Value
from makoto.events import Event
from makoto.events.quality import NonConformanceClosed, NonConformanceDispositioned, NonConformanceOpened
from makoto.events.traceability import LotsTraced
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Delete, IfAbsent, IfVersion, Key, Query, Write
from makoto.ports.outbox import Fact

PARTITION = "quality-case"


class Noticed(Value):
    """Evidence with what a case about it would say."""

    subject: str
    title: str
    evidence: Evidence
    product: str | None = None
    characteristic: str | None = None
    lots: tuple[str, ...] = ()
    equipment: str | None = None
    since: Instant | None = None
    is_hold_wanted: bool = True
    is_capa_required: bool = False
    description: str | None = None


class _Subject(Value):
    nc_id: str


def open_by_hand(command: OpenNonConformance, tenant: TenantContext) -> NonConformance:
    """Open a case on a person's word; the same id and content again change nothing."""
    nc_id = command.nc_id or _new_id(tenant)
    found = _find(nc_id, tenant)
    if found is not None:
        if found[0].title == command.title and found[0].subject == f"hand/{nc_id}":
            return found[0]
        raise AlreadyExists(f"there is a non-conformance {nc_id}")
    said = Evidence(origin=Origin.HAND, source=records.who(tenant), at=tenant.clock.now(), what=command.title)
    noticed = Noticed(
        subject=f"hand/{nc_id}",
        evidence=said,
        **command.model_dump(exclude={"nc_id"}),
    )
    return _opened(noticed, nc_id, None, tenant)


def notice(noticed: Noticed, tenant: TenantContext) -> NonConformance:
    """Open a case, or let the evidence join the open one about the same subject."""

    def attempt() -> NonConformance:
        mark = records.find(_Subject, _subject_key(noticed.subject), tenant)
        held = _find(mark[0].nc_id, tenant) if mark else None
        if held is None or held[0].status == "closed":
            return _opened(noticed, _new_id(tenant), mark[1] if mark else None, tenant)
        return _joined(held, noticed, tenant)

    return records.insisting(attempt, noticed.subject)


def record_trace(fact: LotsTraced, tenant: TenantContext) -> None:
    """Record what genealogy found; a trace of no case of ours changes nothing."""

    def attempt() -> None:
        found = _find(fact.nc_id, tenant)
        if found is None:
            tenant.commit([])
            return
        what = f"traced: {len(fact.held)} lots held, {len(fact.beyond)} beyond"
        traced = nonconformance.traced(found[0], fact, records.change(what, tenant))
        _save(traced, IfVersion(found[1]), (), tenant)

    records.insisting(attempt, fact.nc_id)


def decide_lots(nc_id: str, command: Decide, tenant: TenantContext) -> NonConformance:
    """Write a disposition and tell it."""
    held, version = load(nc_id, tenant)
    change = records.change(f"{command.disposition}: {command.reason}"[:300], tenant)
    decided, lots = nonconformance.decided(held, command, change)
    told = NonConformanceDispositioned(
        tenant_id=tenant.tenant_id,
        nc_id=nc_id,
        disposition=command.disposition,
        lots=lots,
        quantity=command.quantity,
        unit=command.unit,
        is_partial=command.is_partial,
    )
    return _save(decided, IfVersion(version), (told,), tenant)


def close_case(nc_id: str, command: Close, tenant: TenantContext) -> NonConformance:
    """Close a case whose lots are decided and whose cause is removed where that is required."""
    held, version = load(nc_id, tenant)
    what = "; ".join(("closed", *(each for each in (command.note, command.waive_trace) if each)))
    closed = nonconformance.closed(held, command, records.change(what, tenant))
    told = NonConformanceClosed(tenant_id=tenant.tenant_id, nc_id=nc_id)
    return _save(closed, IfVersion(version), (told,), tenant)


def read_case(nc_id: str, tenant: TenantContext) -> NonConformance:
    """Show a case whole."""
    return load(nc_id, tenant)[0]


def list_cases(asked: ListNonConformances, tenant: TenantContext) -> Page[NonConformanceLine]:
    """List in the order of the ids: the open, the closed, or all."""
    query = Query(PARTITION, prefix=f"{asked.status or 'line'}/", limit=asked.limit, cursor=asked.cursor)
    return records.page_of(NonConformanceLine, query, tenant)


def load(nc_id: str, tenant: TenantContext) -> tuple[NonConformance, str]:
    """Read a case and its version."""
    found = _find(nc_id, tenant)
    if found is None:
        raise NoSuchNonConformance(f"there is no non-conformance {nc_id}")
    return found


def writes_of(case: NonConformance, when: Condition) -> list[Write]:
    """A case with its lines and the mark of its subject, as one."""
    shown = nonconformance.line(case)
    other = "closed" if case.status == "open" else "open"
    mark: Write = records.put(_subject_key(case.subject), _Subject(nc_id=case.nc_id))
    if case.status == "closed":
        mark = Delete(_subject_key(case.subject))
    return [
        records.put(Key(PARTITION, f"nc/{case.nc_id}"), case, when),
        records.put(Key(PARTITION, f"line/{case.nc_id}"), shown),
        records.put(Key(PARTITION, f"{case.status}/{case.nc_id}"), shown),
        Delete(Key(PARTITION, f"{other}/{case.nc_id}")),
        mark,
    ]


def _opened(noticed: Noticed, nc_id: str, over: str | None, tenant: TenantContext) -> NonConformance:
    change = records.change("opened", tenant)
    said = noticed.model_dump(exclude={"evidence", "lots"})
    begun = NonConformance.model_validate(said | {"nc_id": nc_id, "opened_at": change.at, "opened_by": change.by})
    wants = _is_trace_wanted(noticed)
    case = nonconformance.joined(begun, noticed.evidence, noticed.lots, change)
    case = case.model_copy(update={"traces_wanted": int(wants)})
    marked = IfAbsent() if over is None else IfVersion(over)
    writes = [each for each in writes_of(case, IfAbsent()) if each.key != _subject_key(case.subject)]
    mark = records.put(_subject_key(case.subject), _Subject(nc_id=nc_id), marked)
    tenant.commit([*writes, mark], [_fact(_opening(case, noticed, tenant), case)])
    return case


def _joined(held: tuple[NonConformance, str], noticed: Noticed, tenant: TenantContext) -> NonConformance:
    """Join, and have traced what came with it."""
    known = {each.lot_id for each in held[0].lots}
    wants = _is_trace_wanted(noticed) and (not known.issuperset(noticed.lots) or noticed.equipment is not None)
    change = records.change(f"joined: {noticed.evidence.what}"[:300], tenant)
    case = nonconformance.joined(held[0], noticed.evidence, noticed.lots, change)
    case = case.model_copy(update={"traces_wanted": case.traces_wanted + int(wants)})
    return _save(case, IfVersion(held[1]), (_opening(case, noticed, tenant),) if wants else (), tenant)


def _opening(case: NonConformance, noticed: Noticed, tenant: TenantContext) -> NonConformanceOpened:
    return NonConformanceOpened.model_validate(
        {
            "tenant_id": tenant.tenant_id,
            "nc_id": case.nc_id,
            "title": case.title,
            "product": case.product,
            "telling": case.traces_wanted or 1,
            **noticed.model_dump(include={"lots", "equipment", "since", "is_hold_wanted"}),
        }
    )


def _is_trace_wanted(noticed: Noticed) -> bool:
    return noticed.is_hold_wanted and bool(noticed.lots or noticed.equipment)


def _save(case: NonConformance, when: Condition, told: tuple[Event, ...], tenant: TenantContext) -> NonConformance:
    tenant.commit(writes_of(case, when), [_fact(each, case) for each in told])
    return case


def _fact(event: Event, case: NonConformance) -> Fact:
    return Fact(event, f"nc/{case.nc_id}", case.revision)


def _find(nc_id: str, tenant: TenantContext) -> tuple[NonConformance, str] | None:
    return records.find(NonConformance, Key(PARTITION, f"nc/{nc_id}"), tenant)


def _new_id(tenant: TenantContext) -> str:
    return f"nc-{tenant.ids.ulid().lower()}"


def _subject_key(subject: str) -> Key:
    return Key(PARTITION, f"subject/{subject}")
