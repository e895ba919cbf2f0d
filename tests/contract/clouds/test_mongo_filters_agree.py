"""The MongoDB compiler against the reference evaluator, on random filters over documents made to tell them apart."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makoto.errors import Invalid
from makoto.ports.documents import Datum, Documents, Filter, Key, Leaf, Not, Or, Put, Query, Scan
from makoto.ports.filters import Op, checked_filter, matches
from makoto.ports.portable import Scalar, portable_number
from tests.contract.clouds.mongo_world import MongoWorld
from tests.contract.clouds.test_filters_agree import DOCUMENTS, trees

AWKWARD: dict[str, dict[str, Datum]] = {
    "list": {"f": ["a", ["b"], {"x": 1}, [b"a"], 10**37 + 1]},
    "maps": {"f": [{"x": 1, "y": {"z": 1}}, {"0": "a"}]},
    "names": {"f": {"0": "a", "$x": 1, "a$b": {"$gt": ""}, "%": 1, "%24": 2, "%n": "21", "%b": "x", "日本": 1}},
    "bytes": {"f": {"x": b"a", "y": [b"", b"a\x00"]}, "g": b"\x01\x02\x03"},
    "short": {"g": b"\x02"},
    "wide": {"f": 10**37 + 1, "g": -(10**37) - 1},
    "dollar": {"f": "$where", "g": {"%n": "2537" + "1" * 38}},
    "regex": {"f": ".*", "g": "a\nb^$\\Q(*UTF8)"},
}
WIDE = Decimal("1.2345678901234567890123456789012345678")  # 38 digits
NUMBERS: list[int | Decimal] = [
    portable_number(number.copy_negate() if negative else number)
    for negative in (False, True)
    for number in (
        Decimal(0),
        Decimal("0.1"),
        Decimal("1.234567890123456789012345678901234"),  # WIDE, rounded down to 34 digits
        Decimal("1.234567890123456789012345678901235"),  # and up
        WIDE,
        Decimal("1.2345678901234567890123456789012345679"),
        Decimal("1.2345678901234567890123456789012345678E-100"),
        Decimal("1.2345678901234567890123456789012345678E+100"),
        Decimal(2**63 - 1),
        Decimal(2**63),
        Decimal(10**37),
        Decimal(10**37 + 1),
        Decimal(10**38 - 1),
        Decimal(10**38),
        Decimal("9.9E+125"),
        Decimal("1E-130"),
    )
]


@pytest.fixture(scope="module")
def documents(mongo_world: MongoWorld) -> Documents:
    opened = mongo_world.open(mongo_world.tenant()).documents
    opened.batch_put([Put(Key("p", each), data) for each, data in DOCUMENTS.items()])
    opened.batch_put([Put(Key("awkward", each), data) for each, data in AWKWARD.items()])
    opened.batch_put([Put(Key("numbers", f"{n:02}"), {"n": [each], "m": each}) for n, each in enumerate(NUMBERS)])
    return opened


@given(tree=trees())
@settings(max_examples=10 * settings().max_examples, suppress_health_check=[HealthCheck.too_slow])
def test_mongodb_answers_every_filter_as_the_reference_does(documents: Documents, tree: Filter) -> None:
    checked = checked_filter(tree)
    expected = [each for each in sorted(DOCUMENTS) if matches(checked, DOCUMENTS[each])]

    assert [found.key.id for found in documents.query(Query("p", where=tree)).items] == expected


NEAR = st.sampled_from(NUMBERS) | st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-5, max_value=5
)


@given(
    leaf=st.one_of(
        st.builds(Leaf, st.just("m"), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), NEAR),
        st.builds(Leaf, st.just("m"), st.just("between"), st.tuples(NEAR, NEAR)),
        st.builds(Leaf, st.just("m"), st.just("in"), st.tuples(NEAR, NEAR, NEAR)),
        st.builds(Leaf, st.just("n"), st.just("contains"), NEAR),
    )
)
@settings(max_examples=5 * settings().max_examples, suppress_health_check=[HealthCheck.too_slow])
def test_numbers_of_34_digits_and_of_38_compare_as_one_kind(documents: Documents, leaf: Leaf) -> None:
    stored: dict[str, dict[str, Datum]] = {f"{n:02}": {"n": [each], "m": each} for n, each in enumerate(NUMBERS)}
    for tree in (leaf, Not(leaf)):
        expected = [each for each in stored if matches(checked_filter(tree), stored[each])]

        assert [found.key.id for found in documents.query(Query("numbers", where=tree)).items] == expected


def test_numbers_come_back_digit_for_digit(documents: Documents) -> None:
    found = [each.data["m"] for each in documents.query(Query("numbers")).items]

    assert list(map(repr, found)) == list(map(repr, NUMBERS))


OPERATORS: list[Op] = ["eq", "ne", "lt", "le", "gt", "ge", "begins_with", "contains"]
HOSTILE: list[Scalar] = [
    "$where",
    "$gt",
    '{"$gt": ""}',
    "'; return true; //",
    ".*",
    "a\nb",
    "^",
    "\\",
    "(*UTF8)",
    "a|b",
]


@pytest.mark.parametrize(
    "leaf",
    [Leaf("f", op, value) for op in OPERATORS for value in HOSTILE]
    + [Leaf("g", "contains", value) for value in HOSTILE]
    + [
        Leaf("f.0", "exists"),
        Leaf("f.0", "eq", "a"),
        Leaf("f.x", "exists"),
        Leaf("f.x", "eq", 1),
        Leaf("f.y.z", "exists"),
        Leaf("f.0.x", "eq", 1),
        Leaf("f.$x", "eq", 1),
        Leaf("f.a$b.$gt", "eq", ""),
        Leaf("f.a$b.$gt", "exists"),
        Leaf("f.%", "eq", 1),
        Leaf("f.%24", "eq", 2),
        Leaf("f.%n", "exists"),
        Leaf("f.%n", "eq", "21"),
        Leaf("f.%b", "exists"),
        Leaf("f.日本", "eq", 1),
        Leaf("f", "contains", "b"),
        Leaf("f", "contains", b"a"),
        Leaf("f", "contains", 10**37 + 1),
        Leaf("f", "gt", 0),
        Leaf("g", "lt", 0),
        Leaf("g", "gt", 0),
        Leaf("g", "lt", b"\x02"),
        Leaf("g", "between", (b"\x01", b"\x01\xff")),
        Leaf("f.y", "contains", b""),
        Leaf("$where", "eq", "1"),
        Leaf("$expr.$gt", "exists"),
        Leaf("_id", "exists"),
        Leaf("d", "exists"),
    ],
)
def test_awkward_names_and_values_are_taken_for_what_they_are(documents: Documents, leaf: Leaf) -> None:
    for tree in (leaf, Not(leaf)):
        expected = [each for each in sorted(AWKWARD) if matches(checked_filter(tree), AWKWARD[each])]

        assert [found.key.id for found in documents.query(Query("awkward", where=tree)).items] == expected


def test_a_text_too_long_to_look_for_is_refused_before_it_is_sent(documents: Documents) -> None:
    with pytest.raises(Invalid):
        documents.query(Query("p", where=Leaf("f", "contains", "." * 8_001)))

    assert documents.query(Query("p", where=Leaf("f", "contains", "x" * 16_000))).items == ()


def test_what_is_sent_names_no_operator_that_runs_code(documents: Documents) -> None:
    tree = Or((Leaf("f", "contains", "$where"), Leaf("f.$x", "eq", '{"$gt": ""}')))
    sent = documents.driver.explain(Scan("p", "", None, None, checked_filter(tree), False, 10))

    assert sent.access == "partition"
    assert '"$where":' not in sent.native
    assert "d.f.%24x" in sent.native
    assert '{\\"$gt\\": \\"\\"}' in sent.native
