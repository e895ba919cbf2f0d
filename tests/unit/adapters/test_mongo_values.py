"""What is written for MongoDB reads back the same and orders as it did."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from makoto.adapters.stores.mongo.bodies import map_bson, map_of, name_of, name_text
from makoto.adapters.stores.mongo.sortable import bytes_of, bytes_text, number_of, number_text
from makoto.ports.portable import portable_number

DIGITS = st.integers(-(10**38) + 1, 10**38 - 1)
NUMBERS = st.builds(lambda digits, places: Decimal(f"{digits}E{places}"), DIGITS, st.integers(-92, 87))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
NAMES = TEXTS.filter(bool) | st.text("%.$24E5nb", min_size=1)
SCALARS = TEXTS | st.none() | st.booleans() | st.binary() | DIGITS | NUMBERS.map(portable_number)
DATA: st.SearchStrategy[Any] = st.dictionaries(
    NAMES, st.recursive(SCALARS, lambda below: st.lists(below) | st.dictionaries(NAMES, below), max_leaves=8)
)


@given(st.lists(NUMBERS, min_size=2))
def test_texts_of_numbers_order_as_the_numbers_and_read_back(numbers: list[Decimal]) -> None:
    for less, more in pairwise(sorted(numbers)):
        assert (number_text(less) < number_text(more)) == (less < more)
    assert [number_of(number_text(each)) for each in numbers] == [portable_number(each) for each in numbers]


@given(st.lists(st.binary(), min_size=2))
def test_texts_of_bytes_order_as_the_bytes_and_read_back(values: list[bytes]) -> None:
    for less, more in pairwise(sorted(values)):
        assert (bytes_text(less) < bytes_text(more)) == (less < more)
    assert [bytes_of(bytes_text(each)) for each in values] == values


@given(NAMES)
def test_a_name_reads_back_and_holds_nothing_that_mongodb_would_see(name: str) -> None:
    text = name_text(name)

    assert name_of(text) == name
    assert not {".", "$"} & set(text)
    assert text not in ("%n", "%b")


@given(DATA)
def test_data_comes_through_bson_as_it_was(data: dict[str, Any]) -> None:
    import bson

    read = map_of(bson.decode(bson.encode(map_bson(data))))

    assert read == data
    assert repr(read) == repr(data)
