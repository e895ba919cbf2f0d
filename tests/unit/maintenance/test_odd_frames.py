"""Frames as people have them: missing targets and machines, times for an order, texts for numbers, columns twice."""

from typing import Any

import numpy as np
import pytest

from makoto.analytics.maintenance import NotTrainable, UnknownColumn, fit, with_history

UNITS = np.repeat(np.arange(4), 15)


def columns() -> dict[str, Any]:
    random = np.random.default_rng(3)
    return {"a": random.normal(size=60), "b": random.normal(size=60)}


def refused(target: Any, groups: Any, frame: Any = None) -> list[str]:
    with pytest.raises(NotTrainable) as caught:
        fit(columns() if frame is None else frame, target, groups)
    return [each.pointer for each in caught.value.errors]


@pytest.mark.parametrize("gap", [None, float("nan"), np.datetime64("NaT")])
def test_a_missing_target_is_no_class_of_its_own(gap: Any) -> None:
    assert refused(["fails", gap, *["runs"] * 58], UNITS) == ["/target"]
    assert refused([*np.arange(59.0), gap], UNITS) == ["/target"]


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_rows_without_a_machine_are_not_a_machine_each(gap: Any) -> None:
    assert refused(np.arange(60.0), [gap, *UNITS[1:].tolist()]) == ["/groups"]
    assert refused(np.arange(60.0), np.where(UNITS == 0, np.nan, UNITS)) == ["/groups"]


@pytest.mark.parametrize("frame", [np.zeros((60, 2)), [[1, 2]] * 60])
def test_what_is_no_frame_is_refused(frame: Any) -> None:
    assert refused(np.arange(60.0), UNITS, frame) == ["/frame"]


def test_a_column_of_times_is_left_out_and_says_so() -> None:
    frame = {**columns(), "at": np.arange(60).astype("M8[h]")}

    assert "time" in fit(frame, np.arange(60.0) % 15, UNITS).card.left_out["at"]


@pytest.mark.parametrize("odd", ["2,1", "hot", [1.0], {"value": 1.0}])
def test_what_is_no_number_does_not_pass_for_a_missing_one(odd: Any) -> None:
    model = fit(columns(), np.arange(60.0) % 15, UNITS)

    with pytest.raises(UnknownColumn) as caught:
        model.predict([{"a": odd, "b": 1.0}])

    assert [each.pointer for each in caught.value.errors] == ["/a"]
    assert len(model.predict([{"a": "", "b": "1.5"}])) == 1


def past(at: Any, values: Any, window: int = 2) -> tuple[list[float], list[float]]:
    frame = {"unit": ["m"] * len(values), "at": at, "v": values}
    made = with_history(frame, "unit", "at", target=None, windows=(window,))
    return [float(each) for each in made[f"v mean {window}"]], [float(each) for each in made[f"v slope {window}"]]


@pytest.mark.parametrize(
    "at",
    [
        ["2024-01-03", "2024-01-02", "2024-01-01"],
        ["2024-01-01T02:00:00+01:00", "2024-01-01T00:30:00Z", "2023-12-31T23:00:00"],
        np.array(["2024-01-03", "2024-01-02", "2024-01-01"], "M8[D]"),
        [3, 2, 1],
    ],
)
def test_times_are_an_order(at: Any) -> None:
    assert past(at, [3.0, 2.0, 1.0]) == ([2.5, 1.5, 1.0], [1.0, 1.0, 0.0])


@pytest.mark.parametrize("at", [["x", "y", "z"], [1, None, 3], ["2024-01-01", None, "2024-01-02"]])
def test_a_row_without_an_order_is_refused(at: Any) -> None:
    with pytest.raises(NotTrainable) as caught:
        past(at, [3.0, 2.0, 1.0])

    assert [each.pointer for each in caught.value.errors] == ["/order"]


def test_a_missing_value_is_not_a_zero_of_the_past() -> None:
    assert past([1, 2, 3], [10.0, None, 14.0], 3) == ([10.0, 10.0, 12.0], [0.0, 0.0, 2.0])


def test_a_slope_keeps_its_digits_in_a_long_column_of_large_numbers() -> None:
    values = 1e6 + np.arange(100_000) * 1e-3

    _, slopes = past(np.arange(100_000), values, 5)

    assert np.abs(np.array(slopes[5:]) - 1e-3).max() < 1e-9
