"""What planning an order reads of the tenant's master data."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from functions.production.planning import Sources, in_force
from functions.production.refusals import UnknownMaterial, UnknownPlace, UnknownReason, field
from makoto.domain.factory import BillOfMaterial, Equipment, Material, Routing, reason_of
from makoto.errors import Throttled
from makoto.ports.context import TenantContext
from makoto.ports.masters import current_key


def sources_of(product_id: str, at: datetime, tenant: TenantContext) -> Sources:
    """Read what is in force on the day, by the tenant's calendar, on which the order is to begin.

    The bills of every product are read, page by page, since a loop may go through any of them.
    """
    on = at.astimezone(ZoneInfo(tenant.record.time_zone)).date()
    masters = tenant.masters
    product = masters.find(Material, product_id)
    if product is None:
        rule = field("/body/product", "unknown", f"there is no material {product_id}")
        raise UnknownMaterial(f"there is no material {product_id}", errors=rule)
    by_product = dict[str, list[BillOfMaterial]]()
    for bom in masters.all(BillOfMaterial):
        by_product.setdefault(bom.product, []).append(bom)
    chosen = {each: in_force(versions, on) for each, versions in by_product.items()}
    boms = {each: bom for each, bom in chosen.items() if bom is not None}
    parts = (line.material for line in boms[product_id].lines) if product_id in boms else ()
    return Sources(
        on=on,
        product=product,
        routing=in_force(masters.all(Routing, product=product_id), on),
        boms=boms,
        materials=_materials(parts, tenant),
        run_times=masters.run_times(product_id),
    )


def require_place(equipment: str, tenant: TenantContext) -> None:
    """Raise UnknownPlace for a place that the tenant does not have."""
    if tenant.masters.find(Equipment, equipment) is None:
        rule = field("/body/equipment", "unknown", f"there is no equipment {equipment}")
        raise UnknownPlace(f"there is no equipment {equipment}", errors=rule)


def require_reason(code: int | None, tenant: TenantContext) -> None:
    """Raise UnknownReason for a code that nobody has said the meaning of."""
    if code is not None and reason_of(code, tenant.masters.reasons()) is None:
        raise UnknownReason(
            f"{code} is no reason", errors=field("/body/reason", "unknown", "a code of the reason tree")
        )


def _materials(ids: Iterable[str], tenant: TenantContext) -> dict[str, Material]:
    got = tenant.documents.batch_get([current_key(Material, each) for each in dict.fromkeys(ids)])
    if got.failed:
        raise Throttled("the tenant's store is busy")
    read = (Material.model_validate_json(str(each.data["content"])) for each in got.found.values())
    return {each.id: each for each in read}
