"""Keeping the definitions of derived metrics: one small partition a tenant, read whole where one is asked for."""

from functions.telemetry.derived_model import (
    MAX_DERIVED,
    DerivedInUse,
    DerivedItem,
    DerivedMetric,
    TooManyDerived,
    UnknownDerived,
    check_made_of,
)
from functions.telemetry.manifest import every
from makoto.domain import Page, Slug
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Key, Query

PARTITION = "derived-metrics"


def put_derived(name: Slug, definition: DerivedMetric, tenant: TenantContext) -> DerivedItem:
    """Define a metric, or define it anew; the same again changes nothing."""
    definition.checked()
    known = definitions(tenant)
    if name not in known and len(known) >= MAX_DERIVED:
        raise TooManyDerived(f"a tenant has at most {MAX_DERIVED} derived metrics")
    check_made_of({name: definition, **{other: each for other, each in known.items() if other != name}})
    tenant.documents.put(Key(PARTITION, name), {"content": definition.model_dump_json(exclude_none=True)})
    return _item(name, definition)


def list_derived(limit: int, cursor: str | None, tenant: TenantContext) -> Page[DerivedItem]:
    """List definitions by name."""
    page = tenant.documents.query(Query(PARTITION, limit=limit, cursor=cursor))
    items = tuple(_item(document.key.id, _definition(document)) for document in page.items)
    return Page(items=items, next_cursor=page.next_cursor)


def delete_derived(name: Slug, tenant: TenantContext) -> DerivedItem:
    """Remove a definition of which no other is made and return it; its figures are not stored anywhere."""
    known = definitions(tenant)
    if name not in known:
        raise UnknownDerived(f"there is no derived metric {name}")
    if users := [other for other, definition in known.items() if name in definition.made_of]:
        raise DerivedInUse(f"{', '.join(users)} are made of {name}")
    tenant.documents.delete(Key(PARTITION, name))
    return _item(name, known[name])


def definitions(tenant: TenantContext) -> dict[str, DerivedMetric]:
    """Read all definitions by name."""
    return {document.key.id: _definition(document) for document in every(Query(PARTITION, limit=1000), tenant)}


def _definition(document: Document) -> DerivedMetric:
    return DerivedMetric.model_validate_json(str(document.data["content"]))


def _item(name: Slug, definition: DerivedMetric) -> DerivedItem:
    return DerivedItem(name=name, **{field: getattr(definition, field) for field in DerivedMetric.model_fields})
