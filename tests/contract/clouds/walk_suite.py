"""What every document store must do when all of it is read, as a move does, and when it explains itself."""

import json
from datetime import timedelta

import pytest

from makoto.errors import Invalid
from makoto.ports.cursors import CursorRefused
from makoto.ports.documents import Document, Documents, Key, Leaf, Plan, Put, Query
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World


def walked(documents: Documents, limit: int) -> list[Document]:
    """Follow the cursors to the end."""
    page = documents.walk(limit=limit)
    found = list(page.items)
    while page.next_cursor is not None:
        assert len(page.items) <= limit
        page = documents.walk(page.next_cursor, limit)
        found += page.items
    return found


class WalkContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    @pytest.mark.parametrize("limit", [1, 7, 30, 1000])
    def test_a_walk_meets_each_document_of_every_partition_once(self, documents: Documents, limit: int) -> None:
        puts = [Put(Key(f"部{n % 5}\"'", f"{n:02}🏭"), {"n": n, "b": bytes([n])}) for n in range(30)]
        documents.batch_put(puts)

        found = walked(documents, limit)

        assert {document.key: document.data for document in found} == {put.key: put.data for put in puts}
        assert len(found) == 30

    def test_a_walk_of_an_empty_store_ends_at_once(self, documents: Documents) -> None:
        assert walked(documents, 10) == []

    def test_a_walk_gives_versions_that_conditions_take(self, documents: Documents) -> None:
        stored = documents.put(Key("p", "a"), {"n": 1})

        assert [document.version for document in walked(documents, 10)] == [stored.version]

    def test_a_walk_leaves_out_what_has_expired(self, world: World, documents: Documents) -> None:
        soon = world.clock.now() + timedelta(seconds=5)
        documents.batch_put([Put(Key("p", f"{n}"), {}, expires_at=soon if n % 2 else None) for n in range(10)])
        world.clock.advance(10)

        assert sorted(document.key.id for document in walked(documents, 3)) == ["0", "2", "4", "6", "8"]

    def test_a_walk_goes_on_past_what_was_deleted_behind_it(self, documents: Documents) -> None:
        documents.batch_put([Put(Key("p", f"{n:02}"), {}) for n in range(20)])
        first = documents.walk(limit=10)
        documents.batch_delete([document.key for document in first.items])

        rest = documents.walk(first.next_cursor, 100)

        assert {found.key.id for found in (*first.items, *rest.items)} == {f"{n:02}" for n in range(20)}

    def test_a_walk_serves_its_own_tenant_only(self, world: World, documents: Documents) -> None:
        documents.batch_put([Put(Key("p", f"{n}"), {}) for n in range(5)])
        other = world.open(world.tenant()).documents

        assert walked(other, 10) == []
        with pytest.raises(CursorRefused):
            other.walk(documents.walk(limit=2).next_cursor)
        for forged in ("", "x", "AAAA"):
            with pytest.raises(CursorRefused):
                documents.walk(forged)

    def test_the_cursor_of_a_query_is_none_of_a_walk(self, documents: Documents) -> None:
        documents.batch_put([Put(Key("p", f"{n}"), {}) for n in range(5)])

        with pytest.raises(CursorRefused):
            documents.walk(documents.query(Query("p", limit=2)).next_cursor)

    @pytest.mark.parametrize("limit", [0, 1001])
    def test_a_walk_of_no_or_too_many_documents_is_refused(self, documents: Documents, limit: int) -> None:
        with pytest.raises(Invalid):
            documents.walk(limit=limit)

    def test_a_query_within_a_partition_is_explained_as_such_and_reads_nothing(self, documents: Documents) -> None:
        plan = documents.explain(Query("p", prefix="部", where=Leaf("n", "gt", 5), limit=5))

        assert isinstance(plan, Plan)
        assert plan.access == "partition"
        assert "部" in plan.native or json.dumps("部").strip('"') in plan.native

    def test_a_strong_read_is_given_or_refused_at_the_door(self, documents: Documents) -> None:
        stored = documents.put(Key("p", "a"), {})
        query = Query("p", consistent=True)

        if documents.driver.limits.consistency == "strong":
            assert documents.get(stored.key, consistent=True) == stored
            assert documents.query(query).items == (stored,)
            return
        with pytest.raises(Invalid):
            documents.get(stored.key, consistent=True)
        with pytest.raises(Invalid):
            documents.query(query)
