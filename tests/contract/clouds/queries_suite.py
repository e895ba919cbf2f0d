"""What every document store must answer: order, ranges, pages and cursors."""

from dataclasses import replace
from datetime import timedelta

import pytest

from makoto.domain import TenantRecord
from makoto.errors import Invalid
from makoto.ports.cursors import CursorRefused
from makoto.ports.documents import (
    Documents,
    Key,
    Leaf,
    Put,
    Query,
)
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World

IN_BYTE_ORDER = ["", "A", "Z", "_", "a", "aa", "z", "é", "日", "\uffff", "🏭", "\U0010ffff"]


def ids(documents: Documents, query: Query) -> list[str]:
    return [found.key.id for found in documents.query(query).items]


def pages(documents: Documents, query: Query) -> list[list[str]]:
    """Follow the cursors to the end."""
    found, cursor = [], None
    while True:
        page = documents.query(_at(query, cursor))
        found.append([document.key.id for document in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return found


def _at(query: Query, cursor: str | None) -> Query:
    return replace(query, cursor=cursor)


def numbered(documents: Documents, count: int, partition: str = "p") -> None:
    documents.batch_put([Put(Key(partition, f"{n:03}"), {"n": n, "even": n % 2 == 0}) for n in range(count)])


class QueriesContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    def test_ids_are_ordered_by_their_bytes(self, documents: Documents) -> None:
        documents.batch_put([Put(Key("p", "x" + each), {}) for each in reversed(IN_BYTE_ORDER)])

        ascending = ids(documents, Query("p"))

        assert ascending == ["x" + each for each in IN_BYTE_ORDER]
        assert ids(documents, Query("p", descending=True)) == ascending[::-1]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (Query("p", prefix="b"), ["b", "b1", "b2", "b\U0010ffff"]),
            (Query("p", prefix="b\U0010ffff"), ["b\U0010ffff"]),
            (Query("p", start="b1"), ["b1", "b2", "b\U0010ffff", "c"]),
            (Query("p", end="b1"), ["a", "b"]),
            (Query("p", start="b", end="b2"), ["b", "b1"]),
            (Query("p", prefix="b", start="b1", end="c"), ["b1", "b2", "b\U0010ffff"]),
            (Query("p", prefix="b", end="b2", descending=True), ["b1", "b"]),
            (Query("p", start="c", end="a"), []),
            (Query("p", start="b", end="b"), []),
            (Query("p", prefix="x"), []),
            (Query("nobody"), []),
        ],
    )
    def test_prefix_and_half_open_range_bound_the_ids(
        self, documents: Documents, query: Query, expected: list[str]
    ) -> None:
        documents.batch_put([Put(Key("p", each), {}) for each in ("a", "b", "b1", "b2", "b\U0010ffff", "c")])
        documents.put(Key("q", "b1"), {})

        assert ids(documents, query) == expected

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize(("count", "limit"), [(25, 10), (20, 10), (10, 10), (9, 10), (3, 1), (0, 5)])
    def test_pages_are_full_but_the_last_and_hold_each_document_once(
        self, documents: Documents, count: int, limit: int, descending: bool
    ) -> None:
        numbered(documents, count)
        everything = sorted((f"{n:03}" for n in range(count)), reverse=descending)

        found = pages(documents, Query("p", limit=limit, descending=descending))

        assert found == [everything[at : at + limit] for at in range(0, count, limit)] or found == [[]] * (count == 0)

    def test_the_limit_counts_after_the_filter_and_pages_stay_full(self, documents: Documents) -> None:
        numbered(documents, 60)

        found = pages(documents, Query("p", where=Leaf("even", "eq", True), limit=7))

        assert [len(page) for page in found] == [7, 7, 7, 7, 2]
        assert [each for page in found for each in page] == [f"{n:03}" for n in range(0, 60, 2)]

    def test_pages_skip_what_has_expired(self, world: World, documents: Documents) -> None:
        soon = world.clock.now() + timedelta(seconds=5)
        documents.batch_put([Put(Key("p", f"{n:03}"), {}, expires_at=soon if n % 3 else None) for n in range(30)])
        world.clock.advance(10)

        assert pages(documents, Query("p", limit=4)) == [
            ["000", "003", "006", "009"],
            ["012", "015", "018", "021"],
            ["024", "027"],
        ]

    def test_a_page_goes_on_after_its_last_document_was_deleted_and_others_came(self, documents: Documents) -> None:
        numbered(documents, 10)
        first = documents.query(Query("p", limit=5))
        documents.delete(Key("p", "004"))
        documents.put(Key("p", "0045"), {})
        documents.put(Key("p", "0005"), {})

        assert ids(documents, Query("p", limit=5, cursor=first.next_cursor)) == ["0045", "005", "006", "007", "008"]

    def test_a_cursor_serves_its_own_query_and_tenant_only(self, world: World, documents: Documents) -> None:
        numbered(documents, 10)
        numbered(documents, 10, partition="other")
        cursor = documents.query(Query("p", limit=3)).next_cursor
        assert cursor is not None
        assert ids(documents, Query("p", limit=2, cursor=cursor)) == ["003", "004"]

        other_tenant = world.open(world.tenant()).documents
        numbered(other_tenant, 10)
        for reader, query in [
            (other_tenant, Query("p", limit=3, cursor=cursor)),
            (documents, Query("other", limit=3, cursor=cursor)),
            (documents, Query("p", limit=3, cursor=cursor, descending=True)),
            (documents, Query("p", prefix="0", limit=3, cursor=cursor)),
            (documents, Query("p", limit=3, cursor=cursor, where=Leaf("n", "ge", 1))),
        ]:
            with pytest.raises(CursorRefused):
                reader.query(query)

    @pytest.mark.parametrize("forge", ["", "x", "AAAA", "日本", "é" * 40, "%", "A" * 10_000, "{cursor}A", "A{cursor}"])
    def test_a_forged_cursor_is_refused(self, documents: Documents, forge: str) -> None:
        numbered(documents, 5)
        genuine = documents.query(Query("p", limit=2)).next_cursor

        with pytest.raises(CursorRefused):
            documents.query(Query("p", limit=2, cursor=forge.format(cursor=genuine)))

    def test_a_cursor_of_another_process_is_good(
        self, world: World, tenant: TenantRecord, documents: Documents
    ) -> None:
        numbered(documents, 5)
        cursor = documents.query(Query("p", limit=2)).next_cursor

        assert ids(world.open(tenant).documents, Query("p", limit=2, cursor=cursor)) == ["002", "003"]

    @pytest.mark.parametrize("limit", [0, -1, 1001])
    def test_a_limit_out_of_bounds_is_refused(self, documents: Documents, limit: int) -> None:
        with pytest.raises(Invalid):
            documents.query(Query("p", limit=limit))

    def test_a_thousand_documents_come_in_one_page(self, documents: Documents) -> None:
        numbered(documents, 1001)

        page = documents.query(Query("p", limit=1000))

        assert (len(page.items), page.next_cursor is None) == (1000, False)

    def test_a_partition_of_several_megabytes_is_read_to_its_end(self, documents: Documents) -> None:
        documents.batch_put([Put(Key("p", f"{n:03}"), {"n": n, "fill": "x" * 200_000}) for n in range(16)])

        assert ids(documents, Query("p")) == [f"{n:03}" for n in range(16)]
        assert ids(documents, Query("p", where=Leaf("n", "ge", 14))) == ["014", "015"]
