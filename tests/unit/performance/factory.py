"""A tenant with two lines, its master data, and what happens in it, all in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from functions.performance import service
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.domain import Role, instant_from_ms
from makoto.domain.factory import Equipment, Reason, RunTime, ShiftPattern, WorkCalendar
from makoto.domain.factory.calendar import Break
from makoto.events import Envelope
from makoto.events.performance import FactsChanged
from makoto.events.production import OperationCompleted, OperationPaused, OperationStarted, QuantityReported
from makoto.events.telemetry import CountReport, MachineReported, StateReport
from makoto.ports.context import TenantContext
from makoto.ports.documents import Datum, Documents, Query
from makoto.ports.masters import Record, current_key
from makoto.ports.outbox import PENDING, Handled
from tests.builders import OTHER_TENANT, TENANT, principal, tenant_record

LINE = "nagoya/machining/line-1"
MC1, MC2 = f"{LINE}/mc-01", f"{LINE}/mc-02"
BREAKS = (
    Break(start=time(10), end=time(10, 15)),
    Break(start=time(12), end=time(12, 30)),
    Break(start=time(14), end=time(14, 15)),
)
CALENDAR = WorkCalendar(
    id="day",
    time_zone="Asia/Tokyo",
    shifts=(
        ShiftPattern(name="Day", start=time(8), end=time(16), breaks=BREAKS),
        ShiftPattern(name="Night", start=time(22), end=time(6)),
    ),
)
SHIFT = datetime(2026, 3, 1, 23, tzinfo=UTC)  # 8:00 on 2 March in Tokyo
END = datetime(2026, 3, 2, 7, tzinfo=UTC)
ON = date(2026, 3, 2)
MASTERS: tuple[Any, ...] = (
    Equipment(id="nagoya", name="Nagoya", calendar="day"),
    Equipment(id="nagoya/machining", name="Machining"),
    Equipment(id=LINE, name="Line 1"),
    Equipment(id=MC1, name="MC 1"),
    Equipment(id=MC2, name="MC 2"),
    Equipment(id="nagoya/machining/line-10", name="Another whose name begins alike"),
    CALENDAR,
    Reason(id="180100", parent="180000", name="Spindle", category="corrective_maintenance", loss="breakdown"),
    RunTime(
        id="shaft-1", product="shaft", equipment=LINE, seconds_per_unit=Decimal(1), effective_from=date(2026, 1, 1)
    ),
)


def minute(minutes: float) -> int:
    """So many minutes after the shift's start, in ms."""
    return int(SHIFT.timestamp() * 1000 + minutes * 60_000)


def instant(minutes: float) -> datetime:
    return instant_from_ms(minute(minutes))


@dataclass
class World:
    """What tests act on; the clock stands an hour after the shift."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 2, 8, tzinfo=UTC)))
    tenant: TenantContext = field(init=False)
    neighbour: TenantContext = field(init=False)
    handled: int = 0

    def __post_init__(self) -> None:
        ids = CountingIds()
        cloud = MemoryCloud(self.clock, ids)
        self.tenant, self.neighbour = (self._context(each, cloud, ids) for each in (TENANT, OTHER_TENANT))
        self.give(*MASTERS)

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.clock.advance((moment - self.clock.now()).total_seconds())

    def give(self, *records: Any) -> None:
        """Put master data."""
        give(self.tenant.documents, records)

    def reacting(self) -> TenantContext:
        """The tenant as a reaction to a new event gets it."""
        self.handled += 1
        return replace(self.tenant, principal=None, handled=Handled("performance", f"event-{self.handled}"))

    def states(self, *told: tuple[float, int], unit: str = MC1, reason: int | None = None, mode: int = 1) -> None:
        reports = tuple(StateReport(t=minute(t), packml=packml, mode=mode, reason=reason) for t, packml in told)
        self.machine(unit, states=reports)

    def counts(self, *told: tuple[float, int, int], unit: str = MC1) -> None:
        """Total and scrap at some minutes."""
        reports = tuple(CountReport(t=minute(t), counters={"total": all_, "scrap": bad}) for t, all_, bad in told)
        self.machine(unit, counts=reports)

    def machine(self, unit: str, **told: Any) -> None:
        fact = MachineReported(tenant_id=TENANT, device_id=unit.rpartition("/")[2], equipment=unit, **told)
        service.take_machine(fact, self.reacting())

    def started(self, t: float = 0, *, unit: str = MC1, order: str = "wo-1", product: str = "shaft") -> None:
        fact = OperationStarted(**self._operation(t, unit, order, product))
        service.take_started(fact, self.reacting())

    def paused(self, t: float, *, unit: str = MC1, reason: int | None = None) -> None:
        service.take_paused(
            OperationPaused(**self._operation(t, unit, "wo-1", "shaft"), reason=reason), self.reacting()
        )

    def completed(self, t: float, *, unit: str = MC1, order: str = "wo-1", product: str = "shaft") -> None:
        amounts = {"good": Decimal(0), "scrap": Decimal(0), "rework": Decimal(0)}
        fact = OperationCompleted(**self._operation(t, unit, order, product), **amounts)
        service.take_completed(fact, self.reacting())

    def reported(self, t: float, good: int, scrap: int = 0, *, unit: str = MC1, event_id: str = "") -> None:
        amounts = {"good": Decimal(good), "scrap": Decimal(scrap), "rework": Decimal(0)}
        fact = QuantityReported(**self._operation(t, unit, "wo-1", "shaft"), **amounts)
        tenant = self.reacting()
        service.take_quantity(fact, event_id or f"event-{self.handled}", tenant)

    def vorne(self, unit: str = MC1) -> None:
        """https://www.oee.com/calculating-oee: 47 min of stops, 19,271 pieces, 423 rejected; breaks by the calendar."""
        self.started(unit=unit)
        self.states((0, 6), (150, 11), (197, 6), unit=unit)
        self.counts((0, 0, 0), (480, 19_271, 423), unit=unit)

    def told(self, name: str) -> list[dict[str, Any]]:
        """The data of the facts of a name that wait to be published, unit by unit, in order."""
        return [each.data for each in self.envelopes() if each.detail_type.startswith(f"performance.{name}.")]

    def envelopes(self) -> list[Envelope]:
        documents, found = self.tenant.documents.system(), []
        for place in ("", "nagoya", "nagoya/machining", LINE, MC1, MC2):
            page = documents.query(Query(f"performance#{place}", prefix=PENDING, limit=1000))
            found += [Envelope.model_validate_json(str(each.data["envelope"])) for each in page.items]
        return found

    def settle(self) -> None:
        """React to what the domain told itself."""
        for data in self.told("facts_changed"):
            service.follow_facts(FactsChanged.model_validate(data), self.reacting())

    def _operation(self, t: float, unit: str, order: str, product: str) -> dict[str, Any]:
        order_is = {"tenant_id": TENANT, "order_id": order, "product": product, "unit": "pcs", "sequence": 10}
        return order_is | {"equipment": unit, "operator": "hanako", "at": instant(t)}

    def _context(self, tenant_id: str, cloud: MemoryCloud, ids: CountingIds) -> TenantContext:
        stores = cloud.stores(tenant_id)
        return TenantContext(
            record=tenant_record(tenant_id),
            principal=principal(Role.ENGINEER, tenant_id),
            documents=stores.documents,
            objects=stores.objects,
            secrets=stores.secrets,
            clock=self.clock,
            ids=ids,
            correlation_id="correlation-1",
            wakes=MemoryWakes(),
        )


def give(documents: Documents, records: Iterable[Record]) -> None:
    """Store master data as its own domain does."""
    for each in records:
        product = each.product if isinstance(each, RunTime) else ""
        data: dict[str, Datum] = {"content": each.model_dump_json(), "product": product, "revision": 1}
        documents.put(current_key(type(each), each.id), data)
