"""The health routes through the handler, without a token."""

from typing import Any

import orjson
import pytest

from functions.health import api
from makoto.errors import Unavailable
from makoto.ports.health import Figures, HealthChecks
from makoto.runtime.composition import Platform
from tests.builders import api_event, lambda_context


class Database:
    name = "database"

    def check(self) -> Figures:
        raise Unavailable("connection to 10.0.3.7 refused")


def get(path: str) -> tuple[int, dict[str, Any]]:
    answer = api.handler(api_event("GET", path, tenant_id=None), lambda_context())
    return answer["statusCode"], orjson.loads(answer["body"])


def test_a_live_process_says_so_without_asking_anything(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(port: str) -> None:
        raise AssertionError(port)

    monkeypatch.setattr(platform, "adapter", asked)

    assert get("/health/live") == (200, {"status": "live"})


def test_readiness_names_every_part_with_its_figures() -> None:
    status, body = get("/health/ready")

    assert status == 200
    assert body["status"] == "ready"
    parts = {each["name"]: each for each in body["parts"]}
    assert set(parts) == {"database", "configuration", "identity", "bus", "onboarding", "telemetry_queue"}
    assert parts["telemetry_queue"]["figures"] == {"waiting": 0, "in_flight": 0, "dead_letters": 0}
    assert all(each["latency_ms"] >= 0 for each in parts.values())


def test_a_needed_part_that_fails_makes_503_and_its_fault_stays_in_the_log(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "adapter", lambda port: HealthChecks([Database()]))

    status, body = get("/health/ready")

    assert status == 503
    assert body["status"] == "not_ready"
    assert body["parts"][0]["detail"] == "answers with an error"
    assert "10.0.3.7" not in orjson.dumps(body).decode()
