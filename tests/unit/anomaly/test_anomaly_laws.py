"""What holds of every stream."""

from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from makoto.analytics.anomaly import NotATime, Timestamp, detector
from makoto.analytics.anomaly.clock import seconds_of
from tests.unit.anomaly.streams_of_one_kind import STATIONARY, STEP_S, alarms, bursts, day, noise, scored

VALUES = some.one_of(
    some.none(), some.floats(-1e9, 1e9), some.sampled_from([nan, inf, -inf, 0.0, 1e300, -1e300, 5e-324])
)


@pytest.mark.parametrize("kind", STATIONARY)
def test_a_score_does_not_depend_on_what_follows(kind: str) -> None:
    values = STATIONARY[kind](1500, 3)
    other = np.concatenate([values[:1000], values[1000:] * 1e6])

    assert scored(values)[:1000] == scored(other)[:1000] == scored(values[:1000])


@pytest.mark.parametrize(("factor", "offset"), [(1e-6, 0.0), (1e6, 0.0), (1.0, 1e4), (3.7, -250.0)])
@pytest.mark.parametrize("kind", STATIONARY)
def test_scores_do_not_depend_on_the_unit(kind: str, factor: float, offset: float) -> None:
    values = STATIONARY[kind](1500, 2)

    differences = np.abs(np.array(scored(values)) - np.array(scored(values * factor + offset)))

    assert np.quantile(differences, 0.99) < 0.02


@given(some.lists(some.tuples(some.floats(-1e7, 1e7), VALUES), max_size=120))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_the_score_lies_between_0_and_1(readings: list[tuple[float, float | None]]) -> None:
    one = detector()
    at = 1.7e9

    for step, value in readings:
        at += step
        score = one(at, value)
        assert 0.0 <= score <= 1.0
    assert type(one).from_text(one.to_text()).to_text() == one.to_text()


def test_missing_and_infinite_values_score_nothing_and_change_nothing() -> None:
    values = noise(600)
    plain, holey = detector(), detector()
    expected, scores = [], []
    for place, value in enumerate(values):
        expected.append(plain(place * STEP_S, float(value)))
        if place % 5 == 0:
            assert [holey(place * STEP_S, gap) for gap in (None, nan, inf, -inf)] == [0.0] * 4
        scores.append(holey(place * STEP_S, float(value)))

    assert scores == expected


@pytest.mark.parametrize("kind", ["noise", "day", "counts"])
def test_irregular_times_and_gaps_do_not_alarm(kind: str) -> None:
    rng = np.random.default_rng(8)
    values = STATIONARY[kind](4000, 9)
    kept = rng.random(4000) < 0.6
    kept[1500:1900] = False
    one = detector()

    scores = [one(place * STEP_S, float(values[place])) for place in np.flatnonzero(kept)]

    assert len(alarms(scores, 300)) <= 5


def test_every_way_to_say_a_time_is_the_same() -> None:
    begin = datetime(2024, 3, 4, 12, tzinfo=UTC)
    values = day(700)
    ways = (
        lambda at: at,
        lambda at: at.replace(tzinfo=None),
        lambda at: at.isoformat(),
        lambda at: at.timestamp(),
        lambda at: int(at.timestamp() * 1000),
    )

    scores = []
    for way in ways:
        one = detector()
        scores.append([one(way(begin + timedelta(seconds=STEP_S * k)), float(v)) for k, v in enumerate(values)])

    assert all(each == scores[0] for each in scores)


def test_the_day_is_that_of_the_zone_told() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert seconds_of(datetime(2024, 3, 4, 8, tzinfo=tokyo)) == seconds_of(datetime(2024, 3, 4, 8))  # noqa: DTZ001


@pytest.mark.parametrize("timestamp", ["", "yesterday", "2024-13-01", nan, inf])
def test_what_is_no_time_is_refused(timestamp: Timestamp) -> None:
    with pytest.raises(NotATime):
        detector()(timestamp, 1.0)


def test_equal_and_backward_times_are_taken() -> None:
    values = bursts(500)
    one = detector()

    scores = [one((place // 2 - place % 3) * STEP_S, float(value)) for place, value in enumerate(values)]

    assert len(scores) == 500
