"""Master data as documents: a partition a kind, with current records, every revision, and a head that counts writes.

The head makes writers of one kind follow each other, so that the rules were checked against what is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.masters.model import CLASSES, Record, Revision, RevisionMismatch
from functions.masters.rules import World
from makoto.domain import Page
from makoto.errors import Conflict, NotFound
from makoto.events.masters import MasterDataChanged
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Datum, Delete, Document, IfAbsent, IfVersion, Key, Put, Query, Write
from makoto.ports.masters import CURRENT
from makoto.ports.outbox import Fact

VERSION = "version/"
HEAD = "head"
_PAGE = 1000


class UnknownKind(NotFound):
    """There is no such kind of master data."""


class RecordNotFound(NotFound):
    """The tenant has no such record."""


class TooManyWriters(Conflict):
    """Others keep writing records of the same kind; trying again is right."""


@dataclass(frozen=True)
class Held:
    """A kind's head as it was read, and a record in it."""

    writes: int
    when_unchanged: Condition
    current: Revision | None


def class_of(kind: str) -> type[Record]:
    """The class of a kind; `UnknownKind` lists those there are."""
    if kind not in CLASSES:
        raise UnknownKind(f"there is no kind {kind}; there are {', '.join(CLASSES)}")
    return CLASSES[kind]


def hold(kind: str, record_id: str, tenant: TenantContext) -> Held:
    """Read a kind's head before anything else of it."""
    head = tenant.documents.find(Key(_partition(kind), HEAD))
    current = tenant.documents.find(Key(_partition(kind), CURRENT + record_id))
    return Held(
        writes=0 if head is None else int(str(head.data["writes"])),
        when_unchanged=IfAbsent() if head is None else IfVersion(head.version),
        current=None if current is None else _revision(current),
    )


def load(kind: str, record_id: str, revision: int | None, tenant: TenantContext) -> Revision:
    """Read a record as it is, or as one of its revisions said."""
    class_of(kind)
    place = CURRENT + record_id if revision is None else _version_id(record_id, revision)
    document = tenant.documents.find(Key(_partition(kind), place))
    if document is None:
        named = f"{kind} {record_id}" + ("" if revision is None else f" of revision {revision}")
        raise RecordNotFound(f"there is no {named}")
    return _revision(document)


def page(kind: str, prefix: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[Revision]:
    """List current records in the order of their ids."""
    class_of(kind)
    return _page(Query(_partition(kind), prefix=CURRENT + prefix, limit=limit, cursor=cursor), tenant)


def revisions(kind: str, record_id: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[Revision]:
    """List what was said of a record, the newest first."""
    query = Query(_partition(kind), prefix=_version_prefix(record_id), descending=True, limit=limit, cursor=cursor)
    return _page(query, tenant)


def world_of(tenant: TenantContext) -> World:
    """The tenant's records as the rules ask for them."""
    return World(lambda kind: {record.id: record for record in _all(kind, tenant)})


def save(revision: Revision, held: Held, tenant: TenantContext) -> None:
    """Write a revision, the current record and the head as one, and tell."""
    record, kind = revision.record, revision.record.kind
    data: dict[str, Datum] = {
        "content": record.model_dump_json(),
        "product": getattr(record, "product", None) or "",
        "revision": revision.revision,
        "changed_at": revision.changed_at.isoformat(),
        "changed_by": revision.changed_by,
        "is_retired": revision.is_retired,
    }
    partition = _partition(kind)
    writes: Sequence[Write] = [
        Put(Key(partition, HEAD), {"writes": held.writes + 1}, held.when_unchanged),
        Put(Key(partition, _version_id(record.id, revision.revision)), data, IfAbsent()),
        _current_write(partition, record.id, data, is_retired=revision.is_retired),
    ]
    told = MasterDataChanged(
        tenant_id=tenant.tenant_id,
        kind=kind,
        record_id=record.id,
        revision=revision.revision,
        is_retired=revision.is_retired,
    )
    tenant.commit(writes, [Fact(told, f"masters/{kind}/{record.id}", revision.revision)])


def next_revision(record: Record, held: Held, expected: int | None, tenant: TenantContext) -> int:
    """Count on from the last revision, a retired one too; `RevisionMismatch` where another was expected."""
    if held.current is not None:
        last = held.current.revision
    else:
        said = revisions(record.kind, record.id, 1, None, tenant).items
        last = said[0].revision if said else 0
    current = held.current.revision if held.current else 0
    if expected is not None and expected != current:
        raise RevisionMismatch(f"{record.kind} {record.id} has revision {current}, not {expected}")
    return last + 1


def _current_write(partition: str, record_id: str, data: dict[str, Datum], *, is_retired: bool) -> Write:
    key = Key(partition, CURRENT + record_id)
    return Delete(key) if is_retired else Put(key, data)


def _all(kind: str, tenant: TenantContext) -> list[Record]:
    found: list[Record] = []
    query = Query(_partition(kind), prefix=CURRENT, limit=_PAGE)
    while True:
        made = tenant.documents.query(query)
        found += [_revision(each).record for each in made.items]
        if made.next_cursor is None:
            return found
        query = replace(query, cursor=made.next_cursor)


def _page(query: Query, tenant: TenantContext) -> Page[Revision]:
    made = tenant.documents.query(query)
    return Page[Revision](items=tuple(_revision(each) for each in made.items), next_cursor=made.next_cursor)


def _revision(document: Document) -> Revision:
    data = document.data
    kind = document.key.partition.removeprefix("masters#")
    return Revision.model_validate(
        {
            "record": CLASSES[kind].model_validate_json(str(data["content"])),
            "revision": data["revision"],
            "changed_at": data["changed_at"],
            "changed_by": data["changed_by"],
            "is_retired": data["is_retired"],
        }
    )


def _version_id(record_id: str, revision: int) -> str:
    return f"{_version_prefix(record_id)}{revision:010}"


def _version_prefix(record_id: str) -> str:
    """A place's slashes as `~`: the revisions of what stands below it do not begin like its own."""
    return f"{VERSION}{record_id.replace('/', '~')}/"


def _partition(kind: str) -> str:
    return f"masters#{kind}"
