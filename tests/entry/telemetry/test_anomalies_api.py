"""Watches and anomalies over HTTP: what is watched is set and refused with a reason, what was found is listed."""

import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from functions.telemetry import api
from makoto.domain import instant_from_ms
from makoto.ports.documents import Key
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.entry.telemetry.conftest import PATH
from tests.unit.codecs.messages import DEVICE, series, telemetry

Call = Callable[..., tuple[int, Any]]
METRIC = "spindle/load"
COUNT = 1000


@pytest.fixture
def call(platform: Platform) -> Call:
    for tenant_id in (TENANT, OTHER_TENANT):
        tenant = platform.open_tenant(tenant_id, None, "test")
        tenant.documents.put(Key("device", DEVICE), {"device_id": DEVICE})

    def send(method: str, path: str, *, tenant_id: str = TENANT, **how: Any) -> tuple[int, Any]:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/telemetry{path}", tenant_id=tenant_id, **how)
        answer = api.handler(event, lambda_context())
        return answer["statusCode"], orjson.loads(answer["body"])

    return send


def watch(**fields: Any) -> dict[str, Any]:
    return {"device": DEVICE, "metrics": ["spindle/*"], "threshold": 0.8} | fields


def spikes(now_ms: int, *, places: tuple[int, ...]) -> dict[str, Any]:
    """A load that wobbles around 40, with spikes at some places."""
    noise = random.Random(1)
    values = [40.0 + noise.gauss(0.0, 0.5) for _ in range(COUNT)]
    for rank, place in enumerate(places):
        values[place] = 90.0 + 60.0 * rank
    times = [now_ms - 1000 * (COUNT - index) for index in range(COUNT)]
    return telemetry(series(METRIC, t=times, v=values), sent_at=now_ms)


def test_a_watch_is_set_and_says_what_it_does(call: Call, now_ms: int) -> None:
    assert call("GET", f"/watches/{DEVICE}")[0] == 404
    status, item = call("PUT", f"/watches/{DEVICE}", body={"device": DEVICE})
    assert (status, item["watch"]["metrics"], item["threshold"]) == (200, ["*"], 0.5)
    call("POST", "", body=spikes(now_ms, places=()))
    _, item = call("GET", f"/watches/{DEVICE}")
    (stream,) = item["streams"]
    assert (stream["metric"], stream["late"]) == (METRIC, 0)
    assert stream["scored_to"].replace("Z", "+00:00") == instant_from_ms(now_ms - 1000).isoformat()


def test_anomalies_are_listed_the_newest_first_page_by_page(call: Call, now_ms: int) -> None:
    call("PUT", f"/watches/{DEVICE}", body=watch())
    call("POST", "", body=spikes(now_ms, places=(600, 800, 999)))
    _, found = call("GET", "/anomalies")
    assert [item["value"] for item in found["items"]] == [210.0, 150.0, 90.0]
    newest = found["items"][0]
    assert (newest["device"], newest["equipment"], newest["metric"], newest["of_the_machine"]) == (
        DEVICE,
        PATH,
        METRIC,
        False,
    )
    assert newest["score"] >= 0.8
    assert 30 < newest["expected"] < 50
    _, first = call("GET", "/anomalies", query={"device": DEVICE, "limit": "2"})
    _, second = call("GET", "/anomalies", query={"device": DEVICE, "limit": "2", "cursor": first["next_cursor"]})
    assert [item["value"] for item in first["items"] + second["items"]] == [210.0, 150.0, 90.0]
    assert second["next_cursor"] is None


def test_anomalies_of_a_span_are_asked_for(call: Call, now_ms: int) -> None:
    call("PUT", f"/watches/{DEVICE}", body=watch())
    call("POST", "", body=spikes(now_ms, places=(600, 800)))
    span = {"from": instant_from_ms(now_ms - 250_000).isoformat(), "to": instant_from_ms(now_ms).isoformat()}
    assert [item["value"] for item in call("GET", "/anomalies", query=span)[1]["items"]] == [150.0]
    assert call("GET", "/anomalies", query={"from": span["to"], "to": span["from"]})[0] == 422


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"device": "edge-08"}, "/body/device"),
        ({"metrics": []}, "/body/metrics"),
        ({"metrics": ["a", "a"]}, "/body/metrics"),
        ({"is_together": True}, "/body/metrics"),
        ({"is_together": True, "metrics": [f"metric-{each}" for each in range(33)]}, "/body/metrics"),
        ({"threshold": 0}, "/body/threshold"),
        ({"threshold": 1.1}, "/body/threshold"),
        ({"threshold": "NaN"}, "/body/threshold"),
        ({"min_interval_s": -1}, "/body/min_interval_s"),
    ],
)
def test_a_watch_that_cannot_be_is_refused_at_its_field(call: Call, changes: dict[str, Any], pointer: str) -> None:
    status, problem = call("PUT", f"/watches/{DEVICE}", body=watch(**changes))
    assert status == 422
    assert pointer in [error["pointer"] for error in problem["errors"]]


def test_a_device_that_nobody_registered_is_not_watched(call: Call) -> None:
    assert call("PUT", "/watches/edge-99", body=watch(device="edge-99"))[0] == 404


def test_another_tenant_sees_neither_watches_nor_anomalies(call: Call, now_ms: int) -> None:
    call("PUT", f"/watches/{DEVICE}", body=watch())
    call("POST", "", body=spikes(now_ms, places=(800,)))
    assert call("GET", f"/watches/{DEVICE}", tenant_id=OTHER_TENANT)[0] == 404
    assert call("GET", "/anomalies", query={"device": DEVICE}, tenant_id=OTHER_TENANT)[1]["items"] == []
