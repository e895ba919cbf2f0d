"""Quality's documents: a value is kept as JSON text, since doubles must come back exactly."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from functions.quality.model import Change, ChangedMeanwhile
from makoto.domain import Page, Value, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import Always, Condition, ConditionFailed, Document, Key, Put, Query

Kept = TypeVar("Kept", bound=Value)
Answer = TypeVar("Answer")

MOST_TRIES = 10


def put(key: Key, value: Value, when: Condition | None = None) -> Put:
    """Keep a value whole."""
    return Put(key, {"content": value.model_dump_json()}, when or Always())


def value_of(of: type[Kept], document: Document) -> Kept:
    """Read what `put` kept."""
    return of.model_validate_json(str(document.data["content"]))


def find(of: type[Kept], key: Key, tenant: TenantContext) -> tuple[Kept, str] | None:
    """Read a value and its version, where there is one."""
    document = tenant.documents.find(key)
    return None if document is None else (value_of(of, document), document.version)


def page_of(of: type[Kept], query: Query, tenant: TenantContext) -> Page[Kept]:
    """Read one page of values."""
    found = tenant.documents.query(query)
    return Page[of](  # type: ignore[valid-type]  # the class is a value here
        items=tuple(value_of(of, each) for each in found.items), next_cursor=found.next_cursor
    )


def moment(at: datetime) -> str:
    """An instant as a part of an id: ids sort by time."""
    return f"{ms_from_instant(at):015d}"


def change(what: str, tenant: TenantContext) -> Change:
    """Write down who changes what, now."""
    return Change(at=tenant.clock.now(), by=who(tenant), what=what)


def who(tenant: TenantContext) -> str:
    """Who acts."""
    return tenant.principal.username if tenant.principal else "platform"


def insisting(attempt: Callable[[], Answer], what: str) -> Answer:
    """Load, decide and save again while others change the same document in between."""
    for _ in range(MOST_TRIES):
        try:
            return attempt()
        except ConditionFailed:
            continue
    raise ChangedMeanwhile(f"{what} is being changed by others; send it again")
