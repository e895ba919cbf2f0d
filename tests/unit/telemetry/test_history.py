"""History gives back what was stored: as it is, or summarised, with its gaps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.telemetry.model import Aggregation, AskHistory
from functions.telemetry.query import read_history
from functions.telemetry.views import Item, time_text
from makoto.adapters.history_duckdb import DuckdbHistory
from makoto.domain import instant_from_ms
from makoto.errors import Invalid
from makoto.ports.history import History
from tests.unit.codecs.messages import DEVICE, NOW_MS, series, telemetry
from tests.unit.telemetry.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NOW = instant_from_ms(NOW_MS)
EVERY = tuple(Aggregation)


@pytest.fixture
def history() -> History:
    return History(DuckdbHistory)


def ask(world: World, history: History, **changes: Any) -> list[Item]:
    """All pages of an answer."""
    asked: dict[str, Any] = {"device": DEVICE, "metrics": ("a",), "start": NOW - timedelta(hours=6), "end": NOW}
    items, cursor = list[Item](), None
    while True:
        page = read_history(AskHistory(**asked | changes, cursor=cursor), world.tenant, history)
        items += page.items
        if page.next_cursor is None:
            return items
        cursor = page.next_cursor


def stored(*points: tuple[int, Any], metric: str = "a", qualities: list[int] | None = None, seq: int = 0) -> World:
    world = World()
    columns: dict[str, Any] = {"t": [t for t, _ in points], "v": [v for _, v in points]}
    world.receive(telemetry(series(metric, **columns | ({"q": qualities} if qualities else {})), seq=seq))
    return world


def figures(items: list[Item], name: str) -> list[Any]:
    return [item[name] for item in items]


@pytest.mark.parametrize("hours_ago", [1, 5, 24 * 100])
def test_a_step_summarises_what_lies_in_it_wherever_it_is_read_from(history: History, hours_ago: int) -> None:
    first = NOW_MS - hours_ago * HOUR_MS
    world = stored(*[(first + second * 1000, value) for second, value in ((0, 4.0), (30, 1.0), (59, 7.0), (60, 5.0))])
    start = instant_from_ms(first)
    items = ask(world, history, start=start, end=start + timedelta(minutes=3), aggregations=EVERY)
    assert [item["time"] for item in items] == [time_text(first + minute * MINUTE_MS) for minute in range(3)]
    rows = [tuple(item[name] for name in EVERY) for item in items]
    assert rows == [(1.0, 7.0, 4.0, 7.0, 3, 1.0), (5.0, 5.0, 5.0, 5.0, 1, 1.0), (None, None, None, None, 0, None)]


@pytest.mark.parametrize("hours_ago", [1, 5])
def test_only_good_and_uncertain_values_are_counted_in(history: History, hours_ago: int) -> None:
    first = NOW_MS - hours_ago * HOUR_MS
    world = stored(
        *[(first + each, value) for each, value in enumerate([2.0, 4.0, 90.0, None])], qualities=[192, 64, 500, 0]
    )
    start = instant_from_ms(first)
    (item,) = ask(world, history, start=start, end=start + timedelta(minutes=1), aggregations=EVERY)
    assert {name: item[name] for name in ("mean", "max", "last", "count", "quality_share")} == {
        "mean": 3.0, "max": 4.0, "last": 4.0, "count": 4, "quality_share": 0.25,
    }  # fmt: skip


@pytest.mark.parametrize("hours_ago", [1, 5])
@pytest.mark.parametrize(("said", "mean"), [(("自動", "手動"), None), ((True, False), 0.5)])
def test_texts_and_booleans_have_a_last_value(history: History, said: Any, mean: float | None, hours_ago: int) -> None:
    first = NOW_MS - hours_ago * HOUR_MS
    start = instant_from_ms(first)
    world = stored((first, said[0]), (first + 1, said[1]))
    (item,) = ask(world, history, start=start, end=start + timedelta(minutes=1), aggregations=("last", "mean"))
    assert (item["last"], item["mean"]) == (said[1], mean)


def test_steps_shorter_than_a_minute_are_read_from_files(history: History) -> None:
    world = stored(*[(NOW_MS - 10_000 + each * 1000, float(each)) for each in range(10)])
    items = ask(world, history, start=NOW - timedelta(seconds=10), step="5s", aggregations=("mean", "count"))
    assert [(item["mean"], item["count"]) for item in items] == [(2.0, 5), (7.0, 5)]


def test_a_day_is_a_day_of_the_tenants_own_time_zone(history: History) -> None:
    world = stored((NOW_MS - 9 * HOUR_MS - 1, 1.0), (NOW_MS - 9 * HOUR_MS, 2.0))  # either side of midnight in Tokyo
    items = ask(world, history, start=NOW - timedelta(hours=10), step="1d", aggregations=("mean",))
    assert [(item["time"], item["mean"]) for item in items] == [
        ("2025-12-30T15:00:00.000+00:00", 1.0),
        ("2025-12-31T15:00:00.000+00:00", 2.0),
    ]


def test_the_day_on_which_clocks_change_has_its_own_length(history: History) -> None:
    world = World()
    world.tenant = _in_zone(world, "Europe/Berlin")
    items = ask(
        world,
        history,
        start=datetime.fromisoformat("2025-10-25T00:00:00+02:00"),
        end=datetime.fromisoformat("2025-10-28T00:00:00+01:00"),
        step="1d",
    )
    assert figures(items, "time") == [
        "2025-10-24T22:00:00.000+00:00",
        "2025-10-25T22:00:00.000+00:00",
        "2025-10-26T23:00:00.000+00:00",
    ]


def _in_zone(world: World, zone: str) -> Any:
    from dataclasses import replace

    return replace(world.tenant, record=world.tenant.record.model_copy(update={"time_zone": zone}))


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_pages_of_any_size_give_the_same(history: History, limit: int) -> None:
    points = [(NOW_MS - each * 47_000, float(each)) for each in range(20)]
    world = stored(*points)
    asked: dict[str, Any] = {
        "start": NOW - timedelta(minutes=20),
        "metrics": ("a", "b"),
        "aggregations": ("mean", "count"),
    }
    assert ask(world, history, **asked, limit=limit) == ask(world, history, **asked)
    raw: dict[str, Any] = {"start": NOW - timedelta(minutes=20), "step": "raw"}
    assert ask(world, history, **raw, limit=limit) == ask(world, history, **raw)
    assert len(ask(world, history, **raw)) == 19  # the one at the end is not in it


def test_readings_of_one_instant_are_paged_without_loss(history: History) -> None:
    world = stored(*[(NOW_MS - 5, float(each)) for each in range(10)])
    items = ask(world, history, step="raw", limit=3)
    assert figures(items, "value") == [float(each) for each in range(10)]


def test_raw_readings_are_as_they_were_said(history: History) -> None:
    world = stored((NOW_MS - 3, 1.5), (NOW_MS - 2, "x"), (NOW_MS - 1, None), qualities=[192, 64, 0])
    assert ask(world, history, step="raw") == [
        {"time": time_text(NOW_MS - 3), "metric": "a", "value": 1.5, "quality": 192, "status": None},
        {"time": time_text(NOW_MS - 2), "metric": "a", "value": "x", "quality": 64, "status": None},
        {"time": time_text(NOW_MS - 1), "metric": "a", "value": None, "quality": 0, "status": None},
    ]


def test_raw_readings_end_before_the_end(history: History) -> None:
    world = stored((NOW_MS - 2000, 1.0), (NOW_MS - 1000, 2.0), (NOW_MS, 3.0))
    items = ask(world, history, step="raw", start=NOW - timedelta(seconds=2), end=NOW)
    assert figures(items, "value") == [1.0, 2.0]


def test_what_was_never_reported_is_a_gap(history: History) -> None:
    items = ask(World(), history, start=NOW - timedelta(hours=1), step="15m", aggregations=("mean", "count"))
    assert [(item["mean"], item["count"]) for item in items] == [(None, 0)] * 4
    assert ask(World(), history, step="raw") == []


@pytest.mark.parametrize(
    ("start", "end"), [(NOW, NOW), (NOW, NOW - timedelta(seconds=1)), (NOW - timedelta(days=4000), NOW)]
)
def test_a_time_that_is_none_is_refused(history: History, start: datetime, end: datetime) -> None:
    with pytest.raises(Invalid):
        ask(World(), history, start=start, end=end)


def test_a_cursor_of_another_question_is_refused(history: History) -> None:
    world = stored((NOW_MS - 1, 1.0), (NOW_MS - 2, 1.0))
    asked: dict[str, Any] = {"device": DEVICE, "start": NOW - timedelta(hours=1), "end": NOW, "step": "raw", "limit": 1}
    page = read_history(AskHistory(**asked, metrics=("a",)), world.tenant, history)
    with pytest.raises(Invalid):
        read_history(AskHistory(**asked, metrics=("b",), cursor=page.next_cursor), world.tenant, history)


values = st.sampled_from([0.0, 1.0, -2.5, 1e9, None, True, "auto"])
points = st.lists(st.tuples(st.integers(0, 6 * 3600), values), min_size=1, max_size=60)


def expected(points: list[tuple[int, Any]], step_s: int) -> Iterator[tuple[Any, ...]]:
    """Summarise the plain way: time order, then the order of being said."""
    start_s = (NOW_MS // 1000 - 6 * 3600) // step_s * step_s
    for first in range(start_s, NOW_MS // 1000, step_s):
        inside = [(t, v) for t, v in points if first * 1000 <= t < (first + step_s) * 1000]
        usable = [v for t, v in sorted(inside, key=lambda each: each[0]) if v is not None]
        numbers = [float(v) for v in usable if not isinstance(v, str)]
        mean = round(sum(numbers) / len(numbers), 3) if numbers else None
        yield min(numbers, default=None), max(numbers, default=None), mean, usable[-1] if usable else None, len(inside)


@settings(max_examples=25, deadline=None)
@given(points, st.sampled_from([("10m", 600), ("1h", 3600), ("3h", 10800), ("90s", 90)]))
def test_history_agrees_with_the_plain_way(given_points: list[tuple[int, Any]], step: tuple[str, int]) -> None:
    engine = History(DuckdbHistory)
    named = [(NOW_MS - 6 * HOUR_MS + second * 1000, value) for second, value in given_points]
    kept = [(t, v) for t, v in named if t < NOW_MS]
    world = World()
    for seq, (t, v) in enumerate(kept):
        world.receive(telemetry(series("a", t=[t], v=[v], q=[0 if v is None else 192]), seq=seq))
    items = ask(world, engine, step=step[0], aggregations=("min", "max", "mean", "last", "count"))
    found = [
        (i["min"], i["max"], i["mean"] if i["mean"] is None else round(float(i["mean"]), 3), i["last"], i["count"])
        for i in items
    ]
    assert found == list(expected(kept, step[1]))
