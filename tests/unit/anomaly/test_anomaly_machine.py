"""Several metrics of one machine."""

from math import nan

import numpy as np
import pytest

from makoto.analytics.anomaly import THRESHOLD, MachineDetector, NotMetrics, machine_detector

NAMES = ("load", "heat", "current", "speed")
AT, LENGTH, STEP_S = 2000, 2600, 60


def rows(seed: int = 1) -> list[dict[str, float | None]]:
    """Four metrics that follow one load."""
    rng = np.random.default_rng(seed)
    load = rng.normal(0, 1, LENGTH)
    columns = np.outer(load, [1.0, 2.0, 0.5, -1.5]) + rng.normal(0, 0.2, (LENGTH, 4)) + [10, 60, 5, 900]
    return [dict(zip(NAMES, map(float, row), strict=True)) for row in columns]


def found(one: MachineDetector, readings: list[dict[str, float | None]], since: int) -> list[tuple[int, str]]:
    alarms = []
    for place, reading in enumerate(readings):
        if one(place * STEP_S, reading) >= THRESHOLD and place >= since:
            alarms.append((place, one.explain().cause))
    return alarms


def test_a_metric_that_jumps_is_named() -> None:
    readings = rows()
    readings[AT]["heat"] = 90.0

    place, cause = found(machine_detector(NAMES), readings, AT)[0]

    assert place == AT
    assert cause.startswith("heat: ")


def test_a_metric_that_no_longer_follows_the_others_is_named() -> None:
    readings = rows()
    for reading in readings[AT:]:
        reading["current"] = 10.0 - (reading["current"] or 0.0)

    place, cause = found(machine_detector(NAMES), readings, AT)[0]

    assert place < AT + 20
    assert cause == "current: a value that does not fit the other metrics"


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_metrics_that_stay_together_are_left_in_peace(seed: int) -> None:
    assert len(found(machine_detector(NAMES), rows(seed), 400)) <= 4


def test_the_strangest_metric_is_explained_first_and_all_are() -> None:
    readings = rows()
    readings[AT]["speed"] = 700.0
    one = machine_detector(NAMES)
    found(one, readings[: AT + 1], 0)

    said = one.explain()

    assert said.metrics[0][0] == "speed"
    assert {name for name, _ in said.metrics} == set(NAMES)
    assert 850 < said.metrics[0][1].expected < 950
    assert said.metrics[0][1].score >= THRESHOLD
    assert [each.score for _, each in said.metrics] == sorted((each.score for _, each in said.metrics), reverse=True)


def test_a_metric_that_is_not_told_is_left_out() -> None:
    one = machine_detector(NAMES)
    scores = [
        one(place * STEP_S, {**reading, "heat": None if place % 3 else nan, "speed": reading["speed"]})
        for place, reading in enumerate(rows()[:800])
    ]

    assert max(scores) < 1.0
    assert one(801 * STEP_S, {}) == 0.0


def test_a_score_does_not_depend_on_what_follows() -> None:
    readings = rows()
    whole, part = machine_detector(NAMES), machine_detector(NAMES)

    scores = [whole(place * STEP_S, reading) for place, reading in enumerate(readings)]

    assert [part(place * STEP_S, reading) for place, reading in enumerate(readings[:700])] == scores[:700]


@pytest.mark.parametrize("metrics", [(), ("a", "a"), tuple(str(number) for number in range(33))])
def test_other_numbers_of_metrics_are_refused(metrics: tuple[str, ...]) -> None:
    with pytest.raises(NotMetrics):
        machine_detector(metrics)


def test_a_machine_of_most_metrics_has_bounded_state() -> None:
    names = [f"m{number}" for number in range(32)]
    one = machine_detector(names)
    rng = np.random.default_rng(3)
    for place in range(150):
        one(place, dict(zip(names, rng.normal(0, 1, 32).tolist(), strict=True)))

    assert len(one.to_text()) < 32 * 16_384
