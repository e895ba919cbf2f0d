"""Alarms over HTTP: rules are set and refused with a reason, what stands is listed, and people handle it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest

from functions.telemetry import api, schedule
from makoto.adapters.clouds.memory import FixedClock
from makoto.domain import Role
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.entry.telemetry.conftest import PATH
from tests.unit.codecs.messages import DEVICE, alarm, birth, series, telemetry

METRIC = "spindle/temperature"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any


Call = Callable[..., Answer]
Hear = Callable[..., None]


@pytest.fixture
def call() -> Call:
    def send(method: str, path: str, *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/telemetry{path}", tenant_id=tenant_id, **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture(autouse=True)
def clock(platform: Platform) -> FixedClock:
    """Time that passes only where a test says so."""
    stopped = FixedClock(platform.clock.now())
    platform.clock = stopped
    return stopped


@pytest.fixture
def hear(call: Call, now_ms: int) -> Hear:
    """A device that says values, each a minute after the one before."""
    said = iter(range(10_000))

    def say(*values: float, metric: str = METRIC) -> None:
        for value in values:
            seq = next(said)
            part = series(metric, t=[now_ms + seq * 1000], v=[value])
            assert call("POST", "", body=telemetry(part, seq=seq, sent_at=now_ms)).status == 200

    return say


def rule(**fields: Any) -> dict[str, Any]:
    text = {"en": "Spindle too hot", "ja": "主軸過熱"}
    given = {"rule_id": "hot", "text": text, "metric": METRIC, "condition": "high", "severity": 3, "high": 80.0}
    return given | fields


def standing(call: Call, **query: str) -> list[dict[str, Any]]:
    answer = call("GET", "/alarms", query=query)
    assert answer.status == 200
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def test_a_rule_is_set_read_listed_changed_and_removed_with_its_versions(call: Call) -> None:
    first = call("PUT", "/alarm-rules/hot", body=rule())
    assert (first.status, first.body["revision"], first.body["never_seen"]) == (200, 1, True)
    assert call("PUT", "/alarm-rules/hot", body=rule()).body["revision"] == 1
    assert call("PUT", "/alarm-rules/hot", body=rule(high=90.0)).body["revision"] == 2
    assert call("GET", "/alarm-rules/hot").body["rule"]["high"] == 90.0
    assert [item["rule"]["rule_id"] for item in call("GET", "/alarm-rules").body["items"]] == ["hot"]
    assert call("DELETE", "/alarm-rules/hot").body["is_removed"] is True
    assert call("GET", "/alarm-rules/hot").status == 404
    assert call("DELETE", "/alarm-rules/hot").status == 404
    assert call("GET", "/alarm-rules").body["items"] == []
    assert call("PUT", "/alarm-rules/hot", body=rule()).body["revision"] == 4
    versions = call("GET", "/alarm-rules/hot/versions").body["items"]
    assert [(each["revision"], each["rule"]["high"]) for each in versions] == [(1, 80), (2, 90), (3, 90), (4, 80)]


def test_a_rule_for_what_was_never_seen_is_allowed_and_says_so(call: Call, hear: Hear) -> None:
    hear(20.0)
    assert call("PUT", "/alarm-rules/hot", body=rule(device=DEVICE)).body["never_seen"] is False
    other = rule(rule_id="other", metric="spindle/typo")
    assert call("PUT", "/alarm-rules/other", body=other).body["never_seen"] is True
    seen = {each["rule"]["rule_id"]: each["never_seen"] for each in call("GET", "/alarm-rules").body["items"]}
    assert seen == {"hot": False, "other": True}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"deadband": -1}, "/body/deadband"),
        ({"condition": "outside", "low": 79.0, "deadband": 0.5}, "/body/deadband"),
        ({"on_delay_s": -1}, "/body/on_delay_s"),
        ({"off_delay_s": -0.1}, "/body/off_delay_s"),
        ({"high": None}, "/body/high"),
        ({"high": "NaN"}, "/body/high"),
        ({"high": "Infinity"}, "/body/high"),
        ({"low": 5.0}, "/body/low"),
        ({"unit": "furlong"}, "/body/unit"),
        ({"severity": 5}, "/body/severity"),
        ({"rule_id": "warm"}, "/body/rule_id"),
        ({"longest_shelving_h": 169}, "/body/longest_shelving_h"),
        ({"escalate_after_min": [10, 10]}, "/body/escalate_after_min"),
        ({"nonsense": 1}, "/body/nonsense"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_field(call: Call, changes: dict[str, Any], pointer: str) -> None:
    answer = call("PUT", "/alarm-rules/hot", body=rule(**changes))
    assert answer.status == 422
    assert pointer in [error["pointer"] for error in answer.body["errors"]]


def test_a_rule_in_a_unit_that_does_not_convert_is_refused(call: Call, hear: Hear, now_ms: int) -> None:
    metric = {"m": METRIC, "type": "Double", "unit": "degC"}
    assert call("POST", "", body=birth(session="born", metrics=[metric], sent_at=now_ms)).status == 200
    answer = call("PUT", "/alarm-rules/hot", body=rule(device=DEVICE, unit="bar"))
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/body/unit")
    assert call("PUT", "/alarm-rules/hot", body=rule(device=DEVICE, unit="K")).status == 200
    hear(20.0)
    line = call("PUT", "/alarm-rules/line", body=rule(rule_id="line", equipment="nagoya", metric="*", unit="bar"))
    assert (line.status, line.body["errors"][0]["pointer"]) == (422, "/body/unit")


def test_the_name_device_is_no_rule_of_a_tenant(call: Call) -> None:
    assert call("PUT", "/alarm-rules/device", body=rule(rule_id="device")).status == 422


def test_what_stands_is_listed_active_and_severe_first_with_figures(call: Call, hear: Hear, now_ms: int) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    call("PUT", "/alarm-rules/wet", body=rule(rule_id="wet", metric="wet", severity=4))
    hear(99.0)
    hear(99.0, metric="wet")
    assert call("POST", "", body=alarm(session="other", seq=0, t=now_ms, sent_at=now_ms, severity=2)).status == 200
    hear(20.0)
    listed = standing(call)
    assert [(each["rule_id"], each["state"], each["severity"]) for each in listed] == [
        ("wet", "unacknowledged", 4),
        ("device", "unacknowledged", 2),
        ("hot", "returned_unacknowledged", 3),
    ]
    assert listed[1]["text"] == {"en": "Coolant low", "ja": "クーラント不足"}
    assert {each["equipment"] for each in listed} == {PATH}
    summary = call("GET", "/alarms").body["summary"]
    assert summary == {
        "active": 2,
        "unacknowledged": 3,
        "shelved": 0,
        "suppressed": 0,
        "by_severity": {"2": 1, "4": 1},
        "raised_in_10_min": 3,
        "is_flood": False,
    }


def test_the_list_is_narrowed_and_paged(call: Call, hear: Hear) -> None:
    call("PUT", "/alarm-rules/hot", body=rule(metric="*"))
    for index in range(5):
        hear(99.0, metric=f"metric-{index}")
    assert standing(call, equipment="nagoya/machining", severity="3", state="unacknowledged", limit="3")
    assert standing(call, equipment="nagoya/mach") == []
    assert standing(call, severity="4") == []
    assert standing(call, state="shelved") == []
    assert standing(call, device="edge-99") == []
    first = call("GET", "/alarms", query={"limit": "3"}).body
    second = call("GET", "/alarms", query={"limit": "3", "cursor": first["next_cursor"]}).body
    assert len({each["metric"] for each in first["items"] + second["items"]}) == 5
    assert second["next_cursor"] is None


def test_more_than_ten_alarms_in_ten_minutes_are_a_flood(call: Call, hear: Hear) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(*[99.0, 20.0] * 10)
    assert call("GET", "/alarms").body["summary"]["is_flood"] is False
    hear(99.0)
    summary = call("GET", "/alarms").body["summary"]
    assert (summary["raised_in_10_min"], summary["is_flood"]) == (11, True)


def test_an_alarm_is_acknowledged_with_a_comment_and_its_history_says_by_whom(call: Call, hear: Hear) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(99.0)
    (alarm_,) = standing(call)
    path = f"/alarms/{alarm_['alarm_id']}"
    answer = call("POST", f"{path}/acknowledge", body={"comment": "coolant valve"}, role=Role.OPERATOR)
    assert (answer.status, answer.body["state"]) == (200, "acknowledged")
    assert call("POST", f"{path}/acknowledge", body={}).body["state"] == "acknowledged"
    hear(20.0)
    assert standing(call) == []
    history = call("GET", f"{path}/history").body
    assert [each["step"] for each in history["steps"]] == ["raised", "acknowledged", "cleared"]
    assert history["steps"][1]["said"] == "coolant valve"
    assert history["steps"][1]["by"] == answer.body["acknowledged_by"]
    assert history["metric"] == METRIC


def test_a_shelved_alarm_says_nothing_until_the_shelf_ends(call: Call, hear: Hear, clock: FixedClock) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(99.0)
    (alarm_,) = standing(call)
    path = f"/alarms/{alarm_['alarm_id']}"
    until = (clock.now() + timedelta(minutes=30)).isoformat()
    answer = call("POST", f"{path}/shelve", body={"until": until, "reason": "sensor is exchanged"})
    assert (answer.status, answer.body["state"], answer.body["shelf"]["reason"]) == (
        200,
        "shelved",
        "sensor is exchanged",
    )
    assert [each["state"] for each in standing(call, state="shelved")] == ["shelved"]
    clock.advance(31 * 60)
    assert schedule.handler({}, lambda_context()) == {"devices": 1, "failed": 0}
    assert [each["state"] for each in standing(call)] == ["unacknowledged"]
    steps = [each["step"] for each in call("GET", f"{path}/history").body["steps"]]
    assert steps == ["raised", "shelved", "unshelved", "raised"]


def test_an_alarm_is_taken_off_the_shelf_by_hand(call: Call, hear: Hear, clock: FixedClock) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(99.0)
    path = f"/alarms/{standing(call)[0]['alarm_id']}"
    until = (clock.now() + timedelta(minutes=1)).isoformat()
    call("POST", f"{path}/shelve", body={"until": until, "reason": "test"})
    assert call("POST", f"{path}/unshelve").body["state"] == "unacknowledged"


@pytest.mark.parametrize("hours", [-1.0, 0.0, 2.01])
def test_shelving_longer_than_the_rule_allows_or_into_the_past_is_refused(
    call: Call, hear: Hear, clock: FixedClock, hours: float
) -> None:
    call("PUT", "/alarm-rules/hot", body=rule(longest_shelving_h=2))
    hear(99.0)
    path = f"/alarms/{standing(call)[0]['alarm_id']}"
    until = (clock.now() + timedelta(hours=hours)).isoformat()
    answer = call("POST", f"{path}/shelve", body={"until": until, "reason": "too long"})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/body/until")


def test_an_alarm_that_is_over_or_never_was_cannot_be_handled(call: Call, hear: Hear) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(99.0)
    gone = standing(call)[0]["alarm_id"]
    hear(20.0, 99.0)
    assert call("POST", f"/alarms/{gone}/acknowledge", body={}).status == 404
    assert call("GET", f"/alarms/{gone}/history").status == 200
    unknown = "edge-99.hot.0123456789.1"
    assert call("POST", f"/alarms/{unknown}/acknowledge", body={}).status == 404
    assert call("GET", f"/alarms/{unknown}/history").status == 404
    assert call("GET", "/alarms/nonsense/history").status == 422


def test_another_tenant_sees_neither_rules_nor_alarms(call: Call, hear: Hear) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(99.0)
    alarm_id = standing(call)[0]["alarm_id"]
    assert call("GET", "/alarm-rules", tenant_id=OTHER_TENANT).body["items"] == []
    assert call("GET", "/alarms", tenant_id=OTHER_TENANT).body["items"] == []
    assert call("POST", f"/alarms/{alarm_id}/acknowledge", body={}, tenant_id=OTHER_TENANT).status == 404


def test_removing_a_rule_clears_its_alarms_with_the_next_tick(call: Call, hear: Hear, clock: FixedClock) -> None:
    call("PUT", "/alarm-rules/hot", body=rule())
    hear(99.0)
    call("DELETE", "/alarm-rules/hot")
    clock.advance(60)
    schedule.handler({}, lambda_context())
    assert standing(call) == []
