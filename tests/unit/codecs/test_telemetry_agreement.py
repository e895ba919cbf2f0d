"""The short way and the definition give the same, whatever arrives."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from makoto.codecs.telemetry import Columns, Decoded, Decoder
from makoto.codecs.telemetry.decoder import decode_exactly
from tests.unit.codecs.messages import DEVICE, NOW_MS, SESSION, body, telemetry

times = st.integers(NOW_MS - 200_000, NOW_MS + 1000)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
texts = st.sampled_from(["", "a,b", "[1]", "{", "\0", "\ud800"])
oddities = texts | st.sampled_from([None, True, False, [], [1], {}, {"a": 1}, float("nan"), float("inf"), -0.0])
values = st.one_of(numbers, numbers, numbers, oddities)
qualities = st.sampled_from([192, 192, 192, 0, 64, 500, 1, 192.0, True, None, -5, 2**64])
names = st.sampled_from(["a", "b", "主軸", "[", "a,b"]) | st.text(max_size=6)


@st.composite
def some_series(draw: st.DrawFn) -> Any:
    size = draw(st.integers(0, 5))
    length = st.just(size) if draw(st.integers(0, 9)) else st.integers(0, 6)

    def column(of: st.SearchStrategy[Any]) -> Any:
        count = draw(length)
        return draw(st.lists(of, min_size=count, max_size=count))

    one: dict[str, Any] = {"m": draw(names), "t": column(times), "v": column(draw(st.sampled_from([numbers, values])))}
    if draw(st.booleans()):
        one["q"] = column(draw(st.sampled_from([st.sampled_from([192, 0, 64, 500]), qualities])))
    if draw(st.integers(0, 4)) == 0:
        one["qs"] = column(st.sampled_from([None, "Bad", 3]))
    if draw(st.integers(0, 9)) == 0:
        one[draw(st.sampled_from(["m", "t", "v", "q", "qs", "clock", "x"]))] = draw(oddities | times)
    return one


@st.composite
def some_message(draw: st.DrawFn) -> bytes:
    document: dict[str, Any] = {
        "schema": "telemetry/1",
        "edge": DEVICE,
        "session": SESSION,
        "seq": draw(st.integers(0, 9)),
        "sent_at": NOW_MS,
        "series": draw(st.lists(some_series(), max_size=4)),
    }
    if draw(st.integers(0, 9)) == 0:
        document[draw(st.sampled_from([*document, "historical", "x"]))] = draw(oddities | st.integers(-1, 2**65))
    separators = draw(st.sampled_from([(",", ":"), (" , ", " :\n")]))
    text = json.dumps(document, separators=separators, ensure_ascii=draw(st.booleans()))
    raw = text.encode("utf-8", "surrogatepass")
    return raw if draw(st.integers(0, 9)) else raw[: draw(st.integers(0, len(raw)))]


def spelled(decoded: Decoded) -> tuple[Any, ...]:
    content = decoded.content
    assert content is None or isinstance(content, Columns)
    if content is None:
        return (decoded.kind, decoded.identity, None, decoded.faults, decoded.is_historical)
    q = [192] * len(content) if content.q is None else content.q.tolist()
    columns = (list(content.metrics), list(content.clocks), list(content.lengths), content.t.tolist(), q)
    sparse = (dict(content.texts), dict(content.statuses), [repr(each) for each in content.v.tolist()])
    return (decoded.kind, decoded.identity, columns, sparse, decoded.faults, decoded.is_historical)


@settings(max_examples=8 * settings().max_examples)
@given(some_message())
def test_the_short_way_agrees_with_the_definition(raw: bytes) -> None:
    short = Decoder().decode(raw, device=DEVICE, received_at_ms=NOW_MS)
    assert spelled(short) == spelled(decode_exactly(raw, device=DEVICE, received_at_ms=NOW_MS))


def test_the_short_way_is_taken_for_clean_numbers() -> None:
    content = Decoder().decode(body(telemetry()), device=DEVICE, received_at_ms=NOW_MS).content
    assert isinstance(content, Columns)
    assert content.v.base is not None  # a view of the parser's buffer, which the slow way never makes
