"""A tenant with its materials, its neighbour, and short ways to say what was done with lots."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from functions.traceability import records, service
from functions.traceability.activities import Activity, RecordActivity
from functions.traceability.model import Lot
from functions.traceability.service import ASKED, Manner
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.domain.factory import Material
from makoto.events import Envelope
from makoto.ports.context import TenantContext
from makoto.ports.documents import Datum, Query
from makoto.ports.masters import current_key
from makoto.ports.outbox import PENDING
from tests.builders import OTHER_TENANT, TENANT, principal, tenant_record

MATERIALS = (
    Material(id="steel", name="S45C bar", unit="kg"),
    Material(id="shaft", name="Shaft", unit="pcs", gtin="04512345678906"),
    Material(id="screw", name="Screw M4", unit="pcs"),
    Material(id="pump", name="Pump", unit="pcs", tracked_by="serial", gtin="04512345000011"),
    Material(id="milk", name="Milk", unit="L", shelf_life_days=10, gtin="04512345000028"),
    Material(id="cream", name="Cream", unit="kg"),
)


@dataclass
class Plant:
    """What the tests act on."""

    tenant: TenantContext
    neighbour: TenantContext
    clock: FixedClock
    _numbers: Any = field(default_factory=lambda: count(1))

    def do(self, kind: str, *, manner: Manner = ASKED, **more: Any) -> Activity:
        """Record an activity; lines are texts such as `L1:5:kg` (`L1` is all of it), outputs `L2:5:kg:steel`."""
        given: dict[str, Any] = {"activity_id": f"a{next(self._numbers)}", "kind": kind}
        for side in ("inputs", "outputs"):
            given[side] = tuple(line(each) for each in more.pop(side, ()))
        return service.record_activity(RecordActivity(**given | more), self.tenant, manner)

    def receive(self, *lots: str | dict[str, Any], **more: Any) -> Activity:
        return self.do("receive", outputs=lots, **more)

    def lot(self, lot_id: str) -> Lot:
        return records.get_lot(lot_id, self.tenant)

    def left(self, *lots: str) -> tuple[int | Decimal, ...]:
        return tuple(self.lot(each).remaining for each in lots)

    def facts(self, name: str) -> list[dict[str, Any]]:
        """What was told under a name, in the order of the aggregates and versions."""
        system = self.tenant.documents.system()
        found, cursor = [], None
        while True:
            page = system.query(Query(records.PARTITION, prefix=PENDING, limit=1000, cursor=cursor))
            found += [Envelope.model_validate_json(str(each.data["envelope"])) for each in page.items]
            if (cursor := page.next_cursor) is None:
                return [each.data for each in found if each.detail_type.startswith(name)]


def line(text: str | dict[str, Any]) -> dict[str, Any]:
    """A line of a command from its short form."""
    if isinstance(text, dict):
        return text
    parts = text.split(":")
    return {name: part for name, part in zip(("lot_id", "quantity", "unit", "material"), parts, strict=False) if part}


@pytest.fixture
def plant() -> Plant:
    return plant_of()


def plant_of() -> Plant:
    """A plant of its own, for property tests too."""
    clock, ids, wakes = FixedClock(), CountingIds(), MemoryWakes()
    cloud = MemoryCloud(clock, ids)

    def context(tenant_id: str) -> TenantContext:
        stores = cloud.stores(tenant_id)
        return TenantContext(
            record=tenant_record(tenant_id),
            principal=principal(tenant_id=tenant_id),
            documents=stores.documents,
            objects=stores.objects,
            secrets=stores.secrets,
            clock=clock,
            ids=ids,
            correlation_id="correlation-1",
            wakes=wakes,
        )

    plant = Plant(context(TENANT), context(OTHER_TENANT), clock)
    for each in MATERIALS:
        data: dict[str, Datum] = {"content": each.model_dump_json(), "product": "", "revision": 1}
        plant.tenant.documents.put(current_key(Material, each.id), data)
    return plant
