"""`makoto orders …` for who plans: work orders, what can run where, and what became of them."""

from typing import Annotated, Any

import typer

from cli.commands.production_floor import app as floor
from cli.commands.production_views import show_order, show_report
from cli.context import AsJson, Limit, Tenant, given
from cli.factory import Equipment, Key, domain, said
from cli.output import guarded
from cli.texts import text
from cli.times import ahead

app = typer.Typer(no_args_is_help=True, help=text("orders"))
app.add_typer(floor)

ORDERS = ("order_id", "status", "product", "quantity", "unit", "good", "scrap", "progress", "priority", "due_at")
RUNNING = ("operations_complete", "operations", "running")
DISPATCH = ("order_id", "sequence", "name", "state", "product", "available", "unit", "priority", "due_at", "is_late")
CHANGES = ("at", "what", "sequence", "equipment", "operator", "good", "scrap", "rework", "reason", "note", "by")
OrderId = Annotated[str, typer.Argument(help=text("opt.order"))]
Due = Annotated[str, typer.Option("--due", help=text("opt.due"))]
Start = Annotated[str, typer.Option("--start", help=text("opt.start"))]
Priority = Annotated[int | None, typer.Option("--priority", min=1, max=999, help=text("opt.priority"))]


@app.command("plan", help=text("orders.plan"))
@guarded
def plan(
    product: Annotated[str, typer.Argument(help=text("opt.product"))],
    quantity: Annotated[str, typer.Argument(help=text("opt.quantity"))],
    due: Due,
    order: Annotated[str, typer.Option("--id", help=text("opt.order_new"))] = "",
    unit: Annotated[str, typer.Option("--unit", help=text("opt.unit"))] = "",
    start: Start = "",
    priority: Priority = None,
    tolerance: Annotated[str, typer.Option("--tolerance", help=text("opt.tolerance"))] = "",
    note: Annotated[str, typer.Option("--note", help=text("opt.note"))] = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    when = {"due_at": ahead(due)} | ({"start_at": ahead(start)} if start else {})
    wanted = said(order_id=order, unit=unit, priority=priority, tolerance=tolerance, note=note)
    orders = domain("work-orders", tenant, as_json)
    show_order(orders, orders.once("POST", key=key, json={"product": product, "quantity": quantity, **when, **wanted}))


@app.command("list", help=text("orders.list"))
@guarded
def list_orders(
    status: Annotated[str, typer.Option("--status", help=text("opt.order_status"))] = "",
    product: Annotated[str, typer.Option("--product", help=text("opt.product"))] = "",
    equipment: Equipment = "",
    due_from: Annotated[str, typer.Option("--due-from", help=text("opt.due_from"))] = "",
    due_to: Annotated[str, typer.Option("--due-to", help=text("opt.due_to"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    window = {name: ahead(at) for name, at in given(due_from=due_from, due_to=due_to).items()}
    named = given(status=status, product=product, equipment=equipment)
    domain("work-orders", tenant, as_json).list(columns=(*ORDERS, *RUNNING), limit=limit, **named, **window)


@app.command("dispatch", help=text("orders.dispatch"))
@guarded
def dispatch(
    equipment: Annotated[str, typer.Argument(help=text("opt.equipment"))],
    tenant: Tenant = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    domain("dispatch", tenant, as_json).list(columns=DISPATCH, limit=limit, equipment=equipment)


@app.command("show", help=text("orders.show"))
@guarded
def show_one_order(order: OrderId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    orders = domain("work-orders", tenant, as_json)
    show_order(orders, orders.call("GET", order))


@app.command("history", help=text("orders.history"))
@guarded
def history(order: OrderId, tenant: Tenant = "", limit: Limit = 200, as_json: AsJson = False) -> None:
    domain("work-orders", tenant, as_json).list(order, "history", columns=CHANGES, limit=limit)


@app.command("report-sheet", help=text("orders.report_sheet"))
@guarded
def report_sheet(order: OrderId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    orders = domain("work-orders", tenant, as_json)
    show_report(orders, orders.call("GET", order, "report"))


@app.command("release", help=text("orders.release"))
@guarded
def release(order: OrderId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    _change(order, "release", None, tenant, as_json)


@app.command("reschedule", help=text("orders.reschedule"))
@guarded
def reschedule(
    order: OrderId,
    due: Due = "",
    start: Start = "",
    priority: Priority = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    moved = {name: ahead(at) for name, at in given(due_at=due, start_at=start).items()}
    _change(order, "reschedule", moved | said(priority=priority), tenant, as_json)


@app.command("cancel", help=text("orders.cancel"))
@guarded
def cancel(
    order: OrderId,
    reason: Annotated[str, typer.Option("--reason", help=text("opt.reason"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    _change(order, "cancel", {"reason": reason or typer.prompt(text("ask.reason"))}, tenant, as_json)


def _change(order: str, what: str, body: dict[str, Any] | None, tenant: str, as_json: bool) -> None:
    orders = domain("work-orders", tenant, as_json)
    show_order(orders, orders.call("POST", order, what, **({} if body is None else {"json": body})))
