"""Looks into tenants' stores over HTTP and by the schedule."""

from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from functions.doctor import api, schedule
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.domain import PLATFORM_TENANT_ID, TenantStatus
from makoto.errors import Forbidden, Unavailable
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record

OWN = f"/api/v1/tenants/{TENANT}/checks"
ANY = f"/api/v1/admin/tenants/{TENANT}/checks"
ADMIN = {"tenant_id": PLATFORM_TENANT_ID, "role": "platform_admin"}
PARAMS = [(OWN, {}), (ANY, ADMIN)]


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))


def ask(method: str, path: str, **how: Any) -> tuple[int, Any, dict[str, list[str]]]:
    answer = api.handler(api_event(method, path, **how), lambda_context())
    return answer["statusCode"], orjson.loads(answer["body"]), answer["multiValueHeaders"]


def tick(left_ms: int = 300_000) -> int:
    context = SimpleNamespace(aws_request_id="tick-1", get_remaining_time_in_millis=lambda: left_ms)
    return int(schedule.handler({}, context)["looked_into"])  # type: ignore[arg-type]  # what the handler reads of it


@pytest.mark.parametrize(("base", "who"), PARAMS)
def test_sound_stores_are_found_sound_and_the_report_is_kept(base: str, who: dict[str, Any]) -> None:
    status, found, _ = ask("POST", base, body={"suite": "health"}, **who)

    assert (status, found["pending"], found["report"]["status"]) == (200, None, "ok")
    checks = {(each["store"], each["check"]) for each in found["report"]["findings"]}
    assert checks >= {("documents", "reachability"), ("objects", "permission sign"), ("secrets", "latency")}
    assert ask("GET", f"{base}/latest", **who)[:2] == (200, found)


@pytest.mark.parametrize(("base", "who"), PARAMS)
def test_the_long_suite_is_taken_by_the_schedule(base: str, who: dict[str, Any]) -> None:
    status, found, headers = ask("POST", base, body={"suite": "contract"}, **who)
    assert (status, found["pending"], headers["Location"]) == (202, "contract", [f"{base}/latest"])

    tick()

    _, found, _ = ask("GET", f"{base}/latest", **who)
    assert (found["pending"], found["report"]["suite"], found["report"]["status"]) == (None, "contract", "ok")
    assert len(found["report"]["findings"]) == 47


def test_where_nobody_has_looked_there_is_no_report() -> None:
    status, problem, _ = ask("GET", f"{OWN}/latest")

    assert (status, problem["type"]) == (404, "urn:makoto:problem:not-looked-into")


@pytest.mark.parametrize("role", ["engineer", "operator", "viewer"])
@pytest.mark.parametrize("base", [OWN, ANY])
def test_other_roles_may_not_look(base: str, role: str) -> None:
    assert ask("POST", base, body={}, role=role)[0] == 403
    assert ask("GET", f"{base}/latest", role=role)[0] == 403


def test_another_tenants_administrator_may_not_look() -> None:
    ask("POST", OWN, body={})

    for base in (OWN, ANY):
        assert ask("POST", base, body={}, tenant_id=OTHER_TENANT)[0] == 403
        assert ask("GET", f"{base}/latest", tenant_id=OTHER_TENANT)[0] == 403


def test_an_unknown_suite_is_refused() -> None:
    assert ask("POST", OWN, body={"suite": "everything"})[0] == 422


def _break(monkeypatch: pytest.MonkeyPatch, platform: Platform, method: str, error: Exception) -> None:
    """Let one act of one tenant's documents fail."""
    whole, own = getattr(MemoryDocuments, method), platform.stores(tenant_record(TENANT)).documents.driver

    def failing(self: MemoryDocuments, *given: Any) -> Any:
        if self is own:
            raise error
        return whole(self, *given)

    monkeypatch.setattr(MemoryDocuments, method, failing)


def test_a_permission_that_is_missing_is_named_with_what_helps(
    monkeypatch: pytest.MonkeyPatch, platform: Platform
) -> None:
    _break(monkeypatch, platform, "scan", Forbidden("refused"))

    _, found, _ = ask("POST", OWN, body={})

    failed = {each["check"]: each["fix"] for each in found["report"]["findings"] if each["status"] == "failed"}
    assert set(failed) == {"permission query"}
    assert "Grant" in failed["permission query"]["en"]
    assert "権限" in failed["permission query"]["ja"]


def test_a_store_that_is_down_is_one_failure_and_the_others_are_looked_into(
    monkeypatch: pytest.MonkeyPatch, platform: Platform
) -> None:
    _break(monkeypatch, platform, "read", Unavailable("does not answer"))

    _, found, _ = ask("POST", OWN, body={})

    findings = found["report"]["findings"]
    failed = [(each["store"], each["check"]) for each in findings if each["status"] == "failed"]
    assert failed == [("documents", "reachability")]
    assert {each["store"] for each in findings if each["check"].startswith("permission")} == {"objects", "secrets"}


def test_every_active_tenant_is_looked_into_once_a_day(platform: Platform) -> None:
    platform.configuration.save_tenant(tenant_record("t0123456789ad", status=TenantStatus.SUSPENDED))

    assert (tick(), tick()) == (2, 0)
    assert ask("GET", f"{OWN}/latest")[1]["report"]["status"] == "ok"


def test_a_look_that_cannot_be_finished_is_not_begun() -> None:
    assert tick(left_ms=60_000) == 0


def test_what_fails_for_one_tenant_is_logged_and_the_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    _break(monkeypatch, platform, "read", Unavailable("does not answer"))

    assert tick() == 2

    assert "store check failed" in caplog.text
    assert ask("GET", f"/api/v1/admin/tenants/{OTHER_TENANT}/checks/latest", **ADMIN)[1]["report"]["status"] == "ok"
