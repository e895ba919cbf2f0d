"""Sensor faults: what arrives, with which quality."""

from itertools import pairwise
from random import Random

import pytest

from local.simulator.faults import FaultKind, Sensor
from local.simulator.metric import BAD, GOOD, STALE, UNCERTAIN, Metric, Reading

TEMPERATURE = Metric("chamber/temp", "Double", "°C", -60, 40, 0.1, "FZ.T", noise=0.5)
DOOR = Metric("door/is-open", "Boolean", "", 0, 1, 0, "FZ.Door")


class Only(Random):
    """A generator that always chooses the same kind of fault."""

    def __init__(self, kind: FaultKind) -> None:
        super().__init__(1)
        self.kind = kind

    def choice(self, seq):  # type: ignore[no-untyped-def]  # narrower than random.Random's on purpose
        return self.kind if self.kind in seq else super().choice(seq)


def readings(kind: FaultKind, seconds: int = 3_000) -> list[Reading]:
    sensor = Sensor(TEMPERATURE, Only(kind), mtbf_s=60.0)
    return [sensor.read(-20.0, float(second)) for second in range(seconds)]


def test_a_failed_sensor_gives_null_and_bad_and_says_why() -> None:
    bad = [one for one in readings(FaultKind.BAD) if one.quality != GOOD]
    assert len(bad) > 10
    assert set(bad) == {Reading(None, BAD, "BadSensorFailure")}


def test_a_value_is_null_only_when_it_is_bad() -> None:
    for kind in FaultKind:
        assert all((one.value is None) == (one.quality == BAD) for one in readings(kind))


def test_a_status_comes_with_every_quality_but_good() -> None:
    for kind in FaultKind:
        assert all((one.status is None) == (one.quality == GOOD) for one in readings(kind))


def test_a_stale_sensor_repeats_its_last_good_value() -> None:
    last = None
    stale = 0
    for one in readings(FaultKind.STALE):
        if one.quality == STALE:
            stale += 1
            assert one.value == last
        last = one.value
    assert stale > 10


def test_an_uncertain_sensor_still_measures() -> None:
    uncertain = [one for one in readings(FaultKind.UNCERTAIN) if one.quality == UNCERTAIN]
    assert len({one.value for one in uncertain}) > 10
    assert {one.status for one in uncertain} == {"UncertainSensorNotAccurate"}


def test_a_stuck_sensor_looks_good_and_does_not_move() -> None:
    values = [one.value for one in readings(FaultKind.STUCK)]
    longest = run = 1
    for before, after in pairwise(values):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    assert longest > 50


def test_a_spike_lasts_one_sample_and_leaves_no_trace() -> None:
    values = [float(one.value) for one in readings(FaultKind.SPIKE) if one.value is not None]
    spikes = [index for index, value in enumerate(values) if abs(value + 20.0) > 5.0]
    assert len(spikes) > 5
    assert all(abs(values[index + 1] + 20.0) < 5.0 for index in spikes if index + 1 < len(values))


def test_a_drift_grows() -> None:
    values = [abs(float(one.value) + 20.0) for one in readings(FaultKind.DRIFT, 1500) if one.value is not None]
    assert max(values) > 5.0
    assert max(abs(after - before) for before, after in pairwise(values) if after > before) < 5.0


@pytest.mark.parametrize("kind", [FaultKind.SPIKE, FaultKind.DRIFT])
def test_a_contact_neither_spikes_nor_drifts(kind: FaultKind) -> None:
    sensor = Sensor(DOOR, Only(kind), mtbf_s=30.0)
    values = [sensor.read(1.0, float(second)).value for second in range(2_000)]
    assert set(values) <= {True, None}


def test_readings_stay_within_the_range_of_the_birth() -> None:
    sensor = Sensor(TEMPERATURE, Random(1), mtbf_s=20.0)
    values = [sensor.read(39.9, float(second)).value for second in range(2_000)]
    assert all(value is None or TEMPERATURE.minimum <= value <= TEMPERATURE.maximum for value in values)
