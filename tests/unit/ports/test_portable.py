"""What every store can hold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.ports.portable import Datum, NotPortable, portable_data, portable_number, text_past

PORTABLE_NUMBERS = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(exponent),
        st.integers(-(10**20), 10**20),
        st.integers(-100, 100),
    ),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), PORTABLE_NUMBERS, TEXTS, st.binary()),
    lambda below: st.one_of(st.lists(below), st.dictionaries(TEXTS.filter(bool), below)),
    max_leaves=20,
)


@given(PORTABLE_NUMBERS)
def test_a_portable_number_keeps_its_value_and_has_one_form(number: int | Decimal) -> None:
    kept = portable_number(number)

    assert kept == number
    assert isinstance(kept, int) == (number == int(number))
    assert str(portable_number(Decimal(str(kept)))) == str(kept)


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (Decimal("1.500"), "1.5"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("100.10"), "100.1"),
        (Decimal("-1.20E-5"), "-0.000012"),
    ],
)
def test_trailing_zeros_are_no_part_of_a_number(number: Decimal, form: str) -> None:
    assert str(portable_number(number)) == form


@pytest.mark.parametrize("number", [10**38 - 1, -(10**38) + 1, 10**125, Decimal("9.9E-130"), Decimal("0.1") ** 38])
def test_the_last_portable_numbers_are_kept(number: int | Decimal) -> None:
    assert portable_number(number) == number


@given(st.dictionaries(TEXTS.filter(bool), DATA))
def test_portable_data_is_copied_whole_and_stays_portable(data: dict[str, Datum]) -> None:
    copy, size = portable_data(data)

    assert copy == data
    assert portable_data(copy) == (copy, size)


def test_the_size_counts_names_and_values_in_utf_8() -> None:
    sizes = [portable_data(data)[1] for data in ({}, {"a": ""}, {"a": "x"}, {"あ": "x"}, {"a": "あ"}, {"a": b"xx"})]

    assert sizes == [3, 5, 6, 8, 8, 7]


def test_a_refusal_points_to_its_place() -> None:
    with pytest.raises(NotPortable) as refused:
        portable_data({"lines": [{"ok": 1}, {"a~b/c": {"": 1}}]})

    assert [error.pointer for error in refused.value.errors] == ["/lines/1/a~0b~1c/"]


def test_data_nests_thirty_levels_and_no_more() -> None:
    nested: Datum = {}
    for _ in range(29):
        nested = {"a": nested}
    assert isinstance(nested, dict)
    portable_data(nested)

    with pytest.raises(NotPortable):
        portable_data({"a": nested})


@pytest.mark.parametrize(
    ("prefix", "past"),
    [("a", "b"), ("a\U0010ffff", "b"), ("\U0010ffff", None), ("", None), ("\ud7ff", "\ue000"), ("あ", "ぃ")],
)
def test_the_text_past_a_prefix_is_the_least_after_all_that_begin_with_it(prefix: str, past: str | None) -> None:
    assert text_past(prefix) == past


@given(TEXTS.filter(bool), TEXTS)
def test_a_range_of_texts_is_a_prefix(prefix: str, text: str) -> None:
    past = text_past(prefix)

    assert text.startswith(prefix) == (prefix <= text and (past is None or text < past))
    assert prefix <= prefix + text
    assert past is None or prefix + text < past
