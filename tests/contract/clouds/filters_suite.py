"""What every document store must keep and drop."""

from decimal import Decimal

import pytest

from makoto.errors import Invalid
from makoto.ports.documents import And, Datum, Documents, Filter, Key, Leaf, Not, Or, Put, Query
from tests.contract.clouds.queries_suite import ids
from tests.contract.clouds.store_contract import StoreContract


class FiltersContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            (Leaf("text", "eq", "東京"), "a"),
            (Leaf("text", "ne", "東京"), "bcd"),
            (Leaf("text", "ge", "o"), "ac"),
            (Leaf("text", "lt", 5), ""),
            (Leaf("text", "begins_with", ""), "abc"),
            (Leaf("text", "begins_with", "大"), ""),
            (Leaf("text", "contains", "sak"), "c"),
            (Leaf("n", "eq", Decimal("1.5")), "b"),
            (Leaf("n", "between", (1, Decimal("1.5"))), "ab"),
            (Leaf("n", "between", (3, 1)), ""),
            (Leaf("n", "in", (1, "1", None)), "ad"),
            (Leaf("n", "gt", -(10**30)), "abc"),
            (Leaf("flag", "eq", True), "a"),
            (Leaf("flag", "eq", 1), "b"),
            (Leaf("flag", "eq", None), "c"),
            (Leaf("flag", "exists"), "abc"),
            (Leaf("flag", "exists", False), "d"),
            (Leaf("tags", "contains", "x"), "ac"),
            (Leaf("tags", "contains", 1), "b"),
            (Leaf("deep.a b.#c", "eq", ":d"), "a"),
            (Leaf("deep.a b", "exists"), "ab"),
            (Leaf("text.deeper", "exists"), ""),
            (Not(Leaf("n", "eq", 1)), "bcd"),
            (Not(Leaf("absent", "eq", 1)), "abcd"),
            (Not(Leaf("absent", "ne", 1)), "abcd"),
            (And((Leaf("n", "ge", 1), Leaf("tags", "contains", "x"))), "ac"),
            (Or((Leaf("n", "eq", 1), Not(Leaf("flag", "exists")))), "ad"),
            (Leaf("bytes", "eq", b"\x00\xff"), "a"),
            (Leaf("bytes", "lt", b"\x01"), "a"),
        ],
    )
    def test_a_filter_keeps_exactly_what_matches(self, documents: Documents, where: Filter, expected: str) -> None:
        rows: dict[str, dict[str, Datum]] = {
            "a": {"text": "東京", "n": 1, "flag": True, "tags": ["x", "y"], "deep": {"a b": {"#c": ":d"}}},
            "b": {"text": "", "n": Decimal("1.5"), "flag": 1, "tags": [1, "1"], "deep": {"a b": None}},
            "c": {"text": "osaka", "n": 10**20, "flag": None, "tags": "xyz"},
            "d": {"text": 5, "n": None},
        }
        rows["a"]["bytes"] = b"\x00\xff"
        documents.batch_put([Put(Key("p", each), data) for each, data in rows.items()])

        assert "".join(ids(documents, Query("p", where=where))) == expected

    @pytest.mark.parametrize(
        "where",
        [
            Leaf("", "eq", 1),
            Leaf("a..b", "eq", 1),
            Leaf("a", "lt", True),
            Leaf("a", "between", (1, "2")),
            Leaf("a", "between", (1,)),
            Leaf("a", "begins_with", 1),
            Leaf("a", "exists", "yes"),
            Leaf("a", "in", ()),
            Leaf("a", "in", tuple(range(101))),
            Leaf("a", "eq", 1.5),  # type: ignore[arg-type]  # a float, on purpose
            Leaf("a", "eq", "\0"),
            And(()),
            Or(()),
            Or(tuple(Leaf("a", "eq", n) for n in range(41))),
            Not(Not(Not(Not(Not(Not(Not(Not(Leaf("a", "eq", 1))))))))),
        ],
    )
    def test_a_filter_that_some_store_cannot_answer_is_refused(self, documents: Documents, where: Filter) -> None:
        with pytest.raises(Invalid):
            documents.query(Query("p", where=where))

    def test_the_biggest_filters_are_answered(self, documents: Documents) -> None:
        documents.put(Key("p", "a"), {"field_of_a_long_name": 99, "text": "39"})
        one_of = Leaf("field_of_a_long_name", "in", tuple(range(100)))
        many = Or(tuple(Leaf("text", "contains", str(n)) for n in range(40)))

        assert ids(documents, Query("p", where=one_of)) == ["a"]
        assert ids(documents, Query("p", where=many)) == ["a"]
