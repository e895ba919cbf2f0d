"""What every document store must do with many documents: batches, and writes that happen as one."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from makoto.errors import Invalid
from makoto.ports.documents import (
    Always,
    Check,
    ConditionFailed,
    Delete,
    Documents,
    IfAbsent,
    IfVersion,
    Key,
    Put,
    Query,
)
from tests.contract.clouds.store_contract import StoreContract

KEY = Key("partition", "id")


class BatchesContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    def test_batches_of_any_length_store_and_find_all(self, documents: Documents) -> None:
        puts = [Put(Key(f"p{n % 3}", f"{n:04}"), {"n": n, "名": "部品"}) for n in range(230)]

        stored = documents.batch_put(puts)
        got = documents.batch_get([put.key for put in puts] + [Key("p0", "absent"), puts[0].key])

        assert (len(stored.ok), stored.failed) == (230, ())
        assert {key: found.data["n"] for key, found in got.found.items()} == {put.key: put.data["n"] for put in puts}
        assert (got.missing, got.failed) == ((Key("p0", "absent"),), ())

    def test_a_batch_of_any_length_is_deleted_whether_it_is_there_or_not(self, documents: Documents) -> None:
        keys = [Key(f"p{n % 3}", f"{n:04}") for n in range(130)]
        documents.batch_put([Put(key, {}) for key in keys[:110]])
        documents.put(Key("p0", "kept"), {})

        deleted = documents.batch_delete([*keys, keys[0]])

        assert (deleted.ok, deleted.failed) == (tuple(keys), ())
        assert documents.batch_get([*keys, Key("p0", "kept")]).found.keys() == {Key("p0", "kept")}

    def test_an_empty_batch_does_nothing(self, documents: Documents) -> None:
        assert documents.batch_put([]).ok == ()
        assert documents.batch_get([]).found == {}
        assert documents.batch_delete([]).ok == ()
        documents.atomic([])

    def test_of_two_puts_with_one_key_in_a_batch_the_last_counts(self, documents: Documents) -> None:
        stored = documents.batch_put([Put(KEY, {"n": 1}), Put(KEY, {"n": 2})])

        assert stored.ok == (KEY,)
        assert documents.get(KEY).data == {"n": 2}

    def test_a_batch_with_one_bad_document_or_a_condition_stores_nothing(self, documents: Documents) -> None:
        fine = Put(KEY, {"n": 1})
        for bad in (Put(Key("p", "2"), {"n": 1.5}), Put(Key("p", "2"), {}, IfAbsent())):  # type: ignore[dict-item]  # a float, on purpose
            with pytest.raises(Invalid):
                documents.batch_put([fine, bad])

        assert documents.find(KEY) is None

    def test_a_hundred_writes_happen_as_one(self, documents: Documents) -> None:
        kept = documents.put(Key("p0", "kept"), {})
        documents.put(Key("p0", "gone"), {})
        partitions = 5 if documents.driver.limits.atomic_scope == "store" else 1
        puts = [Put(Key(f"p{n % partitions}", f"{n:03}"), {"n": n}, IfAbsent()) for n in range(98)]

        documents.atomic([Check(kept.key, IfVersion(kept.version)), Delete(Key("p0", "gone")), *puts])

        assert len(documents.batch_get([put.key for put in puts]).found) == 98
        assert documents.find(Key("p0", "gone")) is None

    @pytest.mark.parametrize("place", [0, 1, 57, 99])
    def test_one_failing_condition_undoes_all_and_is_named_by_its_place(self, documents: Documents, place: int) -> None:
        documents.put(Key("p", f"{place:03}"), {"n": "before"})
        writes = [Put(Key("p", f"{n:03}"), {"n": n}, IfAbsent()) for n in range(100)]

        with pytest.raises(ConditionFailed) as refused:
            documents.atomic(writes)

        assert (refused.value.index, refused.value.key) == (place, Key("p", f"{place:03}"))
        assert refused.value.errors[0].pointer == f"/writes/{place}/when"
        assert [found.data["n"] for found in documents.query(Query("p")).items] == ["before"]

    def test_a_check_guards_the_other_writes(self, documents: Documents) -> None:
        stale = documents.put(KEY, {"n": 1})
        documents.put(KEY, {"n": 2})
        other = Key("partition", "other")

        with pytest.raises(ConditionFailed) as refused:
            documents.atomic([Put(other, {}), Check(KEY, IfVersion(stale.version))])

        assert refused.value.index == 1
        assert documents.find(other) is None

    def test_a_version_of_what_is_no_longer_there_undoes_all(self, documents: Documents) -> None:
        gone = IfVersion(documents.put(KEY, {}).version)
        documents.delete(KEY)

        for write in (Put(KEY, {}, gone), Delete(KEY, gone), Check(KEY, gone)):
            with pytest.raises(ConditionFailed) as refused:
                documents.atomic([Put(Key("partition", "other"), {}), write])
            assert refused.value.index == 1

        assert documents.query(Query("partition")).items == ()

    def test_a_check_that_asks_for_nothing_shifts_no_place(self, documents: Documents) -> None:
        documents.put(KEY, {})

        with pytest.raises(ConditionFailed) as refused:
            documents.atomic([Check(Key(KEY.partition, "any"), Always()), Put(KEY, {}, IfAbsent())])

        assert refused.value.index == 1

    def test_an_atomic_write_of_too_many_or_of_one_key_twice_is_refused(self, documents: Documents) -> None:
        with pytest.raises(Invalid):
            documents.atomic([Put(Key("p", str(n)), {}) for n in range(101)])
        with pytest.raises(Invalid):
            documents.atomic([Put(KEY, {}), Delete(KEY)])

    def test_atomic_counters_lose_nothing_among_threads(self, documents: Documents) -> None:
        documents.put(KEY, {"n": 0})

        def increment(_: int) -> None:
            while True:
                found = documents.get(KEY)
                count = found.data["n"]
                assert isinstance(count, int)
                try:
                    return documents.atomic([Put(KEY, {"n": count + 1}, IfVersion(found.version))])
                except ConditionFailed:
                    continue

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(increment, range(20)))

        assert documents.get(KEY).data == {"n": 20}
