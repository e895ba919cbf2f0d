"""Starts an onboarding and follows it to its end."""

import json
import time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cli.client import ApiClient
from cli.context import path_of
from cli.failures import Failed
from cli.output import note
from cli.texts import text, text_or

ADMIN = "/api/v1/admin/tenants"
POLL_S = 0.5
PATIENCE_S = 300


def idempotency_key(body: dict[str, Any]) -> str:
    """One key for one wish: the same command again finds the first's result."""
    return str(uuid5(NAMESPACE_URL, "makoto:tenant:" + json.dumps(body, sort_keys=True)))


def onboard(api: ApiClient, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Start onboarding and wait until the tenant is active, saying each step once.

    Raises Failed with the step and the cause when it failed.
    """
    tenant = api.call("POST", ADMIN, json=body, headers={"Idempotency-Key": key})
    note(text("say.onboarding", tenant_id=tenant["tenant_id"]))
    tenant = _followed(api, tenant["tenant_id"])
    match tenant["status"]:
        case "active" | "suspended":
            return tenant
        case "failed":
            failure = tenant.get("failure") or {"step": "?", "cause": "?"}
            step = text_or(failure["step"], f"step.{failure['step']}")
            said = text("error.onboarding", tenant_id=tenant["tenant_id"], step=step, cause=failure["cause"])
            raise Failed("\n".join((said, text("error.try_again"))))
        case "onboarding":
            raise Failed(text("error.slow_onboarding", seconds=PATIENCE_S, tenant_id=tenant["tenant_id"]))
        case ended:
            raise Failed(text("error.ended", tenant_id=tenant["tenant_id"], status=ended))


def _followed(api: ApiClient, tenant_id: str) -> dict[str, Any]:
    said: set[tuple[str, str]] = set()
    deadline = time.monotonic() + PATIENCE_S
    while True:
        tenant: dict[str, Any] = api.call("GET", path_of(ADMIN, tenant_id))
        _say_progress(tenant["steps"], said)
        if tenant["status"] != "onboarding" or time.monotonic() > deadline:
            return tenant
        time.sleep(POLL_S)


def _say_progress(steps: list[dict[str, Any]], said: set[tuple[str, str]]) -> None:
    for step in steps:
        news = (step["step"], step["status"])
        if news not in said:
            said.add(news)
            name, state = text_or(news[0], f"step.{news[0]}"), text_or(news[1], f"state.{news[1]}")
            note(f"  {name}: {state}")
