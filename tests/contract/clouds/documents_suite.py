"""What every document store must do: single documents, conditions, expiry, batches and atomic writes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from makoto.domain import TenantRecord
from makoto.errors import Invalid
from makoto.ports.documents import (
    Check,
    Condition,
    ConditionFailed,
    Datum,
    Delete,
    DocumentNotFound,
    Documents,
    IfAbsent,
    IfVersion,
    Key,
    Put,
    Query,
)
from tests.contract.clouds.worlds import World

KEY = Key("partition", "id")
EVERYTHING: dict[str, Datum] = {
    "japanese": "東都精機 第一工場",
    "emoji": "🏭👩‍🔧",
    "empty": "",
    "quotes": "'; DROP TABLE x; -- \" \\ #n0 :v0 ${x}",
    "control": "tab\tnewline\n\u2028",
    "yes": True,
    "no": False,
    "null": None,
    "zero": 0,
    "big": 99999999999999999999999999999999999999,
    "negative": -(10**37),
    "huge": 10**125,
    "decimal": Decimal("12345678901234567890.123456789012345678"),
    "tiny": Decimal("-1E-130"),
    "bytes": bytes(range(256)),
    "no bytes": b"",
    "list": ["a", 1, [], {}, [None, {"深い": Decimal("0.1")}]],
    "map": {"a.b": {"c d": 1}, "#x": ":y"},
}


class DocumentsContract:
    """Inherited by each cloud, which gives the `world`."""

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError

    @pytest.fixture
    def tenant(self, world: World) -> TenantRecord:
        return world.tenant()

    @pytest.fixture
    def documents(self, world: World, tenant: TenantRecord) -> Documents:
        return world.open(tenant).documents

    def test_every_portable_value_comes_back_as_it_was(self, documents: Documents) -> None:
        documents.put(KEY, EVERYTHING)

        found = documents.get(KEY).data

        assert found == EVERYTHING
        assert {name: type(value) for name, value in found.items()} == {
            name: type(value) for name, value in EVERYTHING.items()
        }

    def test_a_whole_number_comes_back_as_int_and_another_without_trailing_zeros(self, documents: Documents) -> None:
        documents.put(KEY, {"whole": Decimal("5.00"), "power": Decimal("1E+3"), "part": Decimal("1.50")})

        found = documents.get(KEY).data

        assert [repr(found[name]) for name in ("whole", "power", "part")] == ["5", "1000", "Decimal('1.5')"]

    @pytest.mark.parametrize(
        ("value", "rule"),
        [
            (1.5, "number"),
            (float("nan"), "number"),
            (Decimal("NaN"), "number"),
            (Decimal("-Infinity"), "number"),
            (10**38 + 1, "number"),
            (Decimal("0.123456789012345678901234567890123456789"), "number"),
            (Decimal("1E+126"), "number"),
            (Decimal("1E-131"), "number"),
            ("a\0b", "text"),
            ("\ud800", "text"),
            ({"": 1}, "name"),
            ({1, 2}, "type"),
        ],
    )
    def test_what_some_store_could_not_hold_is_refused_with_its_place(
        self, documents: Documents, value: Datum, rule: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            documents.put(KEY, {"a/b": ["fine", value]})

        assert (refused.value.errors[0].pointer[:7], refused.value.errors[0].rule) == ("/a~1b/1", rule)
        assert documents.find(KEY) is None

    @pytest.mark.parametrize(
        "key",
        [Key("", "id"), Key("p", ""), Key("p", "a\0b"), Key("p\0", "a"), Key("p", "あ" * 334), Key("p" * 2001, "a")],
    )
    def test_a_key_that_some_store_could_not_hold_is_refused(self, documents: Documents, key: Key) -> None:
        with pytest.raises(Invalid):
            documents.put(key, {})
        with pytest.raises(Invalid):
            documents.find(key)

    @pytest.mark.parametrize("text", ["あ" * 333, "🏭/# ?%&'\"\\:;", "a#b", "..", " ", "' OR '1'='1", ":v0 AND #n0"])
    def test_a_key_may_be_any_other_text(self, documents: Documents, text: str) -> None:
        documents.put(Key(text, text), {"text": text})

        assert documents.get(Key(text, text)).key == Key(text, text)
        assert [found.key.id for found in documents.query(Query(text)).items] == [text]

    def test_a_document_of_nearly_the_item_limit_is_stored_and_a_bigger_one_refused(self, documents: Documents) -> None:
        most = documents.driver.limits.max_item_bytes
        documents.put(KEY, {"text": "x" * (most - 20)})

        with pytest.raises(Invalid):
            documents.put(KEY, {"text": "あ" * (most // 3)})

        assert len(str(documents.get(KEY).data["text"])) == most - 20

    def test_a_document_that_is_not_there_is_not_found(self, documents: Documents) -> None:
        assert documents.find(KEY) is None
        with pytest.raises(DocumentNotFound):
            documents.get(KEY)

    def test_a_document_read_twice_is_the_same_and_changing_the_copy_changes_nothing(
        self, documents: Documents
    ) -> None:
        given: dict[str, Datum] = {"list": [1], "map": {"a": 1}}
        put = documents.put(KEY, given)
        for copy in (given, put.data, documents.get(KEY).data):
            inner = copy["list"]
            assert isinstance(inner, list)
            inner.append(2)
            copy["more"] = 3

        assert documents.get(KEY).data == {"list": [1], "map": {"a": 1}}

    def test_each_put_gives_another_version_and_says_it(self, documents: Documents) -> None:
        versions = [documents.put(KEY, {"n": n}).version for n in range(3)]

        assert len(set(versions)) == 3
        assert documents.get(KEY).version == versions[-1]

    def test_if_absent_stores_once(self, documents: Documents) -> None:
        documents.put(KEY, {"n": 1}, when=IfAbsent())

        with pytest.raises(ConditionFailed):
            documents.put(KEY, {"n": 2}, when=IfAbsent())

        assert documents.get(KEY).data == {"n": 1}

    def test_if_version_replaces_that_version_only(self, documents: Documents) -> None:
        first = documents.put(KEY, {"n": 1})
        second = documents.put(KEY, {"n": 2}, when=IfVersion(first.version))

        with pytest.raises(ConditionFailed):
            documents.put(KEY, {"n": 3}, when=IfVersion(first.version))
        with pytest.raises(ConditionFailed):
            documents.put(Key("partition", "absent"), {}, when=IfVersion(second.version))

        assert documents.get(KEY).data == {"n": 2}

    def test_a_delete_is_idempotent_and_heeds_its_condition(self, documents: Documents) -> None:
        first = documents.put(KEY, {"n": 1})
        second = documents.put(KEY, {"n": 2})
        with pytest.raises(ConditionFailed):
            documents.delete(KEY, when=IfVersion(first.version))
        assert documents.get(KEY).data == {"n": 2}

        documents.delete(KEY, when=IfVersion(second.version))
        documents.delete(KEY)

        assert documents.find(KEY) is None
        with pytest.raises(ConditionFailed):
            documents.delete(KEY, when=IfVersion(second.version))

    def test_a_conflict_does_not_show_the_key(self, documents: Documents) -> None:
        documents.put(KEY, {})

        with pytest.raises(ConditionFailed) as refused:
            documents.put(KEY, {}, when=IfAbsent())

        assert "partition" not in refused.value.detail
        assert refused.value.key == KEY

    @pytest.mark.parametrize("when", [IfAbsent(), "version"])
    def test_of_many_who_write_on_one_condition_at_the_same_time_one_wins(
        self, documents: Documents, when: Condition | str
    ) -> None:
        if when == "version":
            when = IfVersion(documents.put(KEY, {"winner": None}).version)
        assert not isinstance(when, str)
        condition = when

        def attempt(n: int) -> int | None:
            try:
                documents.put(KEY, {"winner": n}, when=condition)
            except ConditionFailed:
                return None
            return n

        with ThreadPoolExecutor(8) as pool:
            winners = [n for n in pool.map(attempt, range(24)) if n is not None]

        assert [documents.get(KEY).data["winner"]] == winners

    def test_an_expired_document_is_absent_everywhere(self, world: World, documents: Documents) -> None:
        soon = world.clock.now() + timedelta(seconds=60)
        stored = documents.put(KEY, {"n": 1}, expires_at=soon)
        assert documents.get(KEY).expires_at == stored.expires_at
        assert len(documents.query(Query("partition")).items) == 1

        world.clock.advance(61)

        assert documents.find(KEY) is None
        assert documents.query(Query("partition")).items == ()
        assert documents.batch_get([KEY]).missing == (KEY,)
        with pytest.raises(ConditionFailed):
            documents.put(KEY, {"n": 2}, when=IfVersion(stored.version))
        documents.atomic([Check(KEY, IfAbsent()), Put(Key("partition", "other"), {})])
        documents.put(KEY, {"n": 3}, when=IfAbsent())
        assert documents.get(KEY).data == {"n": 3}

    def test_an_expiry_is_kept_in_whole_seconds_rounded_up(self, world: World, documents: Documents) -> None:
        at = (world.clock.now() + timedelta(hours=1)).replace(microsecond=1)

        documents.put(KEY, {}, expires_at=at)

        assert documents.get(KEY).expires_at == at.replace(microsecond=0) + timedelta(seconds=1)

    def test_an_expiry_without_a_zone_is_refused(self, world: World, documents: Documents) -> None:
        with pytest.raises(Invalid):
            documents.put(KEY, {}, expires_at=world.clock.now().replace(tzinfo=None))

    def test_batches_of_any_length_store_and_find_all(self, documents: Documents) -> None:
        puts = [Put(Key(f"p{n % 3}", f"{n:04}"), {"n": n, "名": "部品"}) for n in range(230)]

        stored = documents.batch_put(puts)
        got = documents.batch_get([put.key for put in puts] + [Key("p0", "absent"), puts[0].key])

        assert (len(stored.ok), stored.failed) == (230, ())
        assert {key: found.data["n"] for key, found in got.found.items()} == {put.key: put.data["n"] for put in puts}
        assert (got.missing, got.failed) == ((Key("p0", "absent"),), ())

    def test_an_empty_batch_does_nothing(self, documents: Documents) -> None:
        assert documents.batch_put([]).ok == ()
        assert documents.batch_get([]).found == {}
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
        puts = [Put(Key(f"p{n % 5}", f"{n:03}"), {"n": n}, IfAbsent()) for n in range(98)]

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

    def test_another_tenant_sees_nothing(self, world: World, documents: Documents) -> None:
        documents.put(KEY, {"secret": "A"})

        other = world.open(world.tenant()).documents

        assert other.find(KEY) is None
        assert other.query(Query("partition")).items == ()
        assert other.batch_get([KEY]).missing == (KEY,)

    def test_another_process_of_the_tenant_sees_the_same(
        self, world: World, tenant: TenantRecord, documents: Documents
    ) -> None:
        stored = documents.put(KEY, {"n": 1})

        assert world.open(tenant).documents.get(KEY) == stored
