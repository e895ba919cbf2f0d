"""What every document store must keep from its tenants: the ids that are the platform's own."""

from collections.abc import Callable

import pytest

from makoto.errors import Invalid
from makoto.ports.cursors import CursorRefused
from makoto.ports.documents import Always, Check, Delete, Documents, Increment, Key, Put, Query
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.walk_suite import walked

RESERVED = Key("p", "\x01outbox/order 部品/00000000000000000001")
ORDINARY = Key("p", "\x02")
ACTS: list[Callable[[Documents], object]] = [
    lambda documents: documents.get(RESERVED),
    lambda documents: documents.find(RESERVED),
    lambda documents: documents.put(RESERVED, {}),
    lambda documents: documents.patch(RESERVED, [Increment("n")]),
    lambda documents: documents.delete(RESERVED),
    lambda documents: documents.batch_get([RESERVED]),
    lambda documents: documents.batch_put([Put(RESERVED, {})]),
    lambda documents: documents.batch_delete([RESERVED]),
    lambda documents: documents.atomic([Put(ORDINARY, {}), Put(RESERVED, {})]),
    lambda documents: documents.atomic([Delete(RESERVED)]),
    lambda documents: documents.atomic([Check(RESERVED, Always())]),
    lambda documents: documents.find(Key("p", "\x01")),
]


class SystemContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    @pytest.mark.parametrize("act", ACTS, ids=range(len(ACTS)))
    def test_reserved_ids_are_refused_and_untouched(
        self, documents: Documents, act: Callable[[Documents], object]
    ) -> None:
        kept = documents.system().put(RESERVED, {"n": 1})

        with pytest.raises(Invalid):
            act(documents)

        assert documents.system().get(RESERVED) == kept
        assert documents.find(ORDINARY) is None

    @pytest.mark.parametrize("descending", [False, True])
    def test_queries_and_walks_show_no_reserved_document(self, documents: Documents, descending: bool) -> None:
        system = documents.system()
        system.batch_put([Put(Key("p", f"\x01{n}"), {}) for n in range(5)])
        documents.batch_put([Put(Key("p", each), {}) for each in ("\x02", " ", "a")])

        def seen(view: Documents, query: Query) -> list[str]:
            return [document.key.id for document in view.query(query).items]

        everything = [f"\x01{n}" for n in range(5)] + ["\x02", " ", "a"]
        order = everything[::-1] if descending else everything
        assert seen(system, Query("p", descending=descending)) == order
        assert seen(documents, Query("p", descending=descending)) == [each for each in order if each[0] != "\x01"]
        for hidden in (Query("p", prefix="\x01"), Query("p", start="\x01", end="\x02"), Query("p", end="\x011")):
            assert seen(documents, hidden) == []
        assert sorted(found.key.id for found in walked(documents, 2)) == ["\x02", " ", "a"]
        in_whole = [found.key for found in walked(system, 2)]  # with the names of the tenant's secrets
        assert sorted(key.id for key in in_whole if key.partition == "p") == everything

    def test_the_system_view_orders_reserved_ids_by_their_bytes(self, documents: Documents) -> None:
        system = documents.system()
        versions = [1, 2, 9, 10, 11, 100, 10**12]
        puts = [Put(Key("p", f"\x01outbox/{name}/{n:020}"), {}) for name in ("a", "a/b", "ab", "部") for n in versions]
        system.batch_put(puts[::-1])

        found = system.query(Query("p", prefix="\x01outbox/")).items

        assert [document.key.id for document in found] == sorted(put.key.id for put in puts)
        assert [int(one.key.id[-20:]) for one in system.query(Query("p", prefix="\x01outbox/ab/")).items] == versions

    def test_both_views_write_as_one(self, documents: Documents) -> None:
        documents.system().atomic([Put(RESERVED, {}), Put(ORDINARY, {"n": 1})])

        assert documents.get(ORDINARY).data == {"n": 1}
        assert documents.system().find(RESERVED) is not None

    def test_a_cursor_of_one_view_is_refused_by_the_other(self, documents: Documents) -> None:
        system = documents.system()
        system.batch_put([Put(Key("p", f"\x01{n}"), {}) for n in range(5)])

        with pytest.raises(CursorRefused):
            documents.query(Query("p", limit=2, cursor=system.query(Query("p", limit=2)).next_cursor))
        with pytest.raises(CursorRefused):
            documents.walk(system.walk(limit=2).next_cursor)
