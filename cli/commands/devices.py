"""`makoto devices …`"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import AsJson, Limit, Tenant, given, signed_in, tenant_path
from cli.output import guarded, note, show, show_one
from cli.private_files import write_private
from cli.texts import text

app = typer.Typer(no_args_is_help=True, help=text("devices"))

COLUMNS = ("device_id", "path.site", "path.area", "path.line", "path.cell", "status", "description", "registered_at")
DeviceId = Annotated[str, typer.Argument(help=text("opt.device_id"))]
Out = Annotated[Path | None, typer.Option("--out", help=text("opt.out_credentials"))]


@app.command("register", help=text("devices.register"))
@guarded
def register(
    device_id: DeviceId,
    site: Annotated[str, typer.Option("--site", help=text("opt.site"))],
    area: Annotated[str, typer.Option("--area", help=text("opt.area"))],
    line: Annotated[str, typer.Option("--line", help=text("opt.line"))],
    cell: Annotated[str, typer.Option("--cell", help=text("opt.cell"))],
    description: Annotated[str, typer.Option("--description", help=text("opt.description"))] = "",
    out: Out = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    path = _credentials_file(out, device_id)
    if path.exists():
        raise typer.BadParameter(text("error.exists", path=path), param_hint="--out")
    body = {"device_id": device_id, "site": site, "area": area, "line": line, "cell": cell}
    described = body | given(description=description)
    _issue(api.call("POST", tenant_path(api, tenant, "devices"), json=described), path, as_json)


@app.command("list", help=text("devices.list"))
@guarded
def list_devices(
    site: Annotated[str, typer.Option("--site", help=text("opt.site"))] = "",
    line: Annotated[str, typer.Option("--line", help=text("opt.line"))] = "",
    status: Annotated[str, typer.Option("--status", help=text("opt.device_status"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    filters = given(site=site, line=line, status=status)
    show(api.listing(tenant_path(api, tenant, "devices"), limit, filters), COLUMNS, as_json=as_json)


@app.command("show", help=text("devices.show"))
@guarded
def show_device(device_id: DeviceId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    api = signed_in()
    show_one(api.call("GET", tenant_path(api, tenant, "devices", device_id)), as_json=as_json)


@app.command("disable", help=text("devices.disable"))
@guarded
def disable(device_id: DeviceId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    api = signed_in()
    show_one(api.call("POST", tenant_path(api, tenant, "devices", device_id, "disable")), as_json=as_json)


@app.command("enable", help=text("devices.enable"))
@guarded
def enable(device_id: DeviceId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    api = signed_in()
    show_one(api.call("POST", tenant_path(api, tenant, "devices", device_id, "enable")), as_json=as_json)


@app.command("rotate", help=text("devices.rotate"))
@guarded
def rotate(
    device_id: DeviceId,
    keep_previous: Annotated[bool, typer.Option("--keep-previous", help=text("opt.keep_previous"))] = False,
    out: Out = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    path = _credentials_file(out, device_id)
    asked = {"keep_previous": keep_previous}
    _issue(api.call("POST", tenant_path(api, tenant, "devices", device_id, "rotate"), json=asked), path, as_json)


@app.command("retire", help=text("devices.retire"))
@guarded
def retire(
    device_id: DeviceId,
    certificate_id: Annotated[str, typer.Argument(help=text("opt.certificate_id"))],
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    path = tenant_path(api, tenant, "devices", device_id, "certificates", certificate_id)
    show_one(api.call("DELETE", path), as_json=as_json)


def _credentials_file(out: Path | None, device_id: str) -> Path:
    """Where the credentials go, checked before they are asked for: they are given once."""
    name = Path(f"{device_id}.json".replace("/", "_").replace("\0", ""))
    path = name if out is None else out / name if out.is_dir() else out
    if not path.parent.is_dir():
        raise typer.BadParameter(text("error.no_folder", path=path.parent), param_hint="--out")
    return path


def _issue(answer: dict[str, Any], path: Path, as_json: bool) -> None:
    write_private(path, json.dumps(answer["credentials"], indent=2))
    show_one(answer["device"] | {"credentials_file": str(path)}, as_json=as_json)
    note(text("say.credentials", path=path))
