"""Foreign streams over HTTP: pieces in turn, each once, with a report."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.telemetry import api, ingress
from makoto.codecs.ingress.sparkplug_proto import payload_class
from makoto.domain import instant_from_ms
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.unit.codecs.messages import DEVICE


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any


Send = Callable[..., Answer]


@pytest.fixture
def send() -> Send:
    """Send a piece as API Gateway passes bytes on."""

    def post(body: bytes, piece: int, *, form: str = "shdr", tenant_id: str = TENANT, **more: str) -> Answer:
        query: dict[str, str | list[str]] = {
            "device": DEVICE,
            "format": form,
            "stream": "day-1",
            "piece": str(piece),
            **more,
        }
        path = f"/api/v1/tenants/{tenant_id}/telemetry/ingress"
        event = api_event("POST", path, query=query, headers={"Content-Type": "application/octet-stream"})
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return post


@pytest.fixture
def latest(platform: Platform) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        event = api_event("GET", f"/api/v1/tenants/{TENANT}/telemetry/latest", query={"device": DEVICE})
        items = orjson.loads(api.handler(event, lambda_context())["body"])["items"]
        return {each["metric"]: each["value"] for item in items for each in item.get("metrics", [item])}

    return read


def at(now_ms: int, behind_s: int) -> str:
    return instant_from_ms(now_ms - 1000 * behind_s).isoformat().replace("+00:00", "Z")


def test_a_stream_is_read_piece_by_piece_though_a_line_is_cut(send: Send, now_ms: int, latest: Any) -> None:
    line = f"{at(now_ms, 9)}|Xact|1.5\n{at(now_ms, 8)}|Xa"

    first = send(line.encode(), 0)
    second = send(b"ct|2.5\nnonsense|Xact|1\n", 1, last="true")

    assert (first.status, first.body["accepted"], first.body["refused"]) == (200, 1, [])
    assert (second.body["accepted"], second.body["counts"]["refused"]) == (1, 1)
    assert [(each["pointer"], each["reason"]) for each in second.body["refused"]] == [("/3", "time")]
    assert latest()["Xact"] == 2.5


def test_a_piece_that_comes_twice_takes_effect_once_and_one_out_of_turn_is_refused(send: Send, now_ms: int) -> None:
    piece = f"{at(now_ms, 9)}|Xact|1.5\n".encode()
    send(piece, 0)

    again, skipped = send(piece, 0), send(piece, 2)

    assert (again.status, again.body["is_repeated"], again.body["accepted"]) == (200, True, 0)
    assert (skipped.status, skipped.body["type"]) == (409, "urn:makoto:problem:piece-out-of-order")
    assert "piece 1" in skipped.body["detail"]


def test_a_crash_before_the_state_was_kept_stores_nothing_twice(
    send: Send, now_ms: int, monkeypatch: pytest.MonkeyPatch, stored: Any
) -> None:
    piece = f"{at(now_ms, 9)}|Xact|1.5\n".encode()

    def crash(*_: object) -> None:
        raise ingress.PieceOutOfOrder("gone")

    with monkeypatch.context() as broken:
        broken.setattr(ingress, "_keep", crash)
        assert send(piece, 0).status == 409
    again = send(piece, 0)

    assert (again.status, again.body["accepted"]) == (200, 0)
    assert sum(each["rows"] for each in stored(f"telemetry#{DEVICE}", "history#")) == 1


def test_what_was_refused_lies_in_quarantine(send: Send, now_ms: int, stored: Any) -> None:
    send(f"nonsense|a|1\n{at(now_ms, 1)}|a|1\n".encode(), 0)

    (entry,) = stored(f"telemetry#{DEVICE}", "quarantine#")
    assert entry["count"] == 1


def test_a_condition_is_an_alarm_of_the_device(send: Send, now_ms: int, stored: Any) -> None:
    send(f"{at(now_ms, 5)}|system|Fault|1E87|||Machine not initialized\n".encode(), 0)

    (alarm,) = stored(f"telemetry#{DEVICE}", "alarm#")
    told = json.loads(str(alarm["message"]))
    assert (told["id"], told["active"], told["text"]["en"]) == ("system/1E87", True, "Machine not initialized")


def test_a_sparkplug_node_with_unknown_aliases_is_asked_for_its_births(send: Send, now_ms: int, latest: Any) -> None:
    topic = "spBv1.0/plant/{}/edge-1"
    data = payload_class()(timestamp=now_ms - 1000, seq=1)
    data.metrics.add(alias=1, double_value=2.0)
    birth = payload_class()(timestamp=now_ms - 500, seq=0)
    birth.metrics.add(name="temp", alias=1, datatype=10, double_value=1.0)

    lost = send(data.SerializeToString(), 0, form="sparkplug-b", topic=topic.format("NDATA"))
    send(birth.SerializeToString(), 1, form="sparkplug-b", topic=topic.format("NBIRTH"))
    data.timestamp = now_ms
    known = send(data.SerializeToString(), 2, form="sparkplug-b", topic=topic.format("NDATA"))

    assert (lost.body["accepted"], lost.body["rebirth"]["topic"]) == (0, topic.format("NCMD"))
    assert base64.b64decode(lost.body["rebirth"]["payload"])
    assert (known.body["accepted"], known.body["rebirth"]) == (1, None)
    assert latest()["temp"] == 2.0


@pytest.mark.parametrize("form", ["opcua-json", "sitewise", "mtconnect", "sparkplug-b"])
def test_what_cannot_be_read_is_told_and_no_error(send: Send, form: str) -> None:
    answer = send(b"\xff{", 0, form=form, topic="spBv1.0/plant/NDATA/edge-1")

    assert (answer.status, answer.body["accepted"], len(answer.body["refused"])) == (200, 0, 1)


def test_a_stream_keeps_its_format(send: Send) -> None:
    send(b"{}", 0, form="opcua-json")

    assert send(b"{}", 1, form="sitewise").status == 409


def test_a_piece_too_large_a_format_unknown_and_a_device_unknown_are_refused(send: Send) -> None:
    assert send(b"x" * (ingress.MAX_PIECE_BYTES + 1), 0).status == 422
    assert send(b"", 0, form="morse").status == 422
    assert send(b"", 0, device="edge-99").status == 404


def test_another_tenants_device_is_out_of_reach(send: Send) -> None:
    assert send(b"", 0, tenant_id=OTHER_TENANT).status == 403


def test_a_stream_too_wide_is_refused_before_anything_is_stored(
    send: Send, latest: Callable[[], dict[str, Any]]
) -> None:
    wide = "".join(f"|a-metric-with-a-long-name-{at:06}|1\n" for at in range(9000)).encode()

    answer = send(wide, 0)

    assert (answer.status, answer.body["errors"][0]["rule"]) == (422, "width")
    assert send(b"|a|1\n", 0).status == 200
    assert latest() == {"a": 1.0}
