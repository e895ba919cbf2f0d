"""`makoto tenants move …`: carries a tenant to another cloud, and back if need be."""

from pathlib import Path
from typing import Annotated

import typer

from cli.client import ApiClient, Listing
from cli.commands.moving import followed, moves_path, newest
from cli.commands.onboarding import idempotency_key
from cli.commands.places import place, without_keys
from cli.context import AsJson, signed_in
from cli.output import guarded, note, show, show_one
from cli.texts import text

COLUMNS = ("move_id", "source.provider", "target.provider", "phase", "status", "started_at", "ended_at")
TenantId = Annotated[str, typer.Argument(help=text("opt.tenant_id"))]
MoveId = Annotated[str, typer.Option("--move", help=text("opt.move"))]
Watch = Annotated[bool, typer.Option("--watch", "-w", help=text("opt.watch"))]


@guarded
def move(
    tenant_id: TenantId,
    to: Annotated[str, typer.Option("--to", help=text("opt.move_to"))],
    config: Annotated[Path | None, typer.Option("--config", help=text("opt.move_config"))] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help=text("opt.move_keys"))] = None,
    grace_hours: Annotated[int, typer.Option("--grace-hours", min=0, max=720, help=text("opt.grace"))] = 24,
    longest_pause: Annotated[int, typer.Option("--longest-pause", min=10, help=text("opt.longest_pause"))] = 900,
    remove_source: Annotated[bool, typer.Option("--remove-source", help=text("opt.remove_source"))] = False,
    key: Annotated[str, typer.Option("--idempotency-key", help=text("opt.key"))] = "",
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    body = {
        "cloud": place(to, config, keys),
        "grace_hours": grace_hours,
        "longest_pause_s": longest_pause,
        "remove_source": remove_source,
    }
    sent = key or idempotency_key({"move": tenant_id, "after": _latest(api, tenant_id), **without_keys(body)})
    begun = api.call("POST", moves_path(tenant_id), json=body, headers={"Idempotency-Key": sent})
    note(text("say.moving", tenant_id=tenant_id, move_id=begun["move_id"], seconds=begun["pause_s"]))
    show_one(followed(api, begun) if watch else begun, as_json=as_json)


@guarded
def moves(tenant_id: TenantId, move_id: MoveId = "", watch: Watch = False, as_json: AsJson = False) -> None:
    api = signed_in()
    if not (move_id or watch):
        show(Listing(api.call("GET", moves_path(tenant_id))["items"]), COLUMNS, as_json=as_json)
        return
    found = api.call("GET", moves_path(tenant_id, move_id or newest(api, tenant_id)))
    show_one(followed(api, found) if watch else found, as_json=as_json)


@guarded
def roll_back(tenant_id: TenantId, move_id: MoveId = "", as_json: AsJson = False) -> None:
    api = signed_in()
    path = moves_path(tenant_id, move_id or newest(api, tenant_id), "roll_back")
    show_one(api.call("POST", path), as_json=as_json)


@guarded
def finish(tenant_id: TenantId, move_id: MoveId = "", watch: Watch = False, as_json: AsJson = False) -> None:
    api = signed_in()
    ended = api.call("POST", moves_path(tenant_id, move_id or newest(api, tenant_id), "finish"))
    show_one(followed(api, ended, to_the_end=True) if watch else ended, as_json=as_json)


def _latest(api: ApiClient, tenant_id: str) -> str:
    """One key for one wish: after another move has ended, the same command is a new wish."""
    ended = [each["move_id"] for each in api.call("GET", moves_path(tenant_id))["items"] if each["status"] != "running"]
    return str(ended[0]) if ended else ""
