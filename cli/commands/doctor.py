"""`makoto doctor`: looks into a tenant's stores and says what to fix."""

import time
from typing import Annotated, Any

import typer

from cli.client import ApiClient, Listing
from cli.context import AsJson, Tenant, path_of, signed_in, tenant_path
from cli.failures import Failed
from cli.output import guarded, note, notes, show, show_json
from cli.settings import cli_settings
from cli.texts import text

COLUMNS = ("status", "store", "check", "latency_ms", "detail", "fix")
ADMIN = "/api/v1/admin/tenants"
LOOK_WITHIN_S, POLL_S, PATIENCE_S = 35, 2.0, 600


@guarded
def doctor(
    tenant: Tenant = "",
    contract: Annotated[bool, typer.Option("--contract", help=text("opt.contract"))] = False,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    path = _path(api, tenant)
    with notes.status(text("say.looking")):
        report = _contract(api, path) if contract else _health(api, path)
    if as_json:
        show_json(report)
    else:
        _tell(report)
    raise typer.Exit(1 if report["status"] == "failed" else 0)


def _path(api: ApiClient, tenant: str) -> str:
    if api.is_operator:
        if not tenant:
            raise Failed(text("error.whose_stores"))
        return path_of(ADMIN, tenant, "checks")
    return tenant_path(api, tenant, "checks")


def _health(api: ApiClient, path: str) -> dict[str, Any]:
    report: dict[str, Any] = api.call("POST", path, json={"suite": "health"}, timeout_s=LOOK_WITHIN_S)["report"]
    return report


def _contract(api: ApiClient, path: str) -> dict[str, Any]:
    """Ask, and wait until the schedule has run it."""
    api.call("POST", path, json={"suite": "contract"})
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found: dict[str, Any] = api.call("GET", f"{path}/latest")
        if found["pending"] is None and found["report"] is not None:
            report: dict[str, Any] = found["report"]
            return report
        time.sleep(POLL_S)
    raise Failed(text("error.slow_look", seconds=PATIENCE_S))


def _tell(report: dict[str, Any]) -> None:
    language = "ja" if cli_settings().language == "ja" else "en"
    findings = [{**each, "fix": each["fix"][language]} for each in report["findings"]]
    show(Listing(findings), COLUMNS, as_json=False)
    counted = {level: sum(each["status"] == level for each in findings) for level in ("ok", "warning", "failed")}
    style = {"ok": "green", "warning": "yellow", "failed": "red"}[report["status"]]
    note(text("say.looked", tenant_id=report["tenant_id"], **counted), style=style)
