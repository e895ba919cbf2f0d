"""How an order is planned: which routing and bill of material are in force, and what of each component it needs."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from functions.production.amounts import in_unit, require_whole, rounded, whole
from functions.production.commands import Act, PlanOrder, RescheduleOrder, digest_of
from functions.production.history import Change
from functions.production.labour import ended
from functions.production.model import Decided, OrderStatus, WorkOrder, require_open
from functions.production.operation import CLOSED, Operation, Phase, Span
from functions.production.plan import Component, OrderPlan, PlannedRunTime
from functions.production.refusals import (
    BomLoop,
    DueBeforeStart,
    NoRouting,
    OrderClosed,
    UnknownMaterial,
    field,
)
from functions.production.timing import counted
from makoto.domain.factory import BillOfMaterial, BomLine, Material, Routing, RunTime

Effective = TypeVar("Effective", Routing, BillOfMaterial, RunTime)


class Sources(NamedTuple):
    """The master data that an order is planned by; `on` is the day whose versions count."""

    on: date
    product: Material
    routing: Routing | None
    boms: Mapping[str, BillOfMaterial]
    materials: Mapping[str, Material]
    run_times: tuple[RunTime, ...]

    @property
    def bom(self) -> BillOfMaterial | None:
        return self.boms.get(self.product.id)


def in_force(versions: Iterable[Effective], on: date) -> Effective | None:
    """Choose the version of a day: of several the one that began last, then the highest id."""
    effective = [each for each in versions if each.is_effective(on)]
    return max(effective, key=lambda each: (each.effective_from, each.id), default=None)


def planned(order_id: str, command: PlanOrder, sources: Sources, act: Act) -> tuple[Decided, OrderPlan]:
    """Make the order and the snapshot of the master data that it is worked by."""
    _require_start_before_due(command)
    product, routing = sources.product, sources.routing
    if routing is None:
        rule = field("/body/product", "routing", f"no routing is in force on {sources.on.isoformat()}")
        raise NoRouting(f"product {product.id} has no routing on {sources.on.isoformat()}", errors=rule)
    quantity = rounded(
        in_unit(command.quantity, command.unit or product.unit, product.unit, "/body/unit"), "/body/quantity"
    )
    require_whole(quantity, product.unit, "/body/quantity")
    require_no_loop(product.id, sources.boms)
    steps = tuple(sorted(routing.operations, key=lambda each: each.sequence))
    given = command.model_dump(include={"tolerance", "priority", "due_at", "start_at", "note"})
    order = WorkOrder(
        order_id=order_id,
        product=product.id,
        quantity=quantity,
        unit=product.unit,
        planned_at=act.now,
        operations=tuple(Operation(sequence=each.sequence, name=each.name) for each in steps),
        request_digest=digest_of(command),
        **given,
    )
    plan = OrderPlan(
        routing=routing.id,
        bom=sources.bom.id if sources.bom else None,
        steps=steps,
        run_times=_run_times(sources),
        components=_components(quantity, sources),
    )
    return Decided(order, _change("planned", act, note=command.note, priority=order.priority, due=order)), plan


def released(order: WorkOrder, act: Act) -> Decided | None:
    """Let the shop floor begin; nothing when it may already."""
    require_open(order)
    if order.released_at is not None:
        return None
    return Decided(order.model_copy(update={"released_at": act.now}), _change("released", act))


def rescheduled(order: WorkOrder, command: RescheduleOrder, act: Act) -> Decided | None:
    """Change priority, due date or start; nothing when they are so already."""
    require_open(order)
    said = {name: getattr(command, name) for name in command.model_fields_set if getattr(command, name) is not None}
    after = order.model_copy(update=said)
    if after == order:
        return None
    _require_start_before_due(after)
    return Decided(after, _change("rescheduled", act, priority=after.priority, due=after))


def cancelled(order: WorkOrder, reason: str, act: Act) -> Decided | None:
    """End the order with all that is not complete; nothing when it is cancelled already."""
    if order.cancelled_at is not None:
        return None
    if order.status is OrderStatus.COMPLETE:
        raise OrderClosed(f"work order {order.order_id} is complete")
    spans = list[Span]()
    operations = list[Operation]()
    for each in order.operations:
        left, off = ended(order.order_id, each, act.now)
        operations.append(_cancelled(left, act))
        spans += off
    after = order.model_copy(update={"cancelled_at": act.now, "operations": tuple(operations)})
    return Decided(after, _change("cancelled", act, note=reason), tuple(spans))


def require_no_loop(product: str, boms: Mapping[str, BillOfMaterial]) -> None:
    """Raise BomLoop where a product is, at any depth, a component of itself."""
    done, path = set[str](), [product]
    waiting = [iter(_parts(product, boms))]
    while waiting:
        part = next(waiting[-1], None)
        if part is None:
            waiting.pop()
            done.add(path.pop())
        elif part in path:
            loop = " → ".join([*path[path.index(part) :], part])
            raise BomLoop(f"the bill of material goes round: {loop}", errors=field("/body/product", "loop", loop))
        elif part not in done:
            path.append(part)
            waiting.append(iter(_parts(part, boms)))


def _parts(product: str, boms: Mapping[str, BillOfMaterial]) -> tuple[str, ...]:
    bom = boms.get(product)
    return () if bom is None else tuple(dict.fromkeys(line.material for line in bom.lines))


def _cancelled(operation: Operation, act: Act) -> Operation:
    if operation.phase in CLOSED:
        return operation
    at = max(act.now, operation.since or act.now)
    ending = {"phase": Phase.CANCELLED, "times": counted(operation, at), "since": at, "last_at": at}
    return operation.model_copy(update=ending)


def _run_times(sources: Sources) -> tuple[PlannedRunTime, ...]:
    places = sorted({each.equipment for each in sources.run_times})
    known = [(place, [each for each in sources.run_times if each.equipment == place]) for place in places]
    chosen = [(place, in_force(versions, sources.on)) for place, versions in known]
    return tuple(
        PlannedRunTime(equipment=place, seconds_per_unit=each.seconds_per_unit) for place, each in chosen if each
    )


def _components(quantity: Decimal, sources: Sources) -> tuple[Component, ...]:
    bom = sources.bom
    if bom is None:
        return ()
    bases = in_unit(quantity, sources.product.unit, bom.unit, "/body/product") / bom.base_quantity
    needed = dict[str, Component]()
    for line in bom.lines:
        component = _component(line, bases, sources.materials)
        before = needed.get(line.material)
        total = component.quantity + (before.quantity if before else 0)
        needed[line.material] = component.model_copy(update={"quantity": total})
    return tuple(each.model_copy(update={"quantity": whole(each.quantity, each.unit)}) for each in needed.values())


def _component(line: BomLine, bases: Decimal, materials: Mapping[str, Material]) -> Component:
    """What goes in, gross: the net quantity over the share that is not lost."""
    material = materials.get(line.material)
    if material is None:
        rule = field("/body/product", "component", f"material {line.material} of its bill is unknown")
        raise UnknownMaterial(f"there is no material {line.material}, which the bill names", errors=rule)
    gross = line.quantity * bases / (1 - line.scrap)
    quantity = rounded(in_unit(gross, line.unit, material.unit, "/body/product"), "/body/quantity")
    return Component(material=material.id, quantity=quantity, unit=material.unit)


def _require_start_before_due(told: PlanOrder | WorkOrder) -> None:
    if told.start_at is not None and told.due_at < told.start_at:
        rule = field("/body/due_at", "start", f"not before the start at {told.start_at.isoformat()}")
        raise DueBeforeStart("the order would be due before it starts", errors=rule)


def _change(
    what: str, act: Act, *, note: str | None = None, priority: int | None = None, due: WorkOrder | None = None
) -> Change:
    said = {"note": note, "priority": priority, "due_at": due.due_at if due else None}
    return Change.model_validate({"what": what, "by": act.by, "recorded_at": act.now, "at": act.now} | said)
