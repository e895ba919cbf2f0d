"""`makoto outbox …`"""

from typing import Annotated, Any

import typer

from cli.client import ApiClient
from cli.context import AsJson, Limit, Tenant, given, path_of, signed_in, tenant_path
from cli.output import guarded, show, show_one, tell
from cli.texts import text

app = typer.Typer(no_args_is_help=True, help=text("outbox"))

COLUMNS = ("partition", "aggregate", "version", "detail_type", "occurred_at", "attempts", "event_id")
Partition = Annotated[str, typer.Argument(help=text("opt.partition"))]
Aggregate = Annotated[str, typer.Argument(help=text("opt.aggregate"))]
Version = Annotated[int | None, typer.Option(min=0, help=text("opt.version"))]


@app.command("list", help=text("outbox.list"))
@guarded
def list_waiting(tenant: Tenant = "", as_json: AsJson = False) -> None:
    api = signed_in()
    state = api.call("GET", _path(api, tenant), params={"limit": 200})
    show_one({name: value for name, value in state.items() if name != "next_cursor" or value}, as_json=as_json)


@app.command("events", help=text("outbox.events"))
@guarded
def list_events(
    partition: Partition,
    aggregate: Annotated[str, typer.Option("--aggregate", help=text("opt.aggregate"))] = "",
    state: Annotated[str, typer.Option("--state", help=text("opt.event_state"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    asked = given(partition=partition, aggregate=aggregate, state=state)
    show(api.listing(_path(api, tenant, "events"), limit, asked), COLUMNS, as_json=as_json)


@app.command("redrive", help=text("outbox.redrive"))
@guarded
def redrive(partition: Partition, aggregate: Aggregate, tenant: Tenant = "", as_json: AsJson = False) -> None:
    api = signed_in()
    body = {"partition": partition, "aggregate": aggregate}
    show_one(api.call("POST", _path(api, tenant, "redrive"), json=body), as_json=as_json)


@app.command("replay", help=text("outbox.replay"))
@guarded
def replay(
    partition: Partition,
    aggregate: Aggregate,
    from_version: Version = None,
    to_version: Version = None,
    tenant: Tenant = "",
) -> None:
    api = signed_in()
    bounds = {"from_version": from_version, "to_version": to_version}
    body: dict[str, Any] = {"partition": partition, "aggregate": aggregate}
    body |= {name: value for name, value in bounds.items() if value is not None}
    tell(text("say.replayed", count=api.call("POST", _path(api, tenant, "replay"), json=body)["events"]))


def _path(api: ApiClient, tenant: str, *rest: str) -> str:
    """The platform's people name the tenant; everybody else's is his own."""
    if api.is_operator:
        return path_of("/api/v1/admin/outbox", tenant or api.tenant_id, *rest)
    return tenant_path(api, tenant, "outbox", *rest)
