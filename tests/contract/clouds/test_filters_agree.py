"""The DynamoDB compiler against the reference evaluator, on random filters over documents made to tell them apart."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makoto.ports.documents import And, Datum, Documents, Filter, Key, Leaf, Not, Or, Put, Query
from makoto.ports.filters import checked_filter, matches
from makoto.ports.portable import Scalar
from tests.contract.clouds.worlds import AwsWorld

TEXTS: list[Scalar] = ["", "a", "ab", "b", "あ", "あい", "\uffff", "🏭", "\U0010ffff", "1", "true"]
NUMBERS: list[Scalar] = [0, 1, -1, 2, 10**37, Decimal("0.1"), Decimal("1.5"), Decimal("-1E-100")]
BYTES: list[Scalar] = [b"", b"a", b"a\x00", b"\xff"]
SCALARS: list[Scalar] = [*TEXTS, *NUMBERS, *BYTES, True, False, None]
VALUES: list[Datum] = [
    *SCALARS,
    list[Datum](),
    ["a", 1],
    [True, None, b"a", "ab"],
    {},
    {"x": 1},
    {"x": {"y": "a"}},
    {"x": None},
]
DOCUMENTS: dict[str, dict[str, Datum]] = {
    f"{n:02}": {
        **({"f": VALUES[n]} if n % 7 != 6 else {}),
        **({"g": VALUES[(n * 5 + 3) % len(VALUES)]} if n % 3 else {}),
    }
    for n in range(len(VALUES))
}

PATHS = st.sampled_from(["f", "g", "f.x", "g.x", "f.x.y", "absent"])


def leaves() -> st.SearchStrategy[Filter]:
    def leaf(*values: st.SearchStrategy[object], ops: list[str]) -> st.SearchStrategy[Filter]:
        return st.builds(Leaf, PATHS, st.sampled_from(ops), *values)

    ordered = [st.sampled_from(kind) for kind in (TEXTS, NUMBERS, BYTES)]
    return st.one_of(
        leaf(st.sampled_from(SCALARS), ops=["eq", "ne"]),
        leaf(st.one_of(*ordered), ops=["lt", "le", "gt", "ge"]),
        leaf(st.one_of(*(st.tuples(kind, kind) for kind in ordered)), ops=["between"]),
        leaf(st.lists(st.sampled_from(SCALARS), min_size=1, max_size=4).map(tuple), ops=["in"]),
        leaf(st.sampled_from(TEXTS), ops=["begins_with"]),
        leaf(st.sampled_from([*TEXTS[1:], *NUMBERS, *BYTES]), ops=["contains"]),
        leaf(st.booleans(), ops=["exists"]),
    )


def trees() -> st.SearchStrategy[Filter]:
    def above(below: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        several = st.lists(below, min_size=1, max_size=3).map(tuple)
        return st.one_of(several.map(And), several.map(Or), below.map(Not))

    return st.recursive(leaves(), above, max_leaves=6)


@pytest.fixture(scope="module")
def documents(aws_world: AwsWorld) -> Documents:
    opened = aws_world.open(aws_world.tenant()).documents
    opened.batch_put([Put(Key("p", each), data) for each, data in DOCUMENTS.items()])
    return opened


@given(tree=trees())
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_dynamodb_answers_every_filter_as_the_reference_does(documents: Documents, tree: Filter) -> None:
    checked = checked_filter(tree)
    expected = [each for each in sorted(DOCUMENTS) if matches(checked, DOCUMENTS[each])]

    assert [found.key.id for found in documents.query(Query("p", where=tree)).items] == expected
