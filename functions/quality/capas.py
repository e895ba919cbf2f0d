"""Corrective and preventive actions as they are opened, worked on, verified and listed.

They lie beside the cases they are about, which know how they stand: `capa/<id>` whole, `capa-open/` and `capa-closed/`
by id, `capa-due/<time>/<id>` those that wait for a day.
"""

from functions.quality import capa as decisions
from functions.quality import nonconformance, records
from functions.quality.capa import Capa, CapaStatus, ChangeCapa, ListCapas, OpenCapa, Verification
from functions.quality.model import AlreadyExists, NoSuchCapa
from functions.quality.nonconformance import CapaLink
from functions.quality.nonconformances import PARTITION, load, writes_of
from makoto.domain import Page
from makoto.events import Event
from makoto.events.quality import CapaClosed, CapaOpened
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Delete, IfAbsent, IfVersion, Key, Query, Write
from makoto.ports.outbox import Fact


def open_capa(command: OpenCapa, tenant: TenantContext) -> Capa:
    """Open an action; the same id and problem again change nothing."""
    capa_id = command.capa_id or f"capa-{tenant.ids.ulid().lower()}"
    found = _find(capa_id, tenant)
    if found is not None:
        if (found[0].title, found[0].problem) == (command.title, command.problem):
            return found[0]
        raise AlreadyExists(f"there is an action {capa_id}")
    capa = decisions.opened(command, capa_id, records.change("opened", tenant))
    told = CapaOpened(
        tenant_id=tenant.tenant_id, capa_id=capa_id, nc_id=capa.nc_id, due_at=capa.next_due_at or capa.due_at
    )
    return _saved(None, capa, IfAbsent(), (told,), tenant)


def change_capa(capa_id: str, command: ChangeCapa, tenant: TenantContext) -> Capa:
    """Name the cause, add actions, say which are done."""
    held, version = _load(capa_id, tenant)
    changed = decisions.changed(held, command, records.change(_worded(command), tenant))
    return _saved(held, changed, IfVersion(version), (), tenant)


def verify_capa(capa_id: str, command: Verification, tenant: TenantContext) -> Capa:
    """Close an action with whether it helped."""
    held, version = _load(capa_id, tenant)
    what = "verified: effective" if command.is_effective else "verified: not effective"
    closed = decisions.verified(held, command, records.change(what, tenant))
    told = CapaClosed(tenant_id=tenant.tenant_id, capa_id=capa_id, is_effective=command.is_effective)
    return _saved(held, closed, IfVersion(version), (told,), tenant)


def read_capa(capa_id: str, tenant: TenantContext) -> Capa:
    """Show one."""
    return _load(capa_id, tenant)[0]


def list_capas(asked: ListCapas, tenant: TenantContext) -> Page[Capa]:
    """List by id, or those overdue at this moment by when they were due."""
    prefix = {None: "capa/", CapaStatus.OPEN: "capa-open/", CapaStatus.CLOSED: "capa-closed/"}[asked.status]
    query = Query(PARTITION, prefix=prefix, limit=asked.limit, cursor=asked.cursor)
    if asked.is_overdue:
        late = f"capa-due/{records.moment(tenant.clock.now())}"
        query = Query(PARTITION, prefix="capa-due/", end=late, limit=asked.limit, cursor=asked.cursor)
    return records.page_of(Capa, query, tenant)


def _saved(before: Capa | None, capa: Capa, when: Condition, told: tuple[Event, ...], tenant: TenantContext) -> Capa:
    facts = [Fact(each, f"capa/{capa.capa_id}", capa.revision) for each in told]
    case = _case_writes(capa, tenant) if told and capa.nc_id else []
    tenant.commit([*_capa_writes(before, capa, when), *case], facts)
    return capa


def _capa_writes(before: Capa | None, capa: Capa, when: Condition) -> list[Write]:
    """A record with its places in the listings."""
    places = _places(capa)
    gone = _places(before) - places if before else set()
    return [
        records.put(Key(PARTITION, f"capa/{capa.capa_id}"), capa, when),
        *(records.put(Key(PARTITION, each), capa) for each in sorted(places)),
        *(Delete(Key(PARTITION, each)) for each in sorted(gone)),
    ]


def _places(capa: Capa) -> set[str]:
    due = capa.next_due_at
    return {f"capa-{capa.status}/{capa.capa_id}"} | (
        {f"capa-due/{records.moment(due)}/{capa.capa_id}"} if due else set()
    )


def _case_writes(capa: Capa, tenant: TenantContext) -> list[Write]:
    """Let the case know how its action stands; who opens an action about a case needs it open."""
    held, version = load(str(capa.nc_id), tenant)
    if capa.verification is None:
        nonconformance.require_open(held)
        link = CapaLink(capa_id=capa.capa_id)
    else:
        link = CapaLink(capa_id=capa.capa_id, state="effective" if capa.verification.is_effective else "ineffective")
    change = records.change(f"action {capa.capa_id}: {link.state}", tenant)
    return writes_of(nonconformance.linked(held, link, change), IfVersion(version))


def _worded(command: ChangeCapa) -> str:
    said = {
        "root cause named": command.root_cause is not None,
        f"{len(command.add_actions)} actions added": bool(command.add_actions),
        f"done: {', '.join(map(str, command.done))}": bool(command.done),
        "due date changed": command.due_at is not None,
    }
    return "; ".join(what for what, holds in said.items() if holds)


def _find(capa_id: str, tenant: TenantContext) -> tuple[Capa, str] | None:
    return records.find(Capa, Key(PARTITION, f"capa/{capa_id}"), tenant)


def _load(capa_id: str, tenant: TenantContext) -> tuple[Capa, str]:
    found = _find(capa_id, tenant)
    if found is None:
        raise NoSuchCapa(f"there is no corrective action {capa_id}")
    return found
