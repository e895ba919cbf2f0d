"""Factors of control charts against the printed table."""

import pytest

from makoto.analytics.spc import constants_of
from makoto.analytics.spc.constants import NoSuchFactor

PRINTED = """
2 1.1284 0.8525 0.7979 1.8800 2.6587 0 3.2665 0 3.2665
3 1.6926 0.8884 0.8862 1.0233 1.9544 0 2.5746 0 2.5682
4 2.0588 0.8798 0.9213 0.7286 1.6281 0 2.2821 0 2.2660
5 2.3259 0.8641 0.9400 0.5768 1.4273 0 2.1145 0 2.0890
6 2.5344 0.8480 0.9515 0.4832 1.2871 0 2.0038 0.0304 1.9696
7 2.7044 0.8332 0.9594 0.4193 1.1819 0.0757 1.9243 0.1177 1.8823
8 2.8472 0.8198 0.9650 0.3725 1.0991 0.1362 1.8638 0.1851 1.8149
9 2.9700 0.8078 0.9693 0.3367 1.0317 0.1840 1.8160 0.2391 1.7609
10 3.0775 0.7971 0.9727 0.3083 0.9754 0.2230 1.7770 0.2837 1.7163
15 3.472 0.756 0.9823 0.223 0.789 0.347 1.653 0.428 1.572
20 3.735 0.729 0.9869 0.180 0.680 0.415 1.585 0.510 1.490
25 3.931 0.708 0.9896 0.153 0.606 0.459 1.541 0.565 1.435
"""
# n, d2, d3, c4, A2, A3, D3, D4, B3, B4: CRAN SixSigma, ShewhartConstants; from 15 on Montgomery, appendix VI.


@pytest.mark.parametrize("row", PRINTED.split("\n")[1:-1])
def test_factors_are_those_of_the_printed_table(row: str) -> None:
    n, *printed = (float(each) for each in row.split())
    found = constants_of(int(n))

    computed = (
        *(found.d2, found.d3, found.c4, found.a2, found.a3),
        *(found.d3_lower, found.d4_upper, found.b3, found.b4),
    )
    assert computed == pytest.approx(printed, rel=1e-3, abs=6e-4 if n > 10 else 1e-4)


def test_the_factor_of_individuals_is_2_66() -> None:
    assert constants_of(5).e2 == pytest.approx(2.6587, abs=1e-4)


@pytest.mark.parametrize("n", [1, 0, 51])
def test_a_size_without_factors_is_refused(n: int) -> None:
    with pytest.raises(NoSuchFactor) as refused:
        constants_of(n)

    assert refused.value.errors[0].rule == "subgroup_size"
