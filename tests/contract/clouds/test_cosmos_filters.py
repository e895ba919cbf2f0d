"""The Cosmos SQL compiler against the reference evaluator, on random filters."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makoto.ports.documents import Datum, Documents, Filter, Key, Leaf, Not, Put, Query
from makoto.ports.filters import checked_filter, matches
from tests.contract.clouds.cosmos_world import CosmosWorld, cosmos_world
from tests.contract.clouds.test_filters_agree import DOCUMENTS, trees

SLOW = [HealthCheck.too_slow]
NUMBERS: list[int | Decimal] = [
    0,
    1,
    -1,
    5,
    *(sign * (2**53 + n) for sign in (1, -1) for n in range(-2, 4)),
    10**17,
    10**17 + 1,
    10**37,
    10**37 + 1,
    -(10**37) - 1,
    10**125,
    *map(Decimal, ("0.1", "0.10000000000000000001", "0.09999999999999999999", "-0.1", "-0.1000000000000000000001")),
    *map(Decimal, ("1E-130", "-1E-130", "1.5", "9.9E+125", "-9.9E+125", "123456789.123456789123456789")),
]
NUMBERED: dict[str, dict[str, Datum]] = {f"{n:03}": {"n": number} for n, number in enumerate(NUMBERS)}
HOSTILE = ['"', "\\", "' OR 1=1 --", '"] OR true OR c["', "@v0", "部品🏭", "\u2028", "$n", "constructor", "0", "length"]


@pytest.fixture(scope="module")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosmosWorld]:
    with cosmos_world(tmp_path_factory.mktemp("cosmos")) as world:
        yield world


@pytest.fixture(scope="module")
def documents(cosmos: CosmosWorld) -> Documents:
    opened = cosmos.open(cosmos.tenant()).documents
    opened.batch_put([Put(Key("p", each), data) for each, data in DOCUMENTS.items()])
    opened.batch_put([Put(Key("numbers", each), data) for each, data in NUMBERED.items()])
    return opened


def ids(documents: Documents, query: Query) -> list[str]:
    return [found.key.id for found in documents.query(query).items]


@given(tree=trees())
@settings(max_examples=10 * settings().max_examples, suppress_health_check=SLOW)
def test_cosmos_answers_every_filter_as_the_reference_does(documents: Documents, tree: Filter) -> None:
    checked = checked_filter(tree)
    expected = [each for each in sorted(DOCUMENTS) if matches(checked, DOCUMENTS[each])]

    assert ids(documents, Query("p", where=tree)) == expected


@given(
    op=st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), number=st.sampled_from(NUMBERS), is_negated=st.booleans()
)
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=SLOW)
def test_numbers_that_no_double_holds_compare_by_their_value(
    documents: Documents, op: str, number: int | Decimal, is_negated: bool
) -> None:
    leaf = Leaf("n", op, number)  # type: ignore[arg-type]  # one of its words
    tree: Filter = Not(leaf) if is_negated else leaf
    expected = [each for each in sorted(NUMBERED) if matches(checked_filter(tree), NUMBERED[each])]

    assert ids(documents, Query("numbers", where=tree)) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_name_or_value_is_taken_for_sql(documents: Documents, text: str) -> None:
    key = Key(f"injection {text}", text)
    documents.put(key, {text: text, "list": [1, 2]})
    documents.put(Key(key.partition, "other"), {"other": 1})

    for where in (Leaf(text, "eq", text), Leaf(text, "exists"), Leaf(text, "in", (text, "x")), Leaf(text, "ge", text)):
        assert ids(documents, Query(key.partition, where=where)) == [text]
    assert ids(documents, Query(key.partition, where=Leaf(f"list.{text}", "exists"))) == []
    assert ids(documents, Query(key.partition, start=text, end=f"{text}\x01")) == [text]


def test_fields_that_look_like_the_stores_own_marks_come_back(documents: Documents) -> None:
    data: dict[str, Datum] = {"$n": "1500", "$$b": {"$b": "zz"}, "m": {"$n": "x"}}
    documents.put(Key("marks", "a"), data)

    assert documents.get(Key("marks", "a")).data == data
    assert ids(documents, Query("marks", where=Leaf("$n", "eq", "1500"))) == ["a"]
    assert ids(documents, Query("marks", where=Leaf("m", "gt", 0))) == []


def test_the_parameters_of_a_query_are_never_in_its_text(documents: Documents) -> None:
    plan = documents.explain(Query("p", prefix="a", where=Leaf("f", "eq", "' OR 1=1")))

    assert plan.native.count("' OR 1=1") == 1
    assert '"query": "SELECT * FROM c WHERE c._id >= @v0 AND c._id < @v1 AND' in plan.native
