"""`makoto lots …`: what came in, what became of it, and where it went."""

from typing import Annotated

import typer

from cli.commands.traceability_epcis import app as epcis
from cli.commands.traceability_holds import app as holds
from cli.commands.traceability_recalls import app as recalls
from cli.commands.traceability_trees import show_traces, whole_traces
from cli.context import AsJson, Limit, Tenant, given
from cli.factory import At, JsonFile, at_or_now, domain, read_document, said
from cli.failures import Failed
from cli.output import guarded, note, show_json
from cli.texts import text
from cli.times import instant

app = typer.Typer(no_args_is_help=True, help=text("lots"))
app.add_typer(holds)
app.add_typer(recalls, name="recall")
app.add_typer(epcis, name="epcis")

LOTS = (
    "lot_id",
    "material",
    "remaining",
    "made",
    "unit",
    "status",
    "expires_on",
    "location",
    "supplier_lot",
    "received_at",
)
ACTIVITIES = ("at", "kind", "activity_id", "into", "out_of", "equipment", "order_id", "customer", "balance.state", "by")
PICKS = ("lot_id", "take", "remaining", "unit", "expires_on", "received_at", "location")
REFUSED = ("at", "order_id", "problem", "detail", "event_id")
DIRECTIONS = ("forward", "backward", "both")
LotId = Annotated[str, typer.Argument(help=text("opt.lot"))]
ActivityId = Annotated[str, typer.Argument(help=text("opt.activity"))]
Quantity = Annotated[str, typer.Argument(help=text("opt.quantity"))]
Material = Annotated[str, typer.Option("--material", "-m", help=text("opt.material"))]
Unit = Annotated[str, typer.Option("--unit", help=text("opt.unit"))]


@app.command("receive", help=text("lots.receive"))
@guarded
def receive(
    lot: LotId,
    quantity: Quantity,
    material: Material,
    unit: Unit = "",
    supplier: Annotated[str, typer.Option("--supplier", help=text("opt.supplier"))] = "",
    supplier_lot: Annotated[str, typer.Option("--supplier-lot", help=text("opt.supplier_lot"))] = "",
    expires_on: Annotated[str, typer.Option("--expires-on", help=text("opt.expires_on"))] = "",
    location: Annotated[str, typer.Option("--location", help=text("opt.location"))] = "",
    delivery_note: Annotated[str, typer.Option("--delivery-note", help=text("opt.delivery_note"))] = "",
    is_serial: Annotated[bool, typer.Option("--serial", help=text("opt.serial"))] = False,
    at: At = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    came = given(unit=unit, supplier=supplier, supplier_lot=supplier_lot, expires_on=expires_on)
    more = said(location=location, delivery_note=delivery_note, is_serial=is_serial) | at_or_now(at)
    lots = domain("traceability", tenant, as_json)
    body = {"lot_id": lot, "material": material, "quantity": quantity, **came, **more}
    lots.show(lots.call("POST", "lots", json=body))


@app.command("list", help=text("lots.list"))
@guarded
def list_lots(
    material: Material = "",
    status: Annotated[str, typer.Option("--status", help=text("opt.lot_status"))] = "",
    location: Annotated[str, typer.Option("--location", help=text("opt.location"))] = "",
    supplier_lot: Annotated[str, typer.Option("--supplier-lot", help=text("opt.supplier_lot"))] = "",
    expires_before: Annotated[str, typer.Option("--expires-before", help=text("opt.expires_before"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    asked = given(material=material, status=status, location=location, supplier_lot=supplier_lot)
    lots = domain("traceability", tenant, as_json)
    lots.list("lots", columns=LOTS, limit=limit, **asked, **given(expires_before=expires_before))


@app.command("show", help=text("lots.show"))
@guarded
def show_lot(lot: LotId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    lots = domain("traceability", tenant, as_json)
    lots.show(lots.call("GET", "lots", lot))


@app.command("history", help=text("lots.history"))
@guarded
def history(lot: LotId, tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    lots = domain("traceability", tenant, as_json)
    found = lots.api.listing(lots.path("lots", lot, "history"), limit, {})
    if not as_json:
        found.items[:] = [_moves(each) for each in found.items]
    lots.show_rows(found, ACTIVITIES)


@app.command("trace", help=text("lots.trace"))
@guarded
def trace(
    lot: LotId,
    direction: Annotated[str, typer.Option("--direction", help=text("opt.direction"))] = "both",
    depth: Annotated[int | None, typer.Option("--depth", min=1, help=text("opt.depth"))] = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    if direction not in DIRECTIONS:
        raise typer.BadParameter(text("opt.direction"), param_hint="--direction")
    lots = domain("traceability", tenant, as_json)
    show_traces(lots, whole_traces(lots, lot, direction, depth))


@app.command("pick", help=text("lots.pick"))
@guarded
def pick(
    material: Annotated[str, typer.Argument(help=text("opt.material"))],
    quantity: Annotated[str, typer.Option("--quantity", "-q", help=text("opt.quantity"))] = "",
    unit: Unit = "",
    need_on: Annotated[str, typer.Option("--on", help=text("opt.on"))] = "",
    order: Annotated[str, typer.Option("--order", help=text("opt.order"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    lots = domain("traceability", tenant, as_json)
    asked = {"material": material, **given(quantity=quantity, unit=unit, need_on=need_on, order_id=order)}
    found = lots.call("GET", "fefo", params=asked)
    if as_json:
        show_json(found)
        return
    lots.show_rows(found["picks"], PICKS)
    note(text("say.picked", covered=found["covered"], missing=found["missing"], unit=found["unit"]))


@app.command("record", help=text("lots.record"))
@guarded
def record(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    found = read_document(file)
    activities = found.get("activities", [found]) if isinstance(found, dict) else found
    if not isinstance(activities, list):
        raise Failed(text("error.activities_file", file=file))
    lots = domain("traceability", tenant, as_json)
    answer = lots.call("POST", "activities", json={"activities": activities})["recorded"]
    lots.show_rows(answer if as_json else [_moves(each) for each in answer], ACTIVITIES)


@app.command("activities", help=text("lots.activities"))
@guarded
def activities(
    kind: Annotated[str, typer.Option("--kind", help=text("opt.activity_kind"))] = "",
    equipment: Annotated[str, typer.Option("--equipment", "-e", help=text("opt.equipment"))] = "",
    order: Annotated[str, typer.Option("--order", help=text("opt.order"))] = "",
    start: Annotated[str, typer.Option("--from", help=text("opt.from"))] = "",
    end: Annotated[str, typer.Option("--to", help=text("opt.to"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    window = {name: instant(at) for name, at in {"from": start, "to": end}.items() if at}
    asked = given(kind=kind, equipment=equipment, order_id=order)
    lots = domain("traceability", tenant, as_json)
    found = lots.api.listing(lots.path("activities"), limit, asked | window)
    if not as_json:
        found.items[:] = [_moves(each) for each in found.items]
    lots.show_rows(found, ACTIVITIES)


@app.command("activity", help=text("lots.activity"))
@guarded
def activity(activity_id: ActivityId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    lots = domain("traceability", tenant, as_json)
    lots.show(lots.call("GET", "activities", activity_id))


@app.command("sensors", help=text("lots.sensors"))
@guarded
def sensors(activity_id: ActivityId, file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    found = read_document(file)
    body = {"sensors": found} if isinstance(found, list) else found
    lots = domain("traceability", tenant, as_json)
    lots.show(lots.call("POST", "activities", activity_id, "sensors", json=body))


@app.command("refused", help=text("lots.refused"))
@guarded
def refused(tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    domain("traceability", tenant, as_json).list("refused-reports", columns=REFUSED, limit=limit)


def _moves(activity: dict[str, object]) -> dict[str, object]:
    """An activity with its lots in two columns."""
    columns = {"into": "inputs", "out_of": "outputs"}
    return {**activity, **{shown: _lots(activity[name]) for shown, name in columns.items()}}


def _lots(moved: object) -> list[str]:
    assert isinstance(moved, list)
    return [f"{each['lot_id']} {each['quantity']} {each['unit']}" for each in moved]
