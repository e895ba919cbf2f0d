"""What every document store must hold to: versions, conditions and expiry."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from makoto.errors import Invalid
from makoto.ports.documents import Check, Condition, ConditionFailed, Documents, IfAbsent, IfVersion, Key, Put, Query
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World

KEY = Key("partition", "id")


class ConditionsContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

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
