"""`makoto lots …`: held, and let go."""

from typing import Annotated

import typer

from cli.context import AsJson, Limit, Tenant
from cli.factory import domain, said
from cli.output import guarded
from cli.texts import text

app = typer.Typer()

SWEEPS = ("sweep_id", "action", "origin", "cause", "phase", "lots", "changed", "opened_at", "opened_by", "done_at")
Cause = Annotated[str, typer.Option("--cause", help=text("opt.hold_cause"))]
Reason = Annotated[str, typer.Option("--reason", help=text("opt.why"))]


@app.command("hold", help=text("lots.hold"))
@guarded
def hold(
    lots: Annotated[list[str], typer.Argument(help=text("opt.lots"))],
    cause: Cause,
    reason: Reason,
    downstream: Annotated[bool, typer.Option("--downstream", help=text("opt.downstream"))] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    traceability = domain("traceability", tenant, as_json)
    body = {"lots": lots, "cause": cause, "reason": reason, "is_downstream": downstream}
    traceability.show(traceability.call("POST", "holds", json=body))


@app.command("release", help=text("lots.release"))
@guarded
def release(
    cause: Cause,
    reason: Reason,
    lots: Annotated[list[str] | None, typer.Argument(help=text("opt.lots_or_all"))] = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    traceability = domain("traceability", tenant, as_json)
    body = {"cause": cause, "reason": reason, **said(lots=lots)}
    traceability.show(traceability.call("POST", "holds", "release", json=body))


@app.command("held", help=text("lots.held"))
@guarded
def held(
    cause: Annotated[str, typer.Argument(help=text("opt.hold_cause"))],
    tenant: Tenant = "",
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    traceability = domain("traceability", tenant, as_json)
    traceability.list("holds", columns=("lot_id", "reason"), limit=limit, cause=cause)


@app.command("sweeps", help=text("lots.sweeps"))
@guarded
def sweeps(tenant: Tenant = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    domain("traceability", tenant, as_json).list("sweeps", columns=SWEEPS, limit=limit)
