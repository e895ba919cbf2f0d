"""Anomalies are found with the write that stores their readings, whatever comes twice, late or in several writes."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.telemetry import alerting, detectors
from functions.telemetry.detectors import MAX_STREAMS, Index, index_key
from functions.telemetry.watches import Watch
from makoto.errors import Unavailable
from makoto.events.telemetry import AnomalyDetected
from makoto.ports.documents import Key, Put, Query
from tests.unit.codecs.messages import DEVICE, NOW_MS, series, telemetry
from tests.unit.telemetry.test_exactly_once import Refusing, world_on
from tests.unit.telemetry.test_machine_reports import Raced
from tests.unit.telemetry.world import PATH, World

METRIC = "spindle/load"
SURE = 0.8
"""What chance hardly reaches in the few readings of a test."""


def watch(world: World, **fields: Any) -> World:
    """Watch the device as the route does."""
    given = Watch(device=DEVICE, **({"threshold": SURE} | fields))
    put = Put(Key(alerting.PARTITION, alerting.WATCH + DEVICE), {"content": given.model_dump_json()})
    world.tenant.documents.atomic(alerting.with_mark(put, world.tenant))
    return world


def watched(**fields: Any) -> World:
    return watch(World(), **fields)


def quiet(count: int, seed: int = 1) -> list[float]:
    """A load that wobbles around 40."""
    noise = random.Random(seed)
    return [40.0 + noise.gauss(0.0, 0.5) for _ in range(count)]


def message_of(values: list[float], first: int, seq: int, metric: str = METRIC, **changes: Any) -> dict[str, Any]:
    """Readings a second apart; the reading number `first` comes first."""
    times = [NOW_MS - 3_000_000 + 1000 * (first + index) for index in range(len(values))]
    return telemetry(series(metric, t=times, v=values), seq=seq, **changes)


def anomalies(world: World) -> list[AnomalyDetected]:
    return world.facts(AnomalyDetected)


def index_of(world: World) -> Index:
    return Index.from_document(world.tenant.documents.find(index_key(DEVICE)))


def test_a_spike_is_told_with_what_was_expected() -> None:
    world = watched()
    world.receive(message_of([*quiet(1000), 90.0, *quiet(5)], 0, 0))
    (found,) = anomalies(world)
    assert (found.device_id, found.equipment, found.metric, found.value) == (DEVICE, str(PATH), METRIC, 90.0)
    assert 35.0 < found.expected < 45.0
    assert 0.5 <= found.score <= 1.0
    assert found.cause


def test_what_is_usual_is_told_to_nobody() -> None:
    world = watched()
    world.receive(message_of(quiet(1000), 0, 0))
    assert anomalies(world) == []
    assert index_of(world).streams[METRIC].t == NOW_MS - 3_000_000 + 999_000


def test_of_a_stretch_of_anomalies_the_first_is_told() -> None:
    world = watched()
    world.receive(message_of([*quiet(1000), 90.0, 4000.0], 0, 0))
    world.receive(message_of([1e5], 1002, 1))
    assert [found.value for found in anomalies(world)] == [90.0]


def test_without_a_watch_no_memory_is_kept() -> None:
    world = World()
    world.receive(message_of([*quiet(1000), 90.0], 0, 0))
    assert world.tenant.documents.query(Query(f"telemetry#{DEVICE}", prefix="anomaly")).items == ()


def test_only_watched_metrics_are_scored() -> None:
    world = watched(metrics=("spindle/*",))
    world.receive(message_of(quiet(10), 0, 0), message_of(quiet(10), 0, 1, metric="coolant/level"))
    assert set(index_of(world).streams) == {METRIC}


def test_a_watch_that_is_switched_off_finds_nothing() -> None:
    world = watched(enabled=False)
    world.receive(message_of([*quiet(1000), 90.0], 0, 0))
    assert anomalies(world) == []


def test_the_same_scores_come_in_whatever_portions_readings_come() -> None:
    values = [*quiet(600), 90.0, *quiet(50, seed=2)]
    straight, cut = watched(), watched()
    straight.receive(message_of(values, 0, 0))
    for seq, (first, last) in enumerate(pairwise([0, 1, 50, 300, 601, len(values)])):
        detectors._live.clear()  # as in another process
        cut.receive(message_of(values[first:last], first, seq))
    assert anomalies(cut) == anomalies(straight)
    assert index_of(cut) == index_of(straight)


def test_late_doubled_and_historical_readings_are_left_out_and_the_late_ones_counted() -> None:
    world = watched()
    world.receive(message_of(quiet(100), 100, 0))
    world.receive(message_of(quiet(50), 0, 1), message_of(quiet(10), 500, 2, historical=True))
    assert (index_of(world).streams[METRIC].late, index_of(world).streams[METRIC].t) == (50, NOW_MS - 2_801_000)


def test_readings_too_soon_after_one_another_are_left_out() -> None:
    world = watched(min_interval_s=10)
    world.receive(message_of(quiet(20), 0, 0))
    before = world.tenant.documents.get(Key(f"telemetry#{DEVICE}", "anomaly-memory#1")).version
    world.receive(message_of(quiet(3), 12, 1, metric="spindle/other"))
    world.receive(message_of(quiet(4), 14, 2))
    assert index_of(world).streams[METRIC].t == NOW_MS - 2_990_000
    world.receive(message_of(quiet(1), 19, 3))
    assert world.tenant.documents.get(Key(f"telemetry#{DEVICE}", "anomaly-memory#1")).version != before


def test_after_a_week_of_silence_a_metric_begins_anew() -> None:
    world = watched()
    old = telemetry(series(METRIC, t=[NOW_MS - 8 * 86_400_000 + 1000 * each for each in range(1000)], v=quiet(1000)))
    world.receive(old)
    first = index_of(world)
    world.receive(message_of([90.0], 0, 1))
    assert anomalies(world) == []
    assert index_of(world).streams[METRIC].slot == first.streams[METRIC].slot


@pytest.mark.parametrize("driver", [Refusing(before=[3]), Refusing(after=[3]), Refusing(before=[2, 4], after=[5])])
def test_a_crash_before_or_after_the_write_tells_each_anomaly_once(driver: Refusing) -> None:
    world = watch(world_on(driver))
    documents = [message_of(quiet(1000), 0, 0), message_of([90.0, *quiet(5)], 1000, 1)]
    for document in documents:
        for _ in range(4):
            try:
                world.receive(document)
                break
            except Unavailable:
                continue
    world.receive(*documents)
    assert [found.value for found in anomalies(world)] == [90.0]


def test_who_loses_a_race_scores_again_by_what_the_other_left() -> None:
    world = watch(world_on(driver := Raced()))
    world.receive(message_of(quiet(1000), 0, 0))
    driver.first = lambda: world.receive(message_of([90.0], 1000, 1))
    world.receive(message_of([90.0], 1000, 1), message_of(quiet(5), 1001, 2))
    assert [found.value for found in anomalies(world)] == [90.0]


def test_more_metrics_than_are_watched_are_refused_and_counted() -> None:
    world = watched()
    parts = [series(f"metric-{each}", t=[NOW_MS], v=[1.0]) for each in range(MAX_STREAMS + 5)]
    world.receive(telemetry(*parts))
    assert (len(index_of(world).streams), index_of(world).refused) == (MAX_STREAMS, 5)


def test_a_watched_device_takes_documents_that_every_store_holds() -> None:
    world = watched()
    world.receive(telemetry(*[_part(f"metric-{each}", quiet(50, each), 0) for each in range(48)]))
    sizes = [len(str(each.data)) for each in world.documents(f"telemetry#{DEVICE}", "anomaly-memory#")]
    assert len(sizes) == 3
    assert max(sizes) < 16 * 7_000


def test_of_very_many_anomalies_the_strangest_are_told_and_the_others_counted() -> None:
    world = watched()
    for seq in range(4):
        first = seq * 250
        world.receive(telemetry(*[_part(f"metric-{each}", quiet(250, each), first) for each in range(12)], seq=seq))
    before = len(anomalies(world))
    world.receive(telemetry(*[_part(f"metric-{each}", [900.0 + each], 1000) for each in range(12)], seq=4))
    assert len(anomalies(world)) - before == 8
    assert index_of(world).untold == 4


def test_metrics_watched_together_are_scored_as_one_and_the_strange_one_is_named() -> None:
    world, noise = watched(metrics=("a", "b"), is_together=True), random.Random(5)
    load = [noise.gauss(0.0, 1.0) for _ in range(1500)]
    a, b = [50 + each for each in load], [20 + 2 * each + noise.gauss(0, 0.05) for each in load]
    b[1400] += 60.0
    for seq, first in enumerate(range(0, 1500, 500)):
        parts = [_part("a", a[first : first + 500], first), _part("b", b[first : first + 500], first)]
        world.receive(telemetry(*parts, seq=seq))
    found = anomalies(world)
    assert [(each.metric, each.value) for each in found] == [("b", b[1400])]
    assert set(index_of(world).streams) == {"a", "b", ""}


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 199), max_size=4), st.booleans())
def test_together_too_the_portions_do_not_matter(cuts: list[int], is_forgotten: bool) -> None:
    values = {"a": quiet(200, 3), "b": quiet(200, 4)}
    values["b"][180] = 99.0
    straight, cut = (watched(metrics=("a", "b"), is_together=True) for _ in range(2))
    straight.receive(telemetry(*[_part(name, some, 0) for name, some in values.items()]))
    for seq, (first, last) in enumerate(pairwise(sorted({0, 200, *cuts}))):
        if is_forgotten:
            detectors._live.clear()
        cut.receive(telemetry(*[_part(name, some[first:last], first) for name, some in values.items()], seq=seq))
    assert (anomalies(cut), index_of(cut)) == (anomalies(straight), index_of(straight))


def _part(metric: str, values: list[float], first: int) -> dict[str, Any]:
    return series(metric, t=[NOW_MS - 3_000_000 + 1000 * (first + index) for index in range(len(values))], v=values)
