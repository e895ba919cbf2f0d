"""A shop floor in memory: a product, its routing and bill, two lines of machines, and calls to the use cases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from functions.production import service
from functions.production.commands import (
    CancelOrder,
    ClockLabour,
    CompleteOperation,
    ListDispatch,
    ListOrders,
    PauseOperation,
    PlanOrder,
    ReportQuantities,
    RescheduleOrder,
    ResumeOperation,
    StartOperation,
)
from functions.production.views import DispatchLine, OrderView
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.domain.factory import (
    BillOfMaterial,
    BomLine,
    Equipment,
    Material,
    MaterialKind,
    OperationStep,
    Routing,
    RunTime,
)
from makoto.events import Envelope
from makoto.ports.context import TenantContext, TenantStores
from makoto.ports.documents import Documents, Query
from makoto.ports.masters import MasterRecord, current_key
from makoto.ports.outbox import PENDING
from tests.builders import OTHER_TENANT, TENANT, principal, tenant_record

LINE = "nagoya/machining/line-1"
LATHE = f"{LINE}/mc-01"
GRINDER = f"{LINE}/mc-03"
OTHER_LINE = "nagoya/machining/line-2"
YEAR_START = date(2026, 1, 1)
DUE = datetime(2027, 1, 1, tzinfo=UTC)

MASTERS: tuple[MasterRecord, ...] = (
    Material(id="gear", name="Gear", of=MaterialKind.FINISHED),
    Material(id="blank", name="Blank", of=MaterialKind.RAW),
    Material(id="oil", name="Cutting oil", of=MaterialKind.RAW, unit="L"),
    *(
        Equipment(id=place, name=place)
        for place in ("nagoya", "nagoya/machining", LINE, LATHE, f"{LINE}/mc-02", GRINDER, OTHER_LINE)
    ),
    Routing(
        id="gear-1",
        product="gear",
        effective_from=YEAR_START,
        operations=(
            OperationStep(sequence=20, name="Grinding", equipment=(GRINDER, OTHER_LINE)),
            OperationStep(sequence=10, name="Turning", equipment=(LINE,), setup_s=Decimal(600)),
        ),
    ),
    BillOfMaterial(
        id="gear-bom-1",
        product="gear",
        base_quantity=Decimal(1),
        unit="dozen",
        effective_from=YEAR_START,
        lines=(
            BomLine(material="blank", quantity=Decimal(12), unit="pcs", scrap=Decimal("0.04")),
            BomLine(material="oil", quantity=Decimal(250), unit="mL"),
        ),
    ),
    RunTime(
        id="gear-line-1",
        product="gear",
        equipment=LINE,
        seconds_per_unit=Decimal(30),
        effective_from=YEAR_START,
    ),
)


@dataclass
class Shop:
    """What the tests act on."""

    tenant: TenantContext
    neighbour: TenantContext
    clock: FixedClock

    def master(self, *records: MasterRecord) -> None:
        for tenant in (self.tenant, self.neighbour):
            for record in records:
                data = {"content": record.model_dump_json(), "product": getattr(record, "product", ""), "revision": 1}
                of: Any = type(record)  # Any: one of the kinds, which the checker wants to know
                tenant.documents.put(current_key(of, record.id), data)

    def plan(self, order_id: str | None = "wo-1", *, key: str | None = None, **said: Any) -> OrderView:
        given = {"order_id": order_id, "product": "gear", "quantity": 100, "due_at": DUE}
        return service.plan_order(PlanOrder(**given | said), self.tenant, idempotency_key=key)

    def release(self, order_id: str = "wo-1", **said: Any) -> OrderView:
        """Plan and release."""
        self.plan(order_id, **said)
        return service.release_order(order_id, self.tenant)

    def cancel(self, order_id: str = "wo-1", reason: str = "not needed") -> OrderView:
        return service.cancel_order(order_id, CancelOrder(reason=reason), self.tenant)

    def reschedule(self, order_id: str = "wo-1", **said: Any) -> OrderView:
        return service.reschedule_order(order_id, RescheduleOrder(**said), self.tenant)

    def start(self, sequence: int = 10, equipment: str = LATHE, order_id: str = "wo-1", **said: Any) -> OrderView:
        return self.do(StartOperation(equipment=equipment, **told(said)), sequence, order_id, **said)

    def pause(self, sequence: int = 10, order_id: str = "wo-1", **said: Any) -> OrderView:
        return self.do(PauseOperation(**told(said)), sequence, order_id, **said)

    def resume(self, sequence: int = 10, order_id: str = "wo-1", **said: Any) -> OrderView:
        return self.do(ResumeOperation(**told(said)), sequence, order_id, **said)

    def complete(self, sequence: int = 10, order_id: str = "wo-1", **said: Any) -> OrderView:
        return self.do(CompleteOperation(**told(said)), sequence, order_id, **said)

    def report(self, sequence: int = 10, order_id: str = "wo-1", **said: Any) -> OrderView:
        return self.do(ReportQuantities(**told(said)), sequence, order_id, **said)

    def labour(self, action: str, sequence: int = 10, order_id: str = "wo-1", **said: Any) -> OrderView:
        return self.do(ClockLabour.model_validate({"action": action, **told(said)}), sequence, order_id, **said)

    def do(self, command: service.Work, sequence: int, order_id: str, key: str | None = None, **_: Any) -> OrderView:
        return service.work_on_operation(order_id, sequence, command, self.tenant, idempotency_key=key)

    def read(self, order_id: str = "wo-1") -> OrderView:
        return service.read_order(order_id, self.tenant)

    def dispatched(self, equipment: str) -> list[tuple[str, int]]:
        """Which operations can run at a place, all pages of three."""
        return [(each.order_id, each.sequence) for each in self.dispatch(equipment)]

    def dispatch(self, equipment: str, limit: int = 3) -> list[DispatchLine]:
        found, cursor = list[DispatchLine](), None
        while True:
            page = service.list_dispatch(ListDispatch(equipment=equipment, limit=limit, cursor=cursor), self.tenant)
            found += page.items
            if (cursor := page.next_cursor) is None:
                return found

    def listed(self, limit: int = 3, **said: Any) -> list[str]:
        """The ids of the orders that are listed, all pages."""
        found, cursor = list[str](), None
        while True:
            page = service.list_orders(ListOrders(limit=limit, cursor=cursor, **said), self.tenant)
            found += [each.order_id for each in page.items]
            if (cursor := page.next_cursor) is None:
                return found

    def told(self, order_id: str = "wo-1") -> list[Envelope]:
        """The facts that wait for the relay."""
        found = self.tenant.documents.system().query(Query(f"order#{order_id}", prefix=PENDING, limit=1000)).items
        return [Envelope.model_validate_json(str(each.data["envelope"])) for each in found]

    def now(self) -> datetime:
        return self.clock.now()

    def later(self, **how: float) -> datetime:
        """Let time pass."""
        self.clock.advance(timedelta(**how).total_seconds())
        return self.clock.now()


def told(said: dict[str, Any]) -> dict[str, Any]:
    """What belongs to the command of a call."""
    return {name: value for name, value in said.items() if name != "key"}


def operation(view: OrderView, sequence: int = 10) -> Any:
    """One operation of an order."""
    return next(each for each in view.operations if each.sequence == sequence)


def shop(documents: Any = None) -> Shop:
    """A shop floor; `documents` makes a store's documents of them, to let them fail."""
    clock, ids = FixedClock(), CountingIds()
    cloud = MemoryCloud(clock, ids)

    def context(tenant_id: str) -> TenantContext:
        stores: TenantStores = cloud.stores(tenant_id)
        found: Documents = documents(stores.documents) if documents else stores.documents
        return TenantContext(
            record=tenant_record(tenant_id),
            principal=principal(tenant_id=tenant_id),
            documents=found,
            objects=stores.objects,
            secrets=stores.secrets,
            clock=clock,
            ids=ids,
            correlation_id="correlation-1",
            wakes=MemoryWakes(),
        )

    made = Shop(context(TENANT), context(OTHER_TENANT), clock)
    made.master(*MASTERS)
    return made
