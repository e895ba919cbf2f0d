"""What a device may say, and what happens to each thing that it may not."""

import json
from typing import Any

import numpy as np
import pytest

from makoto.codecs.telemetry import (
    Alarm,
    Birth,
    Columns,
    Counters,
    Death,
    Decoded,
    Decoder,
    Identity,
    Kind,
    MachineState,
)
from tests.unit.codecs.messages import (
    DEVICE,
    NOW_MS,
    SESSION,
    alarm,
    birth,
    body,
    counters,
    death,
    series,
    state,
    telemetry,
)


def decode(document: Any, kind: Kind | None = Kind.TELEMETRY) -> Decoded:
    raw = document if isinstance(document, bytes) else body(document)
    return Decoder().decode(raw, device=DEVICE, received_at_ms=NOW_MS, kind=kind)


def columns(decoded: Decoded) -> Columns:
    assert isinstance(decoded.content, Columns)
    return decoded.content


def faults(decoded: Decoded) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.rule) for fault in decoded.faults]


def test_a_clean_message_becomes_columns() -> None:
    decoded = decode(telemetry(series("a"), series("b", v=[1, 2, 3])))
    read = columns(decoded)
    assert decoded.identity == Identity(SESSION, 0)
    assert (list(read.metrics), list(read.lengths), decoded.faults) == (["a", "b"], [3, 3], ())
    assert read.v.tolist() == [1480.5, 1481.0, 1480.5, 1.0, 2.0, 3.0]
    assert read.t.tolist() == [NOW_MS - 300, NOW_MS - 200, NOW_MS - 100] * 2


def test_texts_booleans_nulls_and_statuses_keep_their_places() -> None:
    mixed = series(
        "mixed", t=[NOW_MS] * 5, v=[True, "auto", None, 2, False], q=[192, 192, 0, 64, 192], qs=[None] * 4 + ["x"]
    )
    read = columns(decode(telemetry(series("first"), mixed)))
    assert read.texts == {3: "true", 4: "auto", 7: "false"}
    assert read.statuses == {7: "x"}
    assert np.array_equal(read.v[3:], [1.0, np.nan, np.nan, 2.0, 0.0], equal_nan=True)
    assert read.q is not None
    assert read.q.tolist() == [192, 192, 192, 192, 192, 0, 64, 192]


@pytest.mark.parametrize(
    ("broken", "pointer", "rule"),
    [
        (series(t=[NOW_MS, NOW_MS + 0.5, NOW_MS]), "/series/1/t/1", "type"),
        (series(t=[NOW_MS, str(NOW_MS), NOW_MS]), "/series/1/t/1", "type"),
        (series(t=[NOW_MS, True, NOW_MS]), "/series/1/t/1", "type"),
        (series(t=[NOW_MS, None, NOW_MS]), "/series/1/t/1", "type"),
        (series(t=[NOW_MS, 946684799999, NOW_MS]), "/series/1/t/1", "time_range"),
        (series(t=[NOW_MS, NOW_MS + 600_001, NOW_MS]), "/series/1/t/1", "time_range"),
        (series(t=[NOW_MS, -1, NOW_MS]), "/series/1/t/1", "time_range"),
        (series(v=[1.0, float("nan"), 2.0]), "/series/1/v/1", "finite"),
        (series(v=[1.0, float("-inf"), 2.0]), "/series/1/v/1", "finite"),
        (series(v=[1.0, 10**400, 2.0]), "/series/1/v/1", "finite"),
        (series(v=[1.0, None, 2.0]), "/series/1/v/1", "null"),
        (series(v=[1.0, [2.0], 2.0]), "/series/1/v/1", "type"),
        (series(v=[1.0, {"x": 2.0}, 2.0]), "/series/1/v/1", "type"),
        (series(v=[1.0, "a\0b", 2.0]), "/series/1/v/1", "text"),
        (series(v=[1.0, "\ud800", 2.0]), "/series/1/v/1", "text"),
        (series(v=[1.0, "x" * 257, 2.0]), "/series/1/v/1", "text"),
        (series(q=[192, 191, 192]), "/series/1/q/1", "quality"),
        (series(q=[192, True, 192]), "/series/1/q/1", "quality"),
        (series(q=[192, 192.0, 192]), "/series/1/q/1", "quality"),
        (series(qs=[None, 5, None]), "/series/1/qs/1", "status"),
    ],
)
def test_a_broken_point_is_named_and_the_points_beside_it_go_through(broken: Any, pointer: str, rule: str) -> None:
    raw = json.dumps(telemetry(series("good"), broken)).encode()
    decoded = decode(raw)
    assert faults(decoded) == [(pointer, rule)]
    assert len(columns(decoded)) == 5


@pytest.mark.parametrize(
    ("broken", "pointer", "rule"),
    [
        (series(v=[1.0, 2.0]), "/series/1", "length"),
        (series(q=[192]), "/series/1", "length"),
        (series(qs=[None] * 4), "/series/1", "length"),
        (series(v=None), "/series/1/v", "type"),
        (series(t=NOW_MS), "/series/1/t", "type"),
        (series(q=None), "/series/1/q", "type"),
        (series(""), "/series/1/m", "metric_name"),
        (series("x" * 129), "/series/1/m", "metric_name"),
        (series("a\0b"), "/series/1/m", "metric_name"),
        (series("a\nb"), "/series/1/m", "metric_name"),
        (series(m=7), "/series/1/m", "metric_name"),
        (series(clock="sun"), "/series/1/clock", "clock"),
        (series(clock=["edge"]), "/series/1/clock", "clock"),
        (series(unit="mm"), "/series/1/unit", "unknown_field"),
        ({"m": "x", "v": [1]}, "/series/1/t", "missing"),
        ([1, 2], "/series/1", "type"),
        (None, "/series/1", "type"),
    ],
)
def test_a_broken_series_is_named_and_the_series_beside_it_goes_through(broken: Any, pointer: str, rule: str) -> None:
    decoded = decode(telemetry(series("good"), broken))
    assert faults(decoded) == [(pointer, rule)]
    assert list(columns(decoded).metrics) == ["good"]


@pytest.mark.parametrize(
    "name", ["主軸/回転数", "🔩 torque", "a" * 128, "é", "x y", "温度 [℃]", "a,b", '"quoted"', "\\u0000"]
)
def test_a_metric_may_have_any_printable_name(name: str) -> None:
    assert list(columns(decode(telemetry(series(name)))).metrics) == [name]


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"seq": -1}, "/seq", "type"),
        ({"seq": 2**47}, "/seq", "type"),
        ({"seq": 1.0}, "/seq", "type"),
        ({"seq": True}, "/seq", "type"),
        ({"seq": "1"}, "/seq", "type"),
        ({"session": "a b"}, "/session", "type"),
        ({"session": ""}, "/session", "type"),
        ({"session": "s" * 65}, "/session", "type"),
        ({"sent_at": None}, "/sent_at", "type"),
        ({"historical": 1}, "/historical", "type"),
        ({"series": {}}, "/series", "type"),
        ({"edge": 5}, "/edge", "type"),
        ({"tenant": "t0123456789ac"}, "/tenant", "unknown_field"),
        ({"schema": "telemetry/2"}, "/schema", "schema"),
        ({"schema": None}, "/schema", "schema"),
        ({"schema": ["telemetry/1"]}, "/schema", "schema"),
    ],
)
def test_a_broken_frame_refuses_the_message(changes: dict[str, Any], pointer: str, rule: str) -> None:
    decoded = decode(telemetry(**changes))
    assert decoded.content is None
    assert faults(decoded) == [(pointer, rule)]


def test_a_refused_message_keeps_its_place_in_the_sequence_so_that_its_edge_goes_on() -> None:
    assert decode(telemetry(seq=41, extra=1)).identity == Identity(SESSION, 41)


def test_a_message_that_names_another_device_is_refused_and_moves_no_sequence() -> None:
    decoded = decode(telemetry(edge="edge-08"))
    assert faults(decoded) == [("/edge", "edge")]
    assert decoded.identity is None
    assert decoded.content is None


@pytest.mark.parametrize("name", ["edge", "session", "seq", "sent_at", "series"])
def test_a_missing_field_of_the_frame_is_named(name: str) -> None:
    document = telemetry()
    del document[name]
    assert faults(decode(document)) == [(f"/{name}", "missing")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"schema":"telemetry/1"',
        b'{"a":1}{"b":2}',
        b'{"a":1,}',
        b"\x00",
        b"[" * 100_000,
        b'{"n":' + b"9" * 5000 + b"}",
        b'\xef\xbb\xbf{"a":1}',
        b"MZ\x90\x00\x03",
    ],
)
def test_what_is_no_json_is_refused_with_the_place_where_it_breaks(raw: bytes) -> None:
    decoded = decode(raw)
    assert decoded.content is None
    assert faults(decoded) == [("", "json")]


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'"x"', b"NaN"])
def test_a_message_is_an_object(raw: bytes) -> None:
    assert faults(decode(raw)) == [("", "type")]


def test_a_message_over_128_kilobytes_is_refused_without_being_read() -> None:
    assert faults(decode(b" " * (129 * 1024))) == [("", "size")]


def test_an_excerpt_shows_at_most_200_characters_and_no_control_characters() -> None:
    decoded = decode(telemetry(series("\0" * 5000)))
    assert decoded.faults[0].excerpt == "\ufffd" * 200


@pytest.mark.parametrize(
    ("document", "kind", "content"),
    [
        (birth(), Kind.BIRTH, Birth),
        (death(), Kind.DEATH, Death),
        (state(), Kind.STATE, MachineState),
        (counters(), Kind.COUNTERS, Counters),
        (alarm(), Kind.ALARM, Alarm),
    ],
)
def test_each_companion_is_read_on_its_own_topic_and_refused_on_another(
    document: Any, kind: Kind, content: type
) -> None:
    assert isinstance(decode(document, kind).content, content)
    assert isinstance(decode(document, None).content, content)
    assert faults(decode(document, Kind.TELEMETRY)) == [("/schema", "topic")]


@pytest.mark.parametrize(
    ("document", "kind", "pointer"),
    [
        (state(packml=18), Kind.STATE, "/packml"),
        (state(packml=True), Kind.STATE, "/packml"),
        (state(reason="jam"), Kind.STATE, "/reason"),
        (state(order="x\0"), Kind.STATE, "/order"),
        (state(t=NOW_MS + 10**9), Kind.STATE, "/t"),
        (state(t=1.5), Kind.STATE, "/t"),
        (state(extra=1), Kind.STATE, "/extra"),
        (counters(counters={"good": -1, "scrap": 0}), Kind.COUNTERS, "/counters/good"),
        (counters(counters={"good": 1.5, "scrap": 0}), Kind.COUNTERS, "/counters/good"),
        (counters(counters={"good": 1}), Kind.COUNTERS, "/counters/scrap"),
        (alarm(severity=0), Kind.ALARM, "/severity"),
        (alarm(active="yes"), Kind.ALARM, "/active"),
        (alarm(text={"en": "a"}), Kind.ALARM, "/text/ja"),
        (birth(metrics=[{"m": "a\0", "type": "Double"}]), Kind.BIRTH, "/metrics/0/m"),
        (birth(metrics=[{"m": "a", "type": "Complex"}]), Kind.BIRTH, "/metrics/0/type"),
        (birth(metrics=[{"m": "a", "type": "Double", "max": float("nan")}]), Kind.BIRTH, "/metrics/0/max"),
        (birth(seq=-1), Kind.BIRTH, "/seq"),
        (death(seq=1), Kind.DEATH, "/seq"),
        (death(session="é"), Kind.DEATH, "/session"),
    ],
)
def test_a_broken_companion_is_refused_with_the_place(document: Any, kind: Kind, pointer: str) -> None:
    decoded = decode(document, kind)
    assert decoded.content is None
    assert [fault.pointer for fault in decoded.faults] == [pointer]


def test_plain_json_is_one_reading_a_metric_at_the_time_of_arrival() -> None:
    decoded = decode({"温度": 21.5, "run": True, "mode": "auto"})
    read = columns(decoded)
    assert decoded.identity is None
    assert list(read.metrics) == ["温度", "run", "mode"]
    assert read.t.tolist() == [NOW_MS] * 3
    assert read.texts == {1: "true", 2: "auto"}


def test_plain_json_may_say_when() -> None:
    assert columns(decode({"t": NOW_MS - 5, "x": 1})).t.tolist() == [NOW_MS - 5]


def test_a_broken_plain_value_is_named_and_the_others_go_through() -> None:
    decoded = decode({"good": 1, "bad/one": [1], "none": None})
    assert faults(decoded) == [("/bad~1one", "type"), ("/none", "null")]
    assert list(columns(decoded).metrics) == ["good"]


def test_plain_json_without_a_metric_is_refused() -> None:
    assert faults(decode({})) == [("", "empty")]


def test_plain_json_with_a_broken_time_is_refused() -> None:
    decoded = decode({"t": "now", "x": 1})
    assert decoded.content is None
    assert faults(decoded) == [("/t", "type")]
