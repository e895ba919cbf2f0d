"""What is strange is found, soon; what is not is left in peace."""

from collections.abc import Callable

import numpy as np
import pytest

from makoto.analytics.anomaly import detector
from tests.unit.anomaly.streams_of_one_kind import FIVE_DAYS, STATIONARY, STEP_S, Floats, alarms, day, noise, scored

AT = 2000
LENGTH = 3000
MOST_FALSE = 6
"""In 3,000 readings; on the average it is about one."""


def spike(values: Floats) -> None:
    values[AT] += 40


def drop(values: Floats) -> None:
    values[AT] = 0


def shift(values: Floats) -> None:
    values[AT:] += 15


def restless(values: Floats) -> None:
    values[AT:] += np.random.default_rng(5).normal(0, 9, LENGTH - AT)


def calm(values: Floats) -> None:
    values[AT:] = 50 + (values[AT:] - 50) * 0.05


def stuck(values: Floats) -> None:
    values[AT:] = values[AT]


def drift(values: Floats) -> None:
    values[AT:] += np.linspace(0, 60, LENGTH - AT)


@pytest.mark.parametrize(
    ("disturb", "within"), [(spike, 1), (drop, 1), (shift, 5), (restless, 30), (calm, 150), (stuck, 40), (drift, 500)]
)
def test_a_disturbance_of_noise_is_found_soon(disturb: Callable[[Floats], None], within: int) -> None:
    values = noise(LENGTH)
    disturb(values)

    found = alarms(scored(values), AT)

    assert found
    assert found[0] < AT + within


def test_a_day_that_does_not_come_is_found() -> None:
    values = day(LENGTH)
    values[AT : AT + 288] = noise(288)

    found = alarms(scored(values), AT)

    assert found
    assert found[0] < AT + 288


def test_a_usual_value_at_an_unusual_time_is_found() -> None:
    values = day(2 * LENGTH)
    night = 10 * 288 + 216
    values[night : night + 24] = values[night + 144 : night + 168]

    found = alarms(scored(values), night)

    assert found
    assert found[0] < night + 24


def test_a_changed_frequency_is_found() -> None:
    speed = np.full(LENGTH, 1 / 40)
    speed[AT:] = 1 / 16
    values = 10 * np.sin(2 * np.pi * np.cumsum(speed)) + noise(LENGTH) / 10

    found = alarms(scored(values), AT)

    assert found
    assert found[0] < AT + 120


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", STATIONARY)
def test_a_stream_that_stays_as_it_is_has_few_alarms(kind: str, seed: int) -> None:
    values = STATIONARY[kind](LENGTH, seed)

    assert len(alarms(scored(values), LENGTH // 7)) <= MOST_FALSE


def test_streams_that_stay_as_they_are_have_less_than_one_alarm_in_a_thousand_readings() -> None:
    found = [
        len(alarms(scored(draw(LENGTH, seed)), LENGTH // 7)) for draw in STATIONARY.values() for seed in range(4, 7)
    ]

    assert sum(found) < len(found) * LENGTH / 1000


def test_a_constant_is_silent_until_it_changes() -> None:
    values = np.full(LENGTH, 21.5)
    values[AT] = 22.5

    assert alarms(scored(values))[:1] == [AT]


def test_a_level_that_stays_is_told_once_and_becomes_usual() -> None:
    values = noise(2 * LENGTH)
    values[AT:] += 15

    found = alarms(scored(values), AT)

    assert found[0] < AT + 5
    assert len(found) <= 8
    assert len([place for place in found if place > AT + FIVE_DAYS]) <= 4


def test_the_explanation_says_what_was_expected_and_why() -> None:
    values = noise(LENGTH)
    values[AT] = 90.0
    one = detector()
    scored(values[: AT + 1], one)

    said = one.explain()

    assert said.score > 0.5
    assert 45 < said.expected < 55
    assert said.low < said.expected < said.high < 90.0
    assert said.cause


def test_before_the_first_reading_nothing_is_explained() -> None:
    said = detector().explain()

    assert said.score == 0.0
    assert said.cause == "nothing was read yet"


def test_a_missing_value_is_said_to_be_missing() -> None:
    one = detector()
    scored(noise(100), one)

    assert one(100 * STEP_S, None) == 0.0
    assert one.explain().cause == "no value"
