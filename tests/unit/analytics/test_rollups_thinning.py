"""What is left of a series looks like it: ends, peaks, ascending times."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from makoto.analytics.rollups_thinning import extremes, largest_triangles

values = st.integers(1, 300).flatmap(lambda size: arrays(np.float64, size, elements=st.floats(-1e6, 1e6)))


@given(values, st.integers(3, 40))
def test_triangles_keep_the_ends_and_the_number_that_was_asked_for(v: NDArray[np.float64], count: int) -> None:
    chosen = largest_triangles(np.arange(len(v), dtype=np.int64) * 1000, v, count)
    assert len(chosen) == min(len(v), count)
    assert (chosen[0], chosen[-1]) == (0, len(v) - 1)
    assert (np.diff(chosen) > 0).all()


@given(values, st.integers(2, 40))
def test_extremes_keep_the_least_and_the_greatest(v: NDArray[np.float64], count: int) -> None:
    chosen = extremes(v, count)
    assert len(chosen) <= max(count, 1)
    assert (np.diff(chosen) > 0).all()
    assert (v[chosen].min(), v[chosen].max()) == (v.min(), v.max())


def test_a_lonely_peak_survives() -> None:
    v = np.zeros(10_000)
    v[4321] = 9.0
    t = np.arange(10_000, dtype=np.int64)
    assert 4321 in largest_triangles(t, v, 50)
    assert 4321 in extremes(v, 50)


def test_a_straight_line_with_a_corner_is_drawn_by_its_corner() -> None:
    t = np.arange(9, dtype=np.int64)
    v = np.array([0, 1, 2, 3, 9, 3, 2, 1, 0], np.float64)
    assert largest_triangles(t, v, 3).tolist() == [0, 4, 8]
