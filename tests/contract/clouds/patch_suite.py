"""What every document store must do with changes to a part of a document."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from makoto.adapters.system import SystemClock
from makoto.errors import Invalid
from makoto.ports.documents import (
    Append,
    Change,
    ConditionFailed,
    DocumentNotFound,
    Documents,
    IfAbsent,
    IfVersion,
    Increment,
    Key,
    Remove,
    Set,
)
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World

KEY = Key("partition", "id")


class PatchContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    def test_changes_happen_in_order_and_leave_the_rest(self, documents: Documents) -> None:
        documents.put(KEY, {"kept": "部品", "n": 1, "list": ["a"], "gone": None, "map": {"inner": 1, "kept": b"x"}})

        patched = documents.patch(
            KEY,
            [
                Set("state", "released"),
                Increment("n", 41),
                Increment("new", Decimal("0.5")),
                Append("list", ["b", {"c": 1}]),
                Append("steps.done", ["first"]),
                Remove("gone"),
                Remove("absent.field"),
                Set("map.inner", {"deep": True}),
                Set("made.on.the.way", 1),
            ],
        )

        expected = {
            "kept": "部品",
            "n": 42,
            "new": Decimal("0.5"),
            "list": ["a", "b", {"c": 1}],
            "map": {"inner": {"deep": True}, "kept": b"x"},
            "state": "released",
            "steps": {"done": ["first"]},
            "made": {"on": {"the": {"way": 1}}},
        }
        assert (patched.data, documents.get(KEY)) == (expected, patched)

    def test_a_sum_is_exact(self, documents: Documents) -> None:
        documents.put(KEY, {"n": Decimal("0.0000000000000000001")})

        documents.patch(KEY, [Increment("n", 1234567890123456789)])

        assert documents.get(KEY).data == {"n": Decimal("1234567890123456789.0000000000000000001")}

    @pytest.mark.parametrize(
        "change",
        [
            Increment("text"),
            Increment("yes"),
            Increment("list"),
            Append("text", ["a"]),
            Append("map", ["a"]),
            Set("text.inner", 1),
            Set("list.0", 1),
            Set("", 1),
            Set("a..b", 1),
            Set("a.b.c.d.e.f.g.h.i", 1),
            Set("float", 1.5),  # type: ignore[arg-type]  # on purpose
            Increment("big", 1),
        ],
    )
    def test_a_change_that_does_not_fit_changes_nothing(self, documents: Documents, change: Change) -> None:
        before = documents.put(KEY, {"text": "a", "yes": True, "list": [1], "map": {}, "big": Decimal("1E-38"), "n": 1})

        with pytest.raises(Invalid):
            documents.patch(KEY, [Increment("n"), change])

        assert documents.get(KEY) == before

    def test_what_is_absent_or_expired_cannot_be_patched(self, world: World, documents: Documents) -> None:
        with pytest.raises(DocumentNotFound):
            documents.patch(KEY, [Set("n", 1)])
        documents.put(KEY, {}, expires_at=world.clock.now() + timedelta(seconds=5))
        world.clock.advance(10)
        with pytest.raises(DocumentNotFound):
            documents.patch(KEY, [Set("n", 1)])
        with pytest.raises(Invalid):
            documents.patch(KEY, [Set("n", 1)], when=IfAbsent())

    def test_a_patch_keeps_the_expiry(self, world: World, documents: Documents) -> None:
        stored = documents.put(KEY, {}, expires_at=world.clock.now() + timedelta(hours=1))

        assert documents.patch(KEY, [Set("n", 1)]).expires_at == stored.expires_at
        assert documents.get(KEY).expires_at == stored.expires_at

    def test_a_patch_over_a_version_changes_that_version_only(self, documents: Documents) -> None:
        first = documents.put(KEY, {"n": 1})
        second = documents.patch(KEY, [Increment("n")], when=IfVersion(first.version))

        with pytest.raises(ConditionFailed):
            documents.patch(KEY, [Increment("n")], when=IfVersion(first.version))
        with pytest.raises(ConditionFailed):
            documents.patch(Key("partition", "absent"), [Increment("n")], when=IfVersion(second.version))

        assert documents.get(KEY).data == {"n": 2}

    def test_increments_of_many_threads_lose_nothing(self, documents: Documents) -> None:
        documents.put(KEY, {"n": 0, "who": []})
        patient = replace(documents, clock=SystemClock())  # whose sleep lets the others through

        def increment(number: int) -> None:
            patient.patch(KEY, [Increment("n"), Append("who", [number])])

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(increment, range(20)))

        found = documents.get(KEY).data
        assert found["n"] == 20
        assert sorted(found["who"]) == list(range(20))  # type: ignore[arg-type, type-var]  # a list of numbers
