"""`makoto orders …` for who works: operations begin, stand still, go on, are counted and end."""

from typing import Annotated, Any

import typer

from cli.commands.production_views import show_order
from cli.context import AsJson, Tenant
from cli.factory import At, Equipment, Key, at_or_now, domain, said
from cli.output import guarded
from cli.texts import text

app = typer.Typer()

LOT_PARTS = 4
OrderId = Annotated[str, typer.Argument(help=text("opt.order"))]
Operation = Annotated[int, typer.Argument(min=1, help=text("opt.operation"))]
Operator = Annotated[str, typer.Option("--operator", help=text("opt.operator"))]
IsSetup = Annotated[bool, typer.Option("--setup", help=text("opt.setup"))]
Code = Annotated[int | None, typer.Option("--reason", help=text("opt.reason_code"))]
Amount = Annotated[str, typer.Option(help=text("opt.amount"))]


@app.command("start", help=text("orders.start"))
@guarded
def start(
    order: OrderId,
    operation: Operation,
    equipment: Equipment,
    is_setup: IsSetup = False,
    operator: Operator = "",
    at: At = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = said(equipment=equipment, is_setup=is_setup, operator=operator) | at_or_now(at)
    _act(order, operation, "start", body, key, tenant, as_json)


@app.command("pause", help=text("orders.pause"))
@guarded
def pause(
    order: OrderId,
    operation: Operation,
    reason: Code = None,
    operator: Operator = "",
    at: At = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    _act(order, operation, "pause", said(reason=reason, operator=operator) | at_or_now(at), key, tenant, as_json)


@app.command("resume", help=text("orders.resume"))
@guarded
def resume(
    order: OrderId,
    operation: Operation,
    equipment: Equipment = "",
    is_setup: IsSetup = False,
    operator: Operator = "",
    at: At = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = said(equipment=equipment, is_setup=is_setup, operator=operator) | at_or_now(at)
    _act(order, operation, "resume", body, key, tenant, as_json)


@app.command("complete", help=text("orders.complete"))
@guarded
def complete(
    order: OrderId,
    operation: Operation,
    operator: Operator = "",
    at: At = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    _act(order, operation, "complete", said(operator=operator) | at_or_now(at), key, tenant, as_json)


@app.command("report", help=text("orders.report"))
@guarded
def report(
    order: OrderId,
    operation: Operation,
    good: Amount = "",
    scrap: Amount = "",
    rework: Amount = "",
    reason: Code = None,
    from_rework: Annotated[bool, typer.Option("--from-rework", help=text("opt.from_rework"))] = False,
    correction: Annotated[str, typer.Option("--correction", help=text("opt.correction"))] = "",
    consumed: Annotated[list[str], typer.Option("--consumed", help=text("opt.lot_used"))] = [],  # noqa: B006
    produced: Annotated[list[str], typer.Option("--produced", help=text("opt.lot_made"))] = [],  # noqa: B006
    operator: Operator = "",
    at: At = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    counts = said(good=good, scrap=scrap, rework=rework, reason=reason, from_rework=from_rework, correction=correction)
    lots = said(consumed=[_lot(each) for each in consumed], produced=[_lot(each) for each in produced])
    body = {**counts, **lots, **said(operator=operator), **at_or_now(at)}
    _act(order, operation, "report", body, key, tenant, as_json)


@app.command("clock", help=text("orders.clock"))
@guarded
def clock(
    order: OrderId,
    operation: Operation,
    action: Annotated[str, typer.Argument(metavar="on|off", help=text("opt.clock"))],
    operator: Operator = "",
    at: At = "",
    key: Key = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = {"action": action} | said(operator=operator) | at_or_now(at)
    _act(order, operation, "labour", body, key, tenant, as_json)


def _act(order: str, operation: int, what: str, body: dict[str, Any], key: str, tenant: str, as_json: bool) -> None:
    orders = domain("work-orders", tenant, as_json)
    show_order(orders, orders.once("POST", order, "operations", str(operation), what, key=key, json=body))


def _lot(given: str) -> dict[str, str]:
    """Read LOT:MATERIAL:QUANTITY:UNIT; a lot's own number may hold colons."""
    parts = given.rsplit(":", LOT_PARTS - 1)
    if len(parts) != LOT_PARTS or not all(parts):
        raise typer.BadParameter(text("error.lot", given=given))
    lot, material, quantity, unit = parts
    return {"lot_id": lot, "material": material, "quantity": quantity, "unit": unit}
