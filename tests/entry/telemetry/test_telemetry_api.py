"""Telemetry over HTTP: what is sent is stored or refused with a reason, and what is stored can be asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.telemetry import api
from makoto.codecs.telemetry import Kind
from makoto.domain import instant_from_ms
from makoto.ports.documents import Key
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.entry.telemetry.conftest import PLACE, Queue, certificate_of
from tests.unit.codecs.messages import DEVICE, SESSION, alarm, birth, counters, series, state, telemetry


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any


Call = Callable[..., Answer]


@pytest.fixture
def call() -> Call:
    def send(method: str, path: str = "", *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/telemetry{path}", tenant_id=tenant_id, **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


def text(ms: int) -> str:
    return instant_from_ms(ms).isoformat(timespec="milliseconds")


@pytest.fixture
def hour(now_ms: int) -> dict[str, str]:
    """The hour up to a moment from now."""
    return {"from": text(now_ms - 3_600_000), "to": text(now_ms + 60_000)}


def sent(now_ms: int, *parts: Any, **changes: Any) -> dict[str, Any]:
    return telemetry(*(parts or (series("a", t=[now_ms], v=[1.5]),)), sent_at=now_ms, **changes)


def test_a_message_is_stored_and_acknowledged(call: Call, now_ms: int) -> None:
    answer = call("POST", body=sent(now_ms))
    assert answer == Answer(
        200,
        {"accepted": 1, "duplicates": 0, "quarantined": [], "acknowledged": {"session": SESSION, "seq": 0}},
    )
    assert call("POST", body=sent(now_ms)).body["duplicates"] == 1


def test_a_broken_point_is_told_and_the_others_are_stored(call: Call, now_ms: int) -> None:
    answer = call("POST", body=sent(now_ms, series("a", t=[now_ms, 5], v=[1, 2])))
    assert (answer.status, answer.body["accepted"]) == (200, 1)
    (refused,) = answer.body["quarantined"]
    assert (refused["pointer"], refused["reason"]) == ("/series/0/t/1", "time_range")


def test_plain_json_names_its_device_in_the_query(call: Call) -> None:
    answer = call("POST", body={"temperature": 21.5}, query={"device": DEVICE})
    assert answer.body == {"accepted": 1, "duplicates": 0, "quarantined": [], "acknowledged": None}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"extra": 1}, "/body/extra"),
        ({"seq": -1}, "/body/seq"),
        ({"seq": 2**60}, "/body/seq"),
        ({"schema": "telemetry/9"}, "/body/schema"),
        ({"session": "a b"}, "/body/session"),
        ({"series": "x"}, "/body/series"),
    ],
)
def test_a_message_with_a_broken_frame_is_a_422_that_names_the_place(
    call: Call, now_ms: int, changes: dict[str, Any], pointer: str
) -> None:
    answer = call("POST", body=sent(now_ms, **changes))
    assert (answer.status, [error["pointer"] for error in answer.body["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("body", ["", "{", "[1]", "null", '{"edge": 5}', '{"edge": "edge-07\\u0000"}', "\ud7ff"])
def test_a_message_of_no_known_device_is_a_404(call: Call, body: str) -> None:
    assert call("POST", body=body).status == 404


@pytest.mark.parametrize("body", ["{", "[1]", '"' + "x" * 129 * 1024 + '"', '{"a": NaN}', '{"a": [1]}', "{}"])
def test_what_is_no_message_is_a_422(call: Call, body: str) -> None:
    assert call("POST", body=body, query={"device": DEVICE}).status == 422


def test_a_device_of_another_tenant_is_unknown(call: Call, now_ms: int, platform: Platform) -> None:
    platform.configuration.delete_certificate(certificate_of(TENANT))
    assert call("POST", body=sent(now_ms)).status == 404


def test_a_disabled_device_may_not_send(call: Call, now_ms: int, platform: Platform) -> None:
    record = platform.configuration.certificate(certificate_of(TENANT))
    assert record is not None
    platform.configuration.save_certificate(record.model_copy(update={"status": "disabled"}))
    assert call("POST", body=sent(now_ms)).status == 403


def test_latest_values_are_listed_by_device_and_by_line(call: Call, now_ms: int) -> None:
    call("POST", body=sent(now_ms, series("b", t=[now_ms], v=["自動"]), series("a", t=[now_ms], v=[1.5])))
    expected = [
        {
            "device": DEVICE,
            **PLACE,
            "metric": metric,
            "value": value,
            "quality": 192,
            "status": None,
            "time": text(now_ms),
        }
        for metric, value in (("a", 1.5), ("b", "自動"))
    ]
    line = {name: PLACE[name] for name in ("site", "area", "line")}
    for query in ({"device": DEVICE}, line, {"site": "nagoya"}, {"line": "line-1"}, {"area": "machining"}, {}):
        assert call("GET", "/latest", query=query) == Answer(200, {"items": expected, "next_cursor": None})


def test_latest_values_are_paged_by_item(call: Call, now_ms: int) -> None:
    call("POST", body=sent(now_ms, *[series(f"m{each}", t=[now_ms], v=[each]) for each in range(7)]))
    seen, cursor = list[str](), None
    while True:
        query: dict[str, Any] = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = call("GET", "/latest", query=query).body
        seen += [item["metric"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"m{each}" for each in range(7)]


def test_a_device_is_not_the_one_whose_name_begins_alike(call: Call, now_ms: int, platform: Platform) -> None:
    record = platform.configuration.certificate(certificate_of(TENANT))
    assert record is not None
    longer = record.model_copy(update={"device_id": f"{DEVICE}-b", "certificate_id": "longer"})
    platform.configuration.save_certificate(longer)
    call("POST", body=sent(now_ms))
    call("POST", body=sent(now_ms, edge=f"{DEVICE}-b"))
    items = call("GET", "/latest", query={"device": DEVICE}).body["items"]
    assert [item["device"] for item in items] == [DEVICE]


@pytest.mark.parametrize("query", [{"line": "line"}, {"line": "line-12"}, {"site": "nagoya", "line": "l"}])
def test_a_place_without_machines_shows_none(call: Call, now_ms: int, query: dict[str, str]) -> None:
    call("POST", body=sent(now_ms))
    assert call("GET", "/latest", query=query) == Answer(200, {"items": [], "next_cursor": None})


def test_a_device_in_a_place_is_a_422(call: Call) -> None:
    assert call("GET", "/latest", query={"device": DEVICE, "site": "x"}).status == 422


def test_latest_values_of_an_unknown_device_are_a_404(call: Call) -> None:
    assert call("GET", "/latest", query={"device": "nobody"}).status == 404


def test_a_registered_device_that_never_spoke_has_no_values(call: Call, platform: Platform) -> None:
    tenant = platform.open_tenant(TENANT, None, "test")
    tenant.documents.put(Key("device", "silent"), {"status": "active"})
    assert call("GET", "/latest", query={"device": "silent"}) == Answer(200, {"items": [], "next_cursor": None})


def test_history_is_answered_by_step_and_raw(call: Call, now_ms: int, hour: dict[str, str]) -> None:
    call("POST", body=sent(now_ms))
    asked = {"device": DEVICE, "metric": "a", **hour}
    raw = call("GET", "/history", query={**asked, "step": "raw"})
    assert raw.body["items"] == [{"time": text(now_ms), "metric": "a", "value": 1.5, "quality": 192, "status": None}]
    steps = call("GET", "/history", query={**asked, "step": "1h", "aggregation": ["mean", "count"]})
    assert [(item["mean"], item["count"]) for item in steps.body["items"] if item["count"]] == [(1.5, 1)]
    assert {"time", "metric", "mean", "count"} == set(steps.body["items"][0])
    assert {type(item["count"]) for item in steps.body["items"]} == {int}
    assert type(raw.body["items"][0]["quality"]) is int


@pytest.mark.parametrize(
    "changes",
    [
        {"from": "2026-01-01T00:00:00"},
        {"from": "yesterday"},
        {"to": "2020-01-01T00:00:00Z"},
        {"step": "1y"},
        {"step": "0m"},
        {"step": "m"},
        {"aggregation": "median"},
        {"limit": "0"},
        {"limit": "100000"},
        {"limit": "x"},
        {"cursor": "x"},
        {"cursor": "AAAA"},
        {"device": "Edge 7"},
        {"device": "../x"},
        {"device": "edge' OR 1=1 --"},
        {"metric": ""},
        {"metric": "x" * 129},
        {"metric": [f"m{each}" for each in range(51)]},
    ],
)
def test_a_question_that_makes_no_sense_is_a_422(call: Call, hour: dict[str, str], changes: dict[str, Any]) -> None:
    answer = call("GET", "/history", query={"device": DEVICE, "metric": "a", **hour, **changes})
    assert answer.status == 422


@pytest.mark.parametrize("metric", ["a'; DROP TABLE x; --", "主軸/回転数", "🔩", "a\0b", "%", "$start", "[1]"])
def test_any_text_may_be_asked_for_as_a_metric(call: Call, hour: dict[str, str], metric: str, now_ms: int) -> None:
    call("POST", body=sent(now_ms))
    answer = call("GET", "/history", query={"device": DEVICE, "metric": metric, "step": "raw", **hour})
    assert answer == Answer(200, {"items": [], "next_cursor": None})


def test_a_cursor_of_another_tenant_is_a_422(call: Call, now_ms: int, hour: dict[str, str]) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        call("POST", tenant_id=tenant_id, body=sent(now_ms, series("a", t=[now_ms, now_ms - 1], v=[1, 2])))
    asked = {"device": DEVICE, "metric": "a", "step": "raw", "limit": "1", **hour}
    cursor = call("GET", "/history", query=asked).body["next_cursor"]
    other = call("GET", "/history", tenant_id=OTHER_TENANT, query={**asked, "cursor": cursor})
    assert other.status == 422


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_history_is_exported_to_the_tenants_own_bucket(
    call: Call, now_ms: int, hour: dict[str, str], platform: Platform, form: str
) -> None:
    call("POST", body=sent(now_ms, series("a", t=[now_ms], v=[1.5]), series("b", t=[now_ms], v=[True])))
    answer = call("GET", "/export", query={"device": DEVICE, "format": form, **hour})
    assert (answer.status, answer.body["rows"]) == (200, 2)
    objects = platform.open_tenant(TENANT, None, "test").objects
    (exported,) = objects.list("exports/").items
    assert answer.body["bytes"] == exported.bytes
    assert exported.key in answer.body["url"]
    body = objects.download(exported.key)
    if form == "csv":
        lines = body.decode().splitlines()
        time = text(now_ms).replace("+00:00", "Z")
        assert lines == [
            "device,metric,time,value,quality,status",
            f"{DEVICE},a,{time},1.5,192,",
            f"{DEVICE},b,{time},true,192,",
        ]
    else:
        assert body[:4] == body[-4:] == b"PAR1"


def test_an_export_of_nothing_is_a_404(call: Call, hour: dict[str, str]) -> None:
    assert call("GET", "/export", query={"device": DEVICE, **hour}).status == 404


def test_what_was_refused_is_listed_newest_first(call: Call, queue: Queue, now_ms: int) -> None:
    queue.add(b"{")
    queue.now_ms += 1
    queue.add(sent(now_ms, series("a", t=[now_ms, 5], v=[1, float("inf")])), topic="x/y")
    queue.deliver()
    items = call("GET", "/quarantine", query={"device": DEVICE}).body["items"]
    assert [(item["rule"], item["reason"], item["received_at"]) for item in items] == [
        ("topic", "message refused", text(now_ms + 1)),
        ("json", "message refused", text(now_ms)),
    ]


def test_states_counters_alarms_and_births_are_listed(
    call: Call, queue: Queue, now_ms: int, hour: dict[str, str]
) -> None:
    at = {"t": now_ms, "sent_at": now_ms}
    queue.add(birth(seq=0, sent_at=now_ms), kind=Kind.BIRTH)
    queue.add(state(seq=1, **at), kind=Kind.STATE)
    queue.add(alarm(seq=2, **at), kind=Kind.ALARM)
    for seq, (good, back) in enumerate([(100, 3), (120, 2), (5, 1)], start=3):
        document = counters(seq=seq, sent_at=now_ms, t=now_ms - back, counters={"good": good, "scrap": 1})
        queue.add(document, kind=Kind.COUNTERS)
    queue.deliver()
    asked = {"device": DEVICE, **hour}
    (one,) = call("GET", "/states", query=asked).body["items"]
    assert (one["packml"], one["order"], one["time"], one["seq"]) == (6, "MO-1", text(now_ms), 1)
    (one,) = call("GET", "/alarm-records", query=asked).body["items"]
    assert (one["id"], one["text"]["ja"], one["active"]) == ("coolant-low", "クーラント不足", True)
    (one,) = call("GET", "/births", query=asked).body["items"]
    assert one["metrics"][0]["m"] == "spindle/speed"
    counted = call("GET", "/counters", query={**asked, "limit": "2"}).body
    assert [(each["good"], each["good_delta"], each["event"]) for each in counted["items"]] == [
        (100, 0, None),
        (120, 20, None),
    ]
    following = call("GET", "/counters", query={**asked, "limit": "2", "cursor": counted["next_cursor"]}).body
    assert [(each["good_delta"], each["event"]) for each in following["items"]] == [(5, "reset")]


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("POST", "", {}),
        ("GET", "/latest", {}),
        ("GET", "/history", {"device": DEVICE, "metric": "a"}),
        ("GET", "/export", {"device": DEVICE}),
        ("GET", "/quarantine", {"device": DEVICE}),
        ("GET", "/states", {"device": DEVICE}),
        ("GET", "/counters", {"device": DEVICE}),
        ("GET", "/alarm-records", {"device": DEVICE}),
        ("GET", "/births", {"device": DEVICE}),
    ],
)
def test_another_tenant_gets_nothing(
    call: Call, now_ms: int, hour: dict[str, str], method: str, path: str, query: dict[str, str]
) -> None:
    event = api_event(
        method,
        f"/api/v1/tenants/{OTHER_TENANT}/telemetry{path}",
        body=sent(now_ms) if method == "POST" else None,
        query={**query, **hour},
    )
    assert api.handler(event, lambda_context())["statusCode"] == 403


@pytest.mark.parametrize(("method", "path", "role"), [("POST", "", "viewer"), ("GET", "/export", "operator")])
def test_a_role_that_may_not_is_refused(
    call: Call, now_ms: int, hour: dict[str, str], method: str, path: str, role: str
) -> None:
    body = sent(now_ms) if method == "POST" else None
    assert call(method, path, role=role, body=body, query={"device": DEVICE, **hour}).status == 403
