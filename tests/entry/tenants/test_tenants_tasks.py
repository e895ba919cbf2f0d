"""The task door and the schedule, called as Step Functions and EventBridge call them."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.tenants import schedule, tasks
from functions.tenants.wiring import ports
from tests.builders import lambda_context
from tests.entry.tenants.conftest import TENANTS, Call, customer

GIVEN = {"correlation_id": "request-1"}


def _task(name: str, tenant_id: str, **more: str) -> Any:
    return tasks.handler({"task": name, "input": {**GIVEN, "tenant_id": tenant_id, **more}}, lambda_context())


def _accepted(call: Call) -> str:
    return str(call("POST", TENANTS, body=customer(), headers={"Idempotency-Key": "key-1"}).body["tenant_id"])


def test_a_failure_has_the_name_of_its_kind(call: Call) -> None:
    with pytest.raises(Exception, match="there is no tenant") as failed:
        _task("create_identity", "t00000000000z")
    assert type(failed.value).__name__ == "NotFound"


@pytest.mark.parametrize(
    "given", [{}, {"tenant_id": "x", **GIVEN}, {"tenant_id": "t00000000000z", "surprise": 1, **GIVEN}]
)
def test_what_is_no_command_is_invalid(call: Call, given: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="breaks") as failed:
        tasks.handler({"task": "activate", "input": given}, lambda_context())
    assert type(failed.value).__name__ == "Invalid"


def test_a_roll_back_is_seen_at_the_tenant(call: Call) -> None:
    tenant_id = _accepted(call)
    for step in ("register_metadata", "reach_cloud", "create_identity"):
        _task(step, tenant_id)

    assert _task("begin_roll_back", tenant_id, error="States.Timeout") == {"roll_back": True}
    for undo in ("undo_write_configuration", "undo_provision_stores", "undo_create_identity", "finish_roll_back"):
        _task(undo, tenant_id)

    shown = call("GET", f"{TENANTS}/{tenant_id}").body
    assert shown["status"] == "failed"
    assert shown["failure"]["step"] == "provision_stores"
    assert "States.Timeout" in shown["failure"]["cause"]
    assert shown["failure"]["residue"] is None


def test_an_active_tenant_is_not_rolled_back(onboarded: Callable[..., str]) -> None:
    assert _task("begin_roll_back", onboarded(), error="Unavailable") == {"roll_back": False}


def test_the_schedule_says_what_it_did(call: Call) -> None:
    tenant_id = _accepted(call)

    assert schedule.handler({}, lambda_context()) == {
        "published": 0,
        "projected": 1,
        "restarted": 0,
        "deleted": 0,
        "purged": 0,
        "problems": [],
    }
    assert ports().configuration.tenant(tenant_id).status == "onboarding"
