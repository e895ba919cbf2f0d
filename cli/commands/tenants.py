"""`makoto tenants …`"""

import time
from typing import Annotated, Any
from uuid import uuid5

import typer

from cli.client import ApiClient, Refused
from cli.context import AsJson, Limit, signed_in
from cli.output import console, guarded, show, show_one
from cli.texts import text

app = typer.Typer(no_args_is_help=True, help=text("tenants"))

COLUMNS = ("tenant_id", "name", "organization", "status", "created_at")
POLL_S = 0.5
PATIENCE_S = 300
ADMIN = "/api/v1/admin/tenants"


@app.command("create", help=text("tenants.create"))
@guarded
def create(
    name: Annotated[str, typer.Option("--name")],
    organization: Annotated[str, typer.Option("--organization")],
    admin_email: Annotated[str, typer.Option("--admin-email")],
    admin_name: Annotated[str, typer.Option("--admin-name")] = "",
    role_arn: Annotated[str, typer.Option("--role-arn")] = "",
    external_id: Annotated[str, typer.Option("--external-id")] = "",
    region: Annotated[str, typer.Option("--region")] = "ap-northeast-1",
    time_zone: Annotated[str, typer.Option("--time-zone")] = "Asia/Tokyo",
    key: Annotated[str, typer.Option("--idempotency-key")] = "",
    as_json: AsJson = False,
) -> None:
    cloud: dict[str, str] = {"mode": "hosted"}
    if role_arn:
        account = role_arn.split(":")[4]
        cloud = {
            "mode": "own_account",
            "account_id": account,
            "region": region,
            "role_arn": role_arn,
            "external_id": external_id,
        }
    body = {
        "name": name,
        "organization": organization,
        "administrator": {"email": admin_email, "name": admin_name or admin_email.split("@")[0]},
        "cloud": cloud,
        "time_zone": time_zone,
    }
    tenant = onboard(signed_in(), body, key or idempotency_key(organization, admin_email), quiet=as_json)
    show_one(tenant, as_json=as_json)


@app.command("list", help=text("tenants.list"))
@guarded
def list_tenants(status: str = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    filters = {"status": status} if status else {}
    show(signed_in().items(ADMIN, limit, **filters), COLUMNS, as_json=as_json)


@app.command("show", help=text("tenants.show"))
@guarded
def show_tenant(tenant_id: str, as_json: AsJson = False) -> None:
    show_one(signed_in().call("GET", f"{ADMIN}/{tenant_id}"), as_json=as_json)


@app.command("suspend", help=text("tenants.suspend"))
@guarded
def suspend(
    tenant_id: str, reason: Annotated[str, typer.Option("--reason", prompt=True)], as_json: AsJson = False
) -> None:
    show_one(signed_in().call("POST", f"{ADMIN}/{tenant_id}/suspend", json={"reason": reason}), as_json=as_json)


@app.command("resume", help=text("tenants.resume"))
@guarded
def resume(tenant_id: str, as_json: AsJson = False) -> None:
    show_one(signed_in().call("POST", f"{ADMIN}/{tenant_id}/resume"), as_json=as_json)


@app.command("delete", help=text("tenants.delete"))
@guarded
def delete(tenant_id: str, yes: Annotated[bool, typer.Option("--yes", prompt=True)]) -> None:
    if yes:
        signed_in().call("DELETE", f"{ADMIN}/{tenant_id}")


def idempotency_key(organization: str, email: str) -> str:
    """One key for one wish: running the same command again finds the first's result."""
    from uuid import NAMESPACE_URL

    return str(uuid5(NAMESPACE_URL, f"makoto:tenant:{organization}:{email}"))


def onboard(api: ApiClient, body: dict[str, Any], key: str, *, quiet: bool = False) -> dict[str, Any]:
    """Start onboarding and follow it to its end, saying each step once.

    Raises Refused with the step and the cause when it failed.
    """
    tenant = api.call("POST", ADMIN, json=body, headers={"Idempotency-Key": key})
    said: set[tuple[str, str]] = set()
    deadline = time.monotonic() + PATIENCE_S
    while tenant["status"] == "onboarding" and time.monotonic() < deadline:
        time.sleep(POLL_S)
        tenant = api.call("GET", f"{ADMIN}/{tenant['tenant_id']}")
        if not quiet:
            _say_progress(tenant, said)
    if tenant["status"] == "failed":
        step = next((each for each in tenant["steps"] if each["status"] == "failed"), {"step": "?", "cause": "?"})
        raise Refused(409, {"detail": text("error.onboarding", step=step["step"], cause=step["cause"])})
    return dict(tenant)


def _say_progress(tenant: dict[str, Any], said: set[tuple[str, str]]) -> None:
    for step in tenant.get("steps", []):
        news = (step["step"], step["status"])
        if news not in said:
            said.add(news)
            console.print("  " + text("say.step", step=news[0], status=news[1]))
