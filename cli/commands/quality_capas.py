"""`makoto quality …` of corrective actions: cause, actions, and the verification of their effect."""

from typing import Annotated

import typer

from cli.context import AsJson, Limit, Tenant, given
from cli.factory import domain, named_or, repeatable, said
from cli.output import guarded
from cli.texts import text
from cli.times import ahead

app = typer.Typer()

CAPAS = ("capa_id", "title", "status", "nc_id", "due_at", "opened_at", "opened_by")
ACTION_PARTS = 3
CapaId = Annotated[str, typer.Argument(help=text("opt.capa"))]
Actions = Annotated[list[str], typer.Option("--action", help=text("opt.action"))]
Cause = Annotated[str, typer.Option("--cause", help=text("opt.cause"))]
Whys = Annotated[list[str], typer.Option("--because", help=text("opt.because"))]
Due = Annotated[str, typer.Option("--due", help=text("opt.capa_due"))]


@app.command("capas", help=text("quality.capas"))
@guarded
def capas(
    status: Annotated[str, typer.Option("--status", help=text("opt.capa_status"))] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help=text("opt.overdue"))] = False,
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    late = {"overdue": "true"} if overdue else {}
    domain("quality", tenant, as_json).list("capas", columns=CAPAS, limit=limit, status=status, **late)


@app.command("capa", help=text("quality.capa"))
@guarded
def capa(capa_id: CapaId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("GET", "capas", capa_id))


@app.command("open-capa", help=text("quality.open_capa"))
@guarded
def open_capa(
    title: Annotated[str, typer.Argument(help=text("opt.title"))],
    problem: Annotated[str, typer.Option("--problem", help=text("opt.problem"))],
    capa_id: Annotated[str, typer.Option("--id", help=text("opt.capa_new"))] = "",
    case: Annotated[str, typer.Option("--case", help=text("opt.case"))] = "",
    cause: Cause = "",
    because: Whys = [],  # noqa: B006 - Typer copies it
    action: Actions = [],  # noqa: B006 - Typer copies it
    due: Due = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    name = named_or(capa_id, "capa")
    body = {"capa_id": name, "title": title, "problem": problem, **given(nc_id=case), **_root_cause(cause, because)}
    body |= said(actions=[_action(each) for each in action]) | ({"due_at": ahead(due)} if due else {})
    quality = domain("quality", tenant, as_json)
    with repeatable("--id", name):
        quality.show(quality.call("POST", "capas", json=body))


@app.command("change-capa", help=text("quality.change_capa"))
@guarded
def change_capa(
    capa_id: CapaId,
    cause: Cause = "",
    because: Whys = [],  # noqa: B006 - Typer copies it
    action: Actions = [],  # noqa: B006 - Typer copies it
    done: Annotated[list[int], typer.Option("--done", help=text("opt.done"))] = [],  # noqa: B006 - Typer copies it
    remark: Annotated[str, typer.Option("--note", help=text("opt.note"))] = "",
    due: Due = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = said(add_actions=[_action(each) for each in action], done=done, done_note=remark)
    body |= _root_cause(cause, because) | ({"due_at": ahead(due)} if due else {})
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("PATCH", "capas", capa_id, json=body))


@app.command("verify-capa", help=text("quality.verify_capa"))
@guarded
def verify_capa(
    capa_id: CapaId,
    evidence: Annotated[str, typer.Option("--evidence", help=text("opt.evidence"))],
    failed: Annotated[bool, typer.Option("--ineffective", help=text("opt.ineffective"))] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    body = {"is_effective": not failed, "evidence": evidence}
    quality.show(quality.call("POST", "capas", capa_id, "verification", json=body))


def _root_cause(cause: str, because: list[str]) -> dict[str, object]:
    return {"root_cause": {"cause": cause, "whys": because}} if cause else {}


def _action(given_as: str) -> dict[str, str]:
    """Read WHAT;OWNER;DUE."""
    parts = [each.strip() for each in given_as.split(";")]
    if len(parts) != ACTION_PARTS or not all(parts):
        raise typer.BadParameter(text("opt.action"), param_hint="--action")
    what, owner, due = parts
    return {"what": what, "owner": owner, "due_at": ahead(due)}
