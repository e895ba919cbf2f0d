"""A detector between two invocations."""

import numpy as np
import pytest

from makoto.analytics.anomaly import Detector, MachineDetector, NotAState, detector, machine_detector

MOST_BYTES = 16_384
STEP_S = 300


def stream(count: int) -> list[float]:
    rng = np.random.default_rng(7)
    return [float(value) for value in 40 + 10 * np.sin(np.arange(count) / 45.8) + rng.normal(0, 1, count)]


@pytest.mark.parametrize("interrupted_at", [0, 1, 63, 64, 700, 1999])
def test_a_restored_detector_goes_on_as_if_uninterrupted(interrupted_at: int) -> None:
    values = stream(2500)
    whole = detector()
    expected = [whole(place * STEP_S, value) for place, value in enumerate(values)]

    one = detector()
    scores = [one(place * STEP_S, value) for place, value in enumerate(values[:interrupted_at])]
    again = Detector.from_text(one.to_text())
    scores += [again(place * STEP_S, values[place]) for place in range(interrupted_at, 2500)]

    assert scores == expected
    assert again.explain() == whole.explain()


def test_a_restored_machine_goes_on_as_if_uninterrupted() -> None:
    values = stream(900)
    names = ("load", "heat")
    whole, one = machine_detector(names), machine_detector(names)
    rows = [{"load": value, "heat": value * 2 + place % 7} for place, value in enumerate(values)]
    expected = [whole(place * STEP_S, row) for place, row in enumerate(rows)]

    scores = [one(place * STEP_S, row) for place, row in enumerate(rows[:450])]
    again = MachineDetector.from_text(one.to_text(), names)
    scores += [again(place * STEP_S, rows[place]) for place in range(450, 900)]

    assert scores == expected


def test_the_state_does_not_grow() -> None:
    one = detector()
    sizes = []
    for place, value in enumerate(stream(9000)):
        one(place * STEP_S, value)
        if place % 3000 == 2999:
            sizes.append(len(one.to_text()))

    assert max(sizes) < MOST_BYTES


@pytest.mark.parametrize("text", ["", "anomaly1:", "anomaly1:%%%", "anomaly1:AAAA", "other"])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(NotAState):
        Detector.from_text(text)


def test_a_machine_of_other_metrics_is_refused() -> None:
    state = machine_detector(["one", "two"]).to_text()

    with pytest.raises(NotAState):
        MachineDetector.from_text(state, ["one", "two", "three"])
