"""Expressions compute what Python computes, say why there is no value, and let nothing else through."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from makoto.analytics.expressions import FUNCTIONS, MAX_LENGTH, UnusableExpression, parsed
from makoto.analytics.expressions_values import Column, Why, evaluated


def column(*values: float | None, why: Why = Why.MISSING_INPUT, shaky: tuple[int, ...] = ()) -> Column:
    """A column with `None` where there is no value."""
    numbers = np.array([math.nan if each is None else each for each in values])
    whys = np.array([why if each is None else 0 for each in values], np.uint8)
    return Column(numbers, whys, np.array([place in shaky for place in range(len(values))]))


def computed(text: str, **columns: Column) -> list[float | Why]:
    """Values, or why there is none."""
    size = max([len(each.values) for each in columns.values()], default=1)
    found = evaluated(parsed(text), columns, size)
    return [
        value if not why else Why(why) for value, why in zip(found.values.tolist(), found.why.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * 2", [5.0, 8.0]),
        ("(a - b) / b", [-0.5, -1 / 3]),
        ("a ** 2 - -b", [3.0, 7.0]),
        ("7 % 4 + a", [4.0, 5.0]),
        ("max(a, b, 2.5)", [2.5, 3.0]),
        ("min(a, b)", [1.0, 2.0]),
        ("clip(a * 10, 0, 15)", [10.0, 15.0]),
        ("sqrt(abs(-b * 8))", [4.0, math.sqrt(24)]),
        ("exp(log(a)) + log10(100)", [3.0, 4.0]),
        ("floor(a / 2) + ceil(a / 2)", [1.0, 2.0]),
        ("1 if a < b <= 2 else 0", [1.0, 0.0]),
        ("a if not a == 1 else b", [2.0, 2.0]),
        ("a != 1 and b > 2", [0.0, 1.0]),
        ("a == 1 or b > 9", [1.0, 0.0]),
        ("True + False", [1.0, 1.0]),
    ],
)
def test_expressions_compute_what_they_say(text: str, expected: list[float]) -> None:
    assert computed(text, a=column(1.0, 2.0), b=column(2.0, 3.0)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / a", Why.DIVISION_BY_ZERO),
        ("a / a", Why.DIVISION_BY_ZERO),
        ("1 % a", Why.DIVISION_BY_ZERO),
        ("a ** -1", Why.DIVISION_BY_ZERO),
        ("log(a)", Why.OUT_OF_DOMAIN),
        ("log10(a - 1)", Why.OUT_OF_DOMAIN),
        ("sqrt(a - 1)", Why.OUT_OF_DOMAIN),
        ("(a - 1) ** 0.5", Why.OUT_OF_DOMAIN),
        ("clip(a, 2, 1)", Why.OUT_OF_DOMAIN),
        ("exp(1000 + a)", Why.OVERFLOW),
        ("-(10 ** 308) * (a + 10)", Why.OVERFLOW),
        ("m + 1 / a", Why.MISSING_INPUT),
        ("1 / a + m", Why.DIVISION_BY_ZERO),
        ("b + m", Why.BAD_INPUT),
        ("m < 1", Why.MISSING_INPUT),
        ("1 if m else 2", Why.MISSING_INPUT),
        ("not m", Why.MISSING_INPUT),
        ("max(1, b)", Why.BAD_INPUT),
    ],
)
def test_where_there_is_no_value_there_is_a_reason(text: str, why: Why) -> None:
    columns = {"a": column(0.0), "m": column(None), "b": column(None, why=Why.BAD_INPUT)}
    assert computed(text, **columns) == [why]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 / a if a != 0 else 0", [0.0, 0.5]), ("a != 0 and 1 / a > 1", [0.0, 0.0]), ("a == 0 or 1 / a < 1", [1.0, 1.0])],
)
def test_what_is_not_taken_may_fail(text: str, expected: list[float]) -> None:
    assert computed(text, a=column(0.0, 2.0)) == expected


def test_what_rests_on_shaky_readings_is_shaky_and_what_is_not_taken_does_not_count() -> None:
    columns = {"a": column(1.0, 1.0, 0.0, shaky=(0,)), "b": column(5.0, 6.0, 7.0, shaky=(2,))}
    assert evaluated(parsed("a + b"), columns, 3).is_shaky.tolist() == [True, False, True]
    assert evaluated(parsed("b if a else 1"), columns, 3).is_shaky.tolist() == [True, False, False]


ATTACKS = [
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "a.__class__",
    "a.real",
    "a[0]",
    "(lambda: 1)()",
    "[x for x in a]",
    "{a: 1}",
    "{a}",
    "[a]",
    "(a, a)",
    "f'{a}'",
    "'text'",
    "b'x'",
    "...",
    "None",
    "1j",
    "a := 1",
    "(a := 1)",
    "eval(a)",
    "open(a)",
    "abs(*a)",
    "abs(x=a)",
    "abs(a, a)",
    "abs()",
    "min(a)",
    "abs",
    "max + 1",
    "a is a",
    "a in a",
    "a @ a",
    "a // a",
    "a << 60",
    "a & 1",
    "~a",
    "await a",
    "yield a",
    "a; a",
    "a\nb",
    "",
    "   ",
    "a +",
    "1e999",
    "9" * 400,
    "abs(a)(a)",
    "(" * 90 + "a" + ")" * 90 + "+" * 200 + "a",
    "-" * 60 + "a",
    "+".join("a" * 400),
    "a" * (MAX_LENGTH + 1),
    "min(a, '\\d')",
    "a\0",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_all_else_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(UnusableExpression) as caught:
        parsed(text)
    assert [error.pointer for error in caught.value.errors] == ["/expression"]


@settings(max_examples=500)
@given(st.text(alphabet="ab01.()[]{}+-*/%<>=!,:'\"@ \n_ifelsnotdr\\\0", max_size=60) | st.text(max_size=40))
@example("((((((((((((((((((((((((((((((((((((((a")
def test_no_text_does_anything_but_compute_or_be_refused(text: str) -> None:
    try:
        expression = parsed(text)
    except UnusableExpression:
        return
    evaluated(expression, {name: column(1.5, -2.0) for name in expression.names}, 2)


numbers = st.sampled_from(["a", "b", "0", "2", "0.5"])
expressions = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "<", ">=", "=="]), inner).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        inner.map("abs({})".format),
        st.tuples(inner, inner).map("max({0[0]}, {0[1]})".format),
    ),
    max_leaves=8,
)


@given(expressions, st.sampled_from([0.0, 1.0, -3.5, 1e6]), st.sampled_from([0.0, 2.0, -0.25]))
def test_values_are_those_of_python(text: str, a: float, b: float) -> None:
    names: dict[str, Any] = {"__builtins__": {}, "abs": abs, "max": max, "a": a, "b": b}
    (found,) = computed(text, a=column(a), b=column(b))
    try:
        expected = float(eval(text, names))  # a text of this test's own making
    except ZeroDivisionError:
        # Python stops at a division in what is compared or added; so does the column.
        assert found is Why.DIVISION_BY_ZERO
        return
    assume(math.isfinite(expected))
    assert found == pytest.approx(expected)


def test_names_are_listed_once_and_functions_are_not_names() -> None:
    assert parsed("max(b, a) + b * abs(c)").names == ("b", "a", "c")
    assert all(name.isidentifier() for name in FUNCTIONS)
