"""The first half of the factory's day: master data, devices, work orders, and what machines and people tell."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from cli.commands.demo import StoryBroken
from cli.commands.demo_factory_masters import BAR, HOUSING, Factory, utc
from cli.commands.demo_factory_story import Story
from cli.texts import text
from local.simulator.catalogue import LinePlan
from local.simulator.day_orders import Action, Lot, Shopfloor, Stock
from local.simulator.day_plan import CURRENT, DAY_LINES, DISTURBANCES, PUMPS, SHAFTS

ALARM_LIMIT_A = 60.0
ORDER_TOLERANCE = "0.1"
WORKERS = {"day-1": "佐藤 健", "day-2": "鈴木 葵"}


def simulate(story: Story) -> Iterator[str]:
    """Live the day at once: machines first, then what people report by their counters."""
    from local.simulator.day import simulate_day

    stock = Stock()
    story.received = list(_received(story.factory, story.start_ms))
    for lot in story.received:
        stock.add(lot)
    for plan in DAY_LINES:
        day = simulate_day(plan, story.start_ms, story.factory.orders(plan), seed=story.seed)
        floor = Shopfloor(day, story.factory.materials(plan), stock)
        story.days.append(day)
        story.work.append(floor.actions())
        story.made += floor.made
    machines = [each for day in story.days for each in day.machines]
    yield text(
        "demo.day.simulated",
        on=story.factory.on,
        machines=len(machines),
        readings=f"{sum(len(one.times) for each in machines for one in each.columns.values()):,}",
        states=f"{sum(len(each.statuses) for each in machines):,}",
        actions=sum(map(len, story.work)),
    )


def prepare(story: Story) -> Iterator[str]:
    """Master data by one import, then devices, an alarm rule and a watch."""
    answer = story.call("POST", "masters", "import", json={"records": story.factory.records()})
    if answer["refused"]:
        raise StoryBroken(str(answer["refused"][:3]))
    yield text("demo.day.imported", stored=answer["stored"], unchanged=answer["unchanged"])
    for plan in DAY_LINES:
        for station in plan.stations:
            place = {"site": story.factory.site, "area": plan.area, "line": plan.name, "cell": station.cell}
            body = {"device_id": story.factory.device(station), "description": station.description, **place}
            story.credentials.append(story.call("POST", "devices", json=body)["credentials"])
    device = disturbed_device(story.factory)
    rule = f"overcurrent-{story.factory.stamp}"
    limit = {"condition": "high", "high": ALARM_LIMIT_A, "deadband": 2, "on_delay_s": 60, "severity": 3}
    said = {"en": "Spindle current too high", "ja": "主軸電流が過大"}
    wanted = {"rule_id": rule, "text": said, "device": device, "metric": CURRENT, "latching": True, **limit}
    story.call("PUT", "telemetry", "alarm-rules", rule, json=wanted)
    story.call("PUT", "telemetry", "watches", device, json={"device": device, "metrics": [CURRENT]})
    yield text("demo.day.registered", devices=len(story.credentials))


def plan_orders(story: Story) -> Iterator[str]:
    """Plan and release the orders of the day; receive what they are made of."""
    planned = 0
    for plan, work in zip(DAY_LINES, story.work, strict=True):
        begun = list(dict.fromkeys(each.order for each in work))
        for place, order in enumerate(begun):
            story.call("POST", "work-orders", json=_order(story, plan, order, place))
            story.call("POST", "work-orders", order, "release")
        planned += len(begun)
    for lot in story.received:
        story.call("POST", "traceability", "lots", json=_receipt(story.factory, lot))
    yield text("demo.day.planned", orders=planned, lots=len(story.received))


def send(story: Story) -> Iterator[str]:
    """Machines tell by MQTT while people tell by the API, both lines at once."""
    from local.simulator.bursts import NotConnected
    from local.simulator.credentials import Credentials
    from local.simulator.day_sending import send_days

    for day in story.days:
        for each in day.machines:
            each.station.name = f"{each.device_id}-{story.factory.stamp}"
    keys = [Credentials.model_validate(each) for each in story.credentials]
    with ThreadPoolExecutor(len(story.work) + 1) as pool:
        machines = pool.submit(send_days, story.days, keys)
        people: list[Future[int]] = [
            pool.submit(tell_work, story, plan, work) for plan, work in zip(DAY_LINES, story.work, strict=True)
        ]
        told = sum(each.result() for each in people)
        try:
            sent = machines.result()
        except NotConnected as error:
            raise StoryBroken(str(error)) from error
    story.figures["sent"] = {
        "messages": sum(each.messages for each in sent),
        "readings": sum(each.readings for each in sent),
        "bytes": sum(each.bytes for each in sent),
        "actions": told,
    }
    kib = story.figures["sent"]["bytes"] // 1024
    yield text("demo.day.sent", **{**story.figures["sent"], "bytes": kib})


def tell_work(story: Story, plan: LinePlan, work: list[Action]) -> int:
    cells = {station.cell: story.factory.place(plan, station) for station in plan.stations}
    for number, each in enumerate(work):
        body: dict[str, Any] = {**each.body, "at": utc(each.t_ms), "operator": WORKERS[plan.name]}
        if "equipment" in body:
            body["equipment"] = cells[body["equipment"]]
        key = {"Idempotency-Key": f"{each.order}-{each.sequence}-{number}"}
        where = ("work-orders", each.order, "operations", str(each.sequence), each.verb)
        story.call("POST", *where, json=body, headers=key)
    return len(work)


def _order(story: Story, plan: LinePlan, order: str, place: int) -> dict[str, Any]:
    material = story.factory.materials(plan)[order]
    return {
        "order_id": order,
        "product": material.product,
        "quantity": plan.stations[0].pace.order_units,
        "start_at": utc(story.at(6 * 60)),
        "due_at": utc(story.at(22 * 60)),
        "priority": 100 + place,
        "tolerance": ORDER_TOLERANCE,
    }


def _received(factory: Factory, start_ms: int) -> Iterator[Lot]:
    """Bars of three heats, housings of two castings, and shafts of the day before."""
    for number, quantity in enumerate((330, 330, 400), 1):
        yield Lot(f"heat-{factory.stamp}-{number}", BAR, quantity, start_ms)
    for number, quantity in enumerate((400, 500), 1):
        yield Lot(f"cast-{factory.stamp}-{number}", HOUSING, quantity, start_ms)
    yield Lot(f"shafts-{factory.stamp}-0", factory.named("shaft-20"), 320, start_ms)


def _receipt(factory: Factory, lot: Lot) -> dict[str, Any]:
    supplier = {BAR: "みずほ特殊鋼", HOUSING: "北陸ダイカスト"}.get(lot.material, "前日在庫")
    about = {"lot_id": lot.lot_id, "material": lot.material, "quantity": str(Decimal(lot.quantity)), "unit": "pcs"}
    return {**about, "supplier": supplier, "supplier_lot": f"S-{lot.lot_id}", "at": utc(lot.t_ms)}


def disturbed_device(factory: Factory) -> str:
    name = DISTURBANCES[0].device_id
    return next(factory.device(each) for plan in (SHAFTS, PUMPS) for each in plan.stations if each.device_id == name)
