"""`makoto tenants …`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.onboarding import ADMIN, idempotency_key, onboard
from cli.commands.places import HOSTED, place, read_json, without_keys
from cli.context import AsJson, Limit, given, path_of, signed_in
from cli.output import guarded, show, show_one, tell
from cli.texts import text

app = typer.Typer(no_args_is_help=True, help=text("tenants"))

COLUMNS = ("tenant_id", "name", "organization", "status", "time_zone", "created_at")
ROLE_ARN_PARTS = 6  # arn:partition:iam::account:role/name
TenantId = Annotated[str, typer.Argument(help=text("opt.tenant_id"))]


def _visible_ascii(key: str) -> str:
    if any(not "!" <= each <= "~" for each in key):
        raise typer.BadParameter(text("error.key"))
    return key


@app.command("create", help=text("tenants.create"))
@guarded
def create(
    name: Annotated[str, typer.Option("--name", help=text("opt.tenant_name"))],
    organization: Annotated[str, typer.Option("--organization", help=text("opt.organization"))],
    admin_email: Annotated[str, typer.Option("--admin-email", help=text("opt.admin_email"))],
    admin_name: Annotated[str, typer.Option("--admin-name", help=text("opt.admin_name"))] = "",
    role_arn: Annotated[str, typer.Option("--role-arn", help=text("opt.role_arn"))] = "",
    external_id: Annotated[str, typer.Option("--external-id", help=text("opt.external_id"))] = "",
    region: Annotated[str, typer.Option("--region", help=text("opt.region"))] = "ap-northeast-1",
    cloud: Annotated[str, typer.Option("--cloud", help=text("opt.cloud"))] = HOSTED,
    config: Annotated[Path | None, typer.Option("--config", help=text("opt.move_config"))] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help=text("opt.move_keys"))] = None,
    residency: Annotated[list[str], typer.Option("--residency", help=text("opt.residency"))] = [],  # noqa: B006
    time_zone: Annotated[str, typer.Option("--time-zone", help=text("opt.time_zone"))] = "Asia/Tokyo",
    locale: Annotated[str, typer.Option("--locale", help=text("opt.locale"))] = "ja",
    feature: Annotated[list[str], typer.Option("--feature", help=text("opt.feature"))] = [],  # noqa: B006 - copied
    key: Annotated[str, typer.Option("--idempotency-key", callback=_visible_ascii, help=text("opt.key"))] = "",
    as_json: AsJson = False,
) -> None:
    body = {
        "name": name,
        "organization": organization,
        "administrator": {"email": admin_email, "name": admin_name or admin_email.split("@")[0]},
        "cloud": _own_account(role_arn, external_id, region) if role_arn else place(cloud, config, keys),
        "features": feature,
        "time_zone": time_zone,
        "locale": locale,
        "residency": residency,
    }
    show_one(onboard(signed_in(), body, key or idempotency_key(without_keys(body))), as_json=as_json)


@app.command("list", help=text("tenants.list"))
@guarded
def list_tenants(
    status: Annotated[str, typer.Option("--status", help=text("opt.tenant_status"))] = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    show(signed_in().listing(ADMIN, limit, given(status=status)), COLUMNS, as_json=as_json)


@app.command("show", help=text("tenants.show"))
@guarded
def show_tenant(tenant_id: TenantId, as_json: AsJson = False) -> None:
    show_one(signed_in().call("GET", path_of(ADMIN, tenant_id)), as_json=as_json)


@app.command("suspend", help=text("tenants.suspend"))
@guarded
def suspend(
    tenant_id: TenantId,
    reason: Annotated[str, typer.Option("--reason", help=text("opt.reason"))] = "",
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    why = {"reason": reason or typer.prompt(text("ask.reason"))}
    show_one(api.call("POST", path_of(ADMIN, tenant_id, "suspend"), json=why), as_json=as_json)


@app.command("resume", help=text("tenants.resume"))
@guarded
def resume(tenant_id: TenantId, as_json: AsJson = False) -> None:
    show_one(signed_in().call("POST", path_of(ADMIN, tenant_id, "resume")), as_json=as_json)


@app.command("rotate-keys", help=text("tenants.rotate_keys"))
@guarded
def rotate_keys(keys: Annotated[Path, typer.Option("--keys", help=text("opt.move_keys"))]) -> None:
    api = signed_in()
    api.call("PUT", path_of("/api/v1/tenants", api.tenant_id, "cloud-keys"), json={"keys": read_json(keys)})
    tell(text("say.keys_rotated"))


@app.command("delete", help=text("tenants.delete"))
@guarded
def delete(
    tenant_id: TenantId, yes: Annotated[bool, typer.Option("--yes", "-y", help=text("opt.yes"))] = False
) -> None:
    api = signed_in()
    if not yes:
        typer.confirm(text("ask.delete", tenant_id=tenant_id), abort=True)
    left = api.call("DELETE", path_of(ADMIN, tenant_id))
    tell(text("say.deleting" if left else "say.deleted", tenant_id=tenant_id))


def _own_account(role_arn: str, external_id: str, region: str) -> dict[str, Any]:
    """The customer's account is the one its role is in."""
    parts = role_arn.split(":")
    if len(parts) != ROLE_ARN_PARTS:
        raise typer.BadParameter(text("error.role_arn", text=role_arn), param_hint="--role-arn")
    if not external_id:
        raise typer.BadParameter(text("error.external_id"), param_hint="--external-id")
    role = {"account_id": parts[4], "role_arn": role_arn, "external_id": external_id}
    return {"mode": "own_account", "region": region, **role}
