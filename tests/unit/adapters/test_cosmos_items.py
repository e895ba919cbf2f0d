"""Numbers and keys in the forms that Cosmos DB keeps."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from makoto.adapters.clouds.azure.cosmos_items import item_id, made_at, sortable, unsorted
from makoto.adapters.clouds.azure.cosmos_values import decoded, double_bound, encoded, sortable_number
from makoto.adapters.system import ulid_of
from makoto.ports.documents import Key
from makoto.ports.portable import portable_number

TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=1))
DIGITS = st.integers(-(10**38) + 1, 10**38 - 1)
NUMBERS = st.one_of(
    st.integers(-(2**54), 2**54),
    DIGITS,
    st.builds(lambda digits, scale: portable_number(Decimal(digits).scaleb(scale)), DIGITS, st.integers(-90, 85)),
    st.decimals(-1000, 1000, places=3).map(portable_number),
)


@given(NUMBERS)
def test_a_number_comes_back_as_it_was(number: int | Decimal) -> None:
    found = decoded(json.loads(json.dumps(encoded(number))))

    assert (found, type(found)) == (number, type(number))


@given(NUMBERS)
def test_a_number_comes_back_from_a_store_of_doubles(number: int | Decimal) -> None:
    stored = json.loads(json.dumps(encoded(number)), parse_int=float)

    assert decoded(stored) == number


@given(NUMBERS, NUMBERS)
def test_the_texts_of_numbers_order_as_the_numbers_do(one: int | Decimal, other: int | Decimal) -> None:
    assert (sortable_number(one) < sortable_number(other)) is (one < other)
    assert (sortable_number(one) == sortable_number(other)) is (one == other)


@given(NUMBERS)
def test_the_text_of_zero_lies_between_those_of_the_others(number: int | Decimal) -> None:
    assert (sortable_number(number) < sortable_number(0)) is (number < 0)


@given(NUMBERS, NUMBERS, st.sampled_from(["<", "<=", ">", ">="]))
def test_a_double_compared_with_the_bound_is_compared_with_the_number(
    stored: int | Decimal, bound: int | Decimal, sign: str
) -> None:
    double = encoded(stored)
    if isinstance(double, dict):
        return
    compared, limit = double_bound(sign, bound)

    assert _compared(double, compared, limit) is _compared(stored, sign, bound)


@given(TEXTS, TEXTS)
def test_sortable_texts_order_as_bytes_do_and_come_back(one: str, other: str) -> None:
    assert (sortable(one) < sortable(other)) is (one.encode() < other.encode())
    assert sortable(one).isascii()
    assert sortable(one).isprintable()
    assert unsorted(sortable(one)) == one


def test_an_items_name_tells_partition_and_id_apart() -> None:
    assert item_id(Key("a", "bc")) != item_id(Key("ab", "c"))


def test_a_ulid_says_when_it_was_made() -> None:
    at = datetime(2026, 11, 20, 15, 4, 5, 678000, tzinfo=UTC)

    assert made_at(ulid_of(int(at.timestamp() * 1000), bytes(10))) == at


def _compared(one: int | float | Decimal, sign: str, other: int | float | Decimal) -> bool:
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]
