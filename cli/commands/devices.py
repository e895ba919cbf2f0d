"""`makoto devices …`"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import AsJson, Limit, Tenant, signed_in, tenant_path
from cli.output import console, guarded, show, show_one
from cli.texts import text

app = typer.Typer(no_args_is_help=True, help=text("devices"))

COLUMNS = ("device_id", "path.site", "path.area", "path.line", "path.cell", "status", "registered_at")
Out = Annotated[Path, typer.Option("--out", help="PATH.json")]


@app.command("register", help=text("devices.register"))
@guarded
def register(
    device_id: str,
    site: Annotated[str, typer.Option("--site")],
    area: Annotated[str, typer.Option("--area")],
    line: Annotated[str, typer.Option("--line")],
    cell: Annotated[str, typer.Option("--cell")],
    description: Annotated[str, typer.Option("--description")] = "",
    out: Out = Path(),
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    body = {"device_id": device_id, "site": site, "area": area, "line": line, "cell": cell}
    described = body | ({"description": description} if description else {})
    answer = api.call("POST", tenant_path(api, tenant, "devices"), json=described)
    show_one(answer["device"], as_json=as_json)
    _save_credentials(answer["credentials"], out if out.suffix else Path(f"{device_id}.json"))


@app.command("list", help=text("devices.list"))
@guarded
def list_devices(
    site: str = "", line: str = "", status: str = "", tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False
) -> None:
    api = signed_in()
    filters = {name: value for name, value in (("site", site), ("line", line), ("status", status)) if value}
    show(api.items(tenant_path(api, tenant, "devices"), limit, **filters), COLUMNS, as_json=as_json)


@app.command("disable", help=text("devices.disable"))
@guarded
def disable(device_id: str, tenant: Tenant = "", as_json: AsJson = False) -> None:
    _act(device_id, "disable", tenant, as_json)


@app.command("enable", help=text("devices.enable"))
@guarded
def enable(device_id: str, tenant: Tenant = "", as_json: AsJson = False) -> None:
    _act(device_id, "enable", tenant, as_json)


@app.command("rotate", help=text("devices.rotate"))
@guarded
def rotate(device_id: str, out: Out = Path(), tenant: Tenant = "") -> None:
    api = signed_in()
    answer = api.call("POST", tenant_path(api, tenant, f"devices/{device_id}/rotate"))
    _save_credentials(answer["credentials"], out if out.suffix else Path(f"{device_id}.json"))


def _act(device_id: str, action: str, tenant: str, as_json: bool) -> None:
    api = signed_in()
    show_one(api.call("POST", tenant_path(api, tenant, f"devices/{device_id}/{action}")), as_json=as_json)


def _save_credentials(credentials: dict[str, Any], path: Path) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(credentials, indent=2))
    console.print(text("say.credentials", path=path))
