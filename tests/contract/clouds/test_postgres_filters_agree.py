"""The SQL compiler against the reference evaluator, on random filters over documents made to tell them apart."""

import pytest
from hypothesis import HealthCheck, given, settings

from makoto.ports.documents import Datum, Documents, Filter, Key, Leaf, Not, Put, Query
from makoto.ports.filters import checked_filter, matches
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.test_filters_agree import DOCUMENTS, trees

AWKWARD: dict[str, dict[str, Datum]] = {
    "list": {"f": ["a", ["b"], {"x": 1}, [b"a"]]},
    "dots": {"f": {"0": "a", "x y": "'", "#>": '"', "日本": 1}},
    "bytes": {"f": {"x": b"a", "y": [b"", b"a\x00"]}},
    "wide": {"f": 10**125, "g": -(10**125)},
    "text": {"f": '{"": "61"}', "g": "\\u0061"},
}


@pytest.fixture(scope="module")
def documents(postgres_world: PostgresWorld) -> Documents:
    opened = postgres_world.open(postgres_world.tenant()).documents
    opened.batch_put([Put(Key("p", each), data) for each, data in DOCUMENTS.items()])
    opened.batch_put([Put(Key("awkward", each), data) for each, data in AWKWARD.items()])
    return opened


@given(tree=trees())
@settings(max_examples=10 * settings().max_examples, suppress_health_check=[HealthCheck.too_slow])
def test_postgresql_answers_every_filter_as_the_reference_does(documents: Documents, tree: Filter) -> None:
    checked = checked_filter(tree)
    expected = [each for each in sorted(DOCUMENTS) if matches(checked, DOCUMENTS[each])]

    assert [found.key.id for found in documents.query(Query("p", where=tree)).items] == expected


@pytest.mark.parametrize(
    "leaf",
    [
        Leaf("f.0", "exists"),
        Leaf("f.0", "eq", "a"),
        Leaf("f.x y", "eq", "'"),
        Leaf("f.#>", "eq", '"'),
        Leaf("f.日本", "eq", 1),
        Leaf("f", "contains", "b"),
        Leaf("f", "contains", b"a"),
        Leaf("f.y", "contains", b""),
        Leaf("f.x", "eq", b"a"),
        Leaf("f.x", "ne", "61"),
        Leaf("f.x", "gt", b""),
        Leaf("f", "eq", 10**125),
        Leaf("f", "gt", 10**124),
        Leaf("g", "between", (-(10**125), 0)),
        Leaf("f", "eq", b"a"),
        Leaf("f", "eq", '{"": "61"}'),
        Leaf("g", "eq", "\\u0061"),
        Leaf("g", "contains", "\\"),
        Leaf("f' OR '1'='1", "exists"),
        Leaf("f) OR (true", "exists"),
        Leaf("%s", "exists"),
        Leaf("f", "eq", "%s'); DROP SCHEMA public CASCADE; --"),
    ],
)
def test_awkward_names_and_values_are_taken_for_what_they_are(documents: Documents, leaf: Leaf) -> None:
    for tree in (leaf, Not(leaf)):
        expected = [each for each in sorted(AWKWARD) if matches(checked_filter(tree), AWKWARD[each])]

        assert [found.key.id for found in documents.query(Query("awkward", where=tree)).items] == expected
