"""`makoto masters …`: what the factory is made of."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.client import Listing
from cli.commands.masters_import import import_records
from cli.context import AsJson, Limit, Tenant
from cli.factory import From, JsonFile, To, domain, read_object, segment, span
from cli.failures import Failed
from cli.output import guarded, note, show, show_json, show_one, tell
from cli.texts import text
from cli.times import now

app = typer.Typer(no_args_is_help=True, help=text("masters"))


class Kind(StrEnum):
    """What master data is of."""

    EQUIPMENT = "equipment"
    CALENDAR = "calendar"
    REASON = "reason"
    MATERIAL = "material"
    BOM = "bom"
    ROUTING = "routing"
    RUN_TIME = "run_time"
    CHARACTERISTIC = "characteristic"


DATES = ("effective_from", "effective_to")
FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.EQUIPMENT: ("id", "name", "work_center", "calendar", "capacity_per_hour", "is_bottleneck"),
    Kind.CALENDAR: ("id", "name", "time_zone"),
    Kind.REASON: ("id", "parent", "name", "name_ja", "category", "loss"),
    Kind.MATERIAL: ("id", "name", "of", "unit", "shelf_life_days", "gtin", "tracked_by"),
    Kind.BOM: ("id", "product", "base_quantity", "unit", *DATES),
    Kind.ROUTING: ("id", "product", *DATES),
    Kind.RUN_TIME: ("id", "product", "equipment", "seconds_per_unit", *DATES),
    Kind.CHARACTERISTIC: ("id", "name", "product", "unit", "nominal", "lower", "upper", "metric"),
}
REVISIONS = ("revision", "changed_at", "changed_by", "is_retired")
NEEDS = ("level", "material", "quantity", "unit", "scrap", "is_made")
SHIFTS = ("on", "name", "start", "end", "breaks")
KindOf = Annotated[Kind, typer.Argument(help=text("opt.kind"))]
RecordId = Annotated[str, typer.Argument(help=text("opt.record_id"))]
Expected = Annotated[int | None, typer.Option("--expect", min=0, help=text("opt.expect"))]


@app.command("list", help=text("masters.list"))
@guarded
def list_records(
    kind: KindOf,
    prefix: Annotated[str, typer.Option("--prefix", help=text("opt.prefix"))] = "",
    tenant: Tenant = "",
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    columns = (*(f"record.{name}" for name in FIELDS[kind]), "revision", "changed_at")
    domain("masters", tenant, as_json).list(kind, columns=columns, limit=limit, prefix=prefix)


@app.command("show", help=text("masters.show"))
@guarded
def show_record(
    kind: KindOf,
    record_id: RecordId,
    revision: Annotated[int | None, typer.Option("--revision", min=1, help=text("opt.revision"))] = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    masters = domain("masters", tenant, as_json)
    _show(masters.call("GET", kind, segment(record_id), params={"revision": revision} if revision else {}), as_json)


@app.command("put", help=text("masters.put"))
@guarded
def put_record(file: JsonFile, expected: Expected = None, tenant: Tenant = "", as_json: AsJson = False) -> None:
    record = read_object(file)
    if not all(isinstance(record.get(name), str) for name in ("kind", "id")):
        raise Failed(text("error.master_file", file=file))
    masters = domain("masters", tenant, as_json)
    path = (record["kind"], segment(record["id"]))
    _show(masters.call("PUT", *path, json=record, headers=_match(expected)), as_json)


@app.command("import", help=text("masters.import"))
@guarded
def import_file(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    done = import_records(domain("masters", tenant, as_json), file)
    if as_json:
        show_json(done)
    else:
        tell(text("say.masters_imported", stored=done["stored"], unchanged=done["unchanged"]))
        for each in done["refused"]:
            note(text("say.point_refused", pointer=each["pointer"], reason=each["rule"], detail=each["detail"]))
    raise typer.Exit(2 if done["refused"] else 0)


@app.command("retire", help=text("masters.retire"))
@guarded
def retire(
    kind: KindOf, record_id: RecordId, expected: Expected = None, tenant: Tenant = "", as_json: AsJson = False
) -> None:
    masters = domain("masters", tenant, as_json)
    _show(masters.call("DELETE", kind, segment(record_id), headers=_match(expected)), as_json)


@app.command("history", help=text("masters.history"))
@guarded
def history(kind: KindOf, record_id: RecordId, tenant: Tenant = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    columns = (*REVISIONS, *(f"record.{name}" for name in FIELDS[kind]))
    domain("masters", tenant, as_json).list(kind, segment(record_id), "revisions", columns=columns, limit=limit)


@app.command("explode", help=text("masters.explode"))
@guarded
def explode(
    product: Annotated[str, typer.Argument(help=text("opt.product"))],
    quantity: Annotated[str, typer.Option("--quantity", "-q", help=text("opt.quantity"))] = "1",
    on: Annotated[str, typer.Option("--on", help=text("opt.on"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    asked = {"quantity": quantity} | ({"on": on} if on else {})
    found = domain("masters", tenant).call("GET", "material", product, "explosion", params=asked)
    if as_json:
        show_json(found)
        return
    tell(text("say.exploded", product=product, quantity=found["quantity"], unit=found["unit"], on=found["on"]))
    needs = [{**each, "material": "  " * (each["level"] - 1) + each["material"]} for each in found["needs"]]
    show(Listing(needs), NEEDS, as_json=False)


@app.command("shifts", help=text("masters.shifts"))
@guarded
def shifts(
    calendar: Annotated[str, typer.Argument(help=text("opt.calendar"))],
    start: From = "1d",
    end: To = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    masters = domain("masters", tenant, as_json)
    found = masters.call("GET", "calendar", calendar, "shifts", params=span(start, end or _in_a_week()))
    rows = [_local(each) for each in found]
    show(Listing(found if as_json else rows), SHIFTS, as_json=as_json)


def _in_a_week() -> str:
    from datetime import timedelta

    return (now() + timedelta(days=7)).isoformat()


def _local(shift: dict[str, Any]) -> dict[str, Any]:
    """A shift by its calendar's own clock."""
    start, end = (shift[name][:16].replace("T", " ") for name in ("local_start", "local_end"))
    return {**shift, "start": start, "end": end, "breaks": len(shift["breaks"])}


def _match(expected: int | None) -> dict[str, str]:
    return {} if expected is None else {"If-Match": str(expected)}


def _show(revision: dict[str, Any], as_json: bool) -> None:
    """One record with its revision, flat for people."""
    told = {name: value for name, value in revision.items() if name != "record"}
    show_one(revision if as_json else {**revision["record"], **told}, as_json=as_json)
