"""Use cases of sweeps: open one, do its next step, tell what came of it.

A step does some pages of the work list, a few lots a commit, and ends with one commit that moves the sweep on and
tells `SweepAdvanced`, which begins the next. After a crash the same step runs again: what was done to a lot is not done
twice, and every commit checks that the sweep is where it was when the step began.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from functions.traceability import records
from functions.traceability.applying import apply_to_page
from functions.traceability.model import IN_PROGRESS
from functions.traceability.outcomes import outcome_of
from functions.traceability.scopes import Reached, reached
from functions.traceability.sweeps import MAX_ROUNDS, PAGE_LOTS, Sweep, SweepAction, SweepNotFound
from functions.traceability.tracing import MAX_LOTS
from functions.traceability.watching import watch_writes
from makoto.codecs.json_text import from_text, to_text
from makoto.domain import Page
from makoto.errors import Unavailable
from makoto.events.traceability import SweepAdvanced
from makoto.ports.context import TenantContext
from makoto.ports.documents import Check, ConditionFailed, Document, IfAbsent, IfVersion, Put, Query, Write
from makoto.ports.outbox import Fact

PAGES_A_STEP = 4
AT_ONCE = 500
"""So many lots a request may trace itself; what reaches further goes on by events."""

STEPS_AT_ONCE = 6


def open_sweep(sweep: Sweep, tenant: TenantContext, writes: Sequence[Write] = ()) -> Sweep:
    """Begin one; one that is there already goes on as it is."""
    place = records.key("sweep", sweep.sweep_id)
    found = tenant.documents.find(place)
    if found is not None:
        tenant.commit([])
        return _sweep_of(found)
    tenant.commit([Put(place, _data(sweep), IfAbsent()), *watch_writes(sweep), *writes], [_next(sweep, tenant)])
    return sweep


def read_sweep(sweep_id: str, tenant: TenantContext) -> Sweep:
    """How far it is."""
    found = tenant.documents.find(records.key("sweep", sweep_id))
    if found is None:
        raise SweepNotFound(f"there is no hold or release {sweep_id}")
    return _sweep_of(found)


def list_sweeps(tenant: TenantContext, limit: int, cursor: str | None, prefix: str = "") -> Page[Sweep]:
    """Those whose id begins so, in the order of their ids."""
    page = tenant.documents.query(Query(records.PARTITION, prefix=f"sweep/{prefix}", limit=limit, cursor=cursor))
    return Page[Sweep](items=tuple(_sweep_of(each) for each in page.items), next_cursor=page.next_cursor)


def run_small(sweep_id: str, tenant: TenantContext) -> Sweep:
    """Do the first steps at once, so that a small one is done when the request is answered."""
    for step in range(STEPS_AT_ONCE):
        sweep = read_sweep(sweep_id, tenant)
        if sweep.is_done or sweep.step != step or sweep.lots > AT_ONCE:
            return sweep
        try:
            advance(sweep_id, step, tenant, max_lots=AT_ONCE)
        except (ConditionFailed, Unavailable):
            break  # its event does it
    return read_sweep(sweep_id, tenant)


def advance(sweep_id: str, step: int, tenant: TenantContext, max_lots: int = MAX_LOTS) -> None:
    """Do a step; one that was done before changes nothing."""
    document = tenant.documents.find(records.key("sweep", sweep_id))
    if document is None or _sweep_of(document).step != step or _sweep_of(document).is_done:
        tenant.commit([])
        return
    sweep = _sweep_of(document)
    if sweep.is_stopped:
        _finish(sweep, document, tenant)
    elif sweep.phase == "tracing":
        _trace(sweep, document, tenant, max_lots)
    else:
        _apply(sweep, document, tenant)


def stop(sweep_id: str, tenant: TenantContext) -> Put | None:
    """The write that ends a hold that is still at work, since its cause is closed."""
    document = tenant.documents.find(records.key("sweep", sweep_id))
    if document is None or _sweep_of(document).is_done:
        return None
    stopped = _sweep_of(document).model_copy(update={"is_stopped": True})
    return Put(document.key, _data(stopped), IfVersion(document.version))


def worked_on(sweep: Sweep, tenant: TenantContext) -> list[str]:
    """Every lot of the work list."""
    return [lot for page in pages_of(sweep, range(sweep.pages), tenant) for lot in page]


def pages_of(sweep: Sweep, pages: Iterable[int], tenant: TenantContext) -> list[list[str]]:
    """The lots of some pages of the work list."""
    found = records.get_all([records.key("work", f"{sweep.sweep_id}/{page:06}") for page in pages], tenant)
    return [from_text(str(each.data["lots"])) for each in found]


def _trace(sweep: Sweep, document: Document, tenant: TenantContext, max_lots: int) -> None:
    found = _to_do(sweep, tenant, max_lots)
    if not found.is_complete and max_lots < MAX_LOTS:
        return  # too much for a request
    known = set() if sweep.takes_given_lots else set(worked_on(sweep, tenant))
    new = sorted(found.lots.keys() - known)
    is_first = sweep.rounds == 0
    if (not new and not is_first) or sweep.rounds >= MAX_ROUNDS:
        _finish(sweep, document, tenant)
        return
    pages = [new[start : start + PAGE_LOTS] for start in range(0, len(new), PAGE_LOTS)]
    _keep(sweep, pages, tenant)
    changes = {
        "pages": sweep.pages + len(pages),
        "lots": sweep.lots + sum(found.lots[each].material != IN_PROGRESS for each in new),
        "rounds": sweep.rounds + 1,
        "phase": "applying",
    }
    facts = outcome_of(sweep, tenant).opened(found) if is_first else []
    _move_on(sweep.model_copy(update=changes), document, tenant, facts)


def _apply(sweep: Sweep, document: Document, tenant: TenantContext) -> None:
    until = min(sweep.page + PAGES_A_STEP, sweep.pages)
    alone = replace(tenant, handled=None)
    still = Check(document.key, IfVersion(document.version))
    changed = 0
    if sweep.action is not SweepAction.TRACE:
        for page in pages_of(sweep, range(sweep.page, until), tenant):
            changed += apply_to_page(sweep, page, alone, still)
    changes = {"page": until, "changed": sweep.changed + changed, "phase": "applying"}
    if until == sweep.pages:
        changes["phase"] = "tracing"
    _move_on(sweep.model_copy(update=changes), document, tenant, [])


def _finish(sweep: Sweep, document: Document, tenant: TenantContext) -> None:
    done = sweep.model_copy(update={"phase": "done", "done_at": tenant.clock.now(), "step": sweep.step + 1})
    facts = [] if sweep.is_stopped else outcome_of(sweep, tenant).finished(worked_on(sweep, tenant))
    tenant.commit([Put(document.key, _data(done), IfVersion(document.version))], facts)


def _move_on(sweep: Sweep, document: Document, tenant: TenantContext, facts: list[Fact]) -> None:
    moved = sweep.model_copy(update={"step": sweep.step + 1})
    put = Put(document.key, _data(moved), IfVersion(document.version))
    tenant.commit([put], [*facts, _next(moved, tenant)])


def _to_do(sweep: Sweep, tenant: TenantContext, max_lots: int) -> Reached:
    if not sweep.takes_given_lots:
        return reached(sweep.scope, tenant, max_lots)
    held = list(records.names(f"hold/{records.escaped(sweep.cause)}/", tenant))
    if sweep.scope.lots:
        held = sorted(set(held) & set(sweep.scope.lots))
    return Reached(records.load_lots(held, tenant).lots, ())


def _keep(sweep: Sweep, pages: Sequence[Sequence[str]], tenant: TenantContext) -> None:
    """Write pages of the work list; a step that runs again writes the same place anew."""
    puts = [
        Put(records.key("work", f"{sweep.sweep_id}/{sweep.pages + index:06}"), {"lots": to_text(list(page))})
        for index, page in enumerate(pages)
    ]
    if tenant.documents.batch_put(puts).failed:
        raise Unavailable("the store did not take the whole work list", retry_after_s=1)


def _next(sweep: Sweep, tenant: TenantContext) -> Fact:
    told = SweepAdvanced(tenant_id=tenant.tenant_id, sweep_id=sweep.sweep_id, step=sweep.step)
    return Fact(told, f"sweep/{sweep.sweep_id}", sweep.step + 1)


def _data(sweep: Sweep) -> dict[str, str]:
    return {"content": sweep.model_dump_json(exclude_defaults=True)}


def _sweep_of(document: Document) -> Sweep:
    return Sweep.model_validate_json(str(document.data["content"]))
