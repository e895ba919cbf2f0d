"""Fewer points that look like many: which readings of a series to draw."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_Integers = NDArray[np.int64]
_Floats = NDArray[np.float64]


def largest_triangles(t: _Integers, v: _Floats, count: int) -> _Integers:
    """Choose `count` places of ascending `t`, 3 or more: of each stretch the one farthest from its neighbours' line.

    Largest-Triangle-Three-Buckets: S. Steinarsson, Downsampling Time Series for Visual Representation (Univ. of
    Iceland, 2013), 4.2. The first and the last are always among them; the values are finite.
    """
    if len(t) <= count:
        return np.arange(len(t))
    edges = np.linspace(1, len(t) - 1, count - 1).astype(np.int64)
    at, chosen = (t - t[0]).astype(np.float64), [0]
    for place in range(count - 2):
        first, last = edges[place], edges[place + 1]
        following = slice(last, edges[place + 2]) if place + 2 < len(edges) else slice(len(t) - 1, len(t))
        before = chosen[-1]
        apart_t, apart_v = at[following].mean() - at[before], v[following].mean() - v[before]
        areas = np.abs((at[first:last] - at[before]) * apart_v - (v[first:last] - v[before]) * apart_t)
        chosen.append(int(first + areas.argmax()))
    return np.array([*chosen, len(t) - 1], np.int64)


def extremes(v: _Floats, count: int) -> _Integers:
    """Choose at most `count` places, 2 or more: the least and the greatest of each of `count // 2` stretches."""
    if len(v) <= count:
        return np.arange(len(v))
    edges = np.linspace(0, len(v), count // 2 + 1).astype(np.int64).tolist()
    places = set[int]()
    for first, last in pairwise(edges):
        places |= {first + int(v[first:last].argmin()), first + int(v[first:last].argmax())}
    return np.array(sorted(places), np.int64)
