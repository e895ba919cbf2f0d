"""Recording while others record, and while the store's answers are lost: nothing twice, no loop, nothing half done."""

from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest

from functions.traceability import books, loops, tracing
from makoto.adapters.clouds.memory import documents as memory_documents
from makoto.errors import MakotoError
from makoto.ports.documents import MaybeApplied
from tests.unit.traceability.conftest import Plant


class Crash(BaseException):
    """The process dies here."""


def test_an_activity_whose_answer_was_lost_is_recorded_once(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.receive("B1:10:kg:steel")
    write_all = memory_documents.MemoryDocuments.write_all

    def lost(self: Any, writes: Any, now: datetime) -> None:
        monkeypatch.undo()
        write_all(self, writes, now)
        raise MaybeApplied("the answer was lost")

    monkeypatch.setattr(memory_documents.MemoryDocuments, "write_all", lost)
    made = plant.do("consume", inputs=["B1:4"])

    assert plant.left("B1") == (6,)
    assert plant.lot("B1").uses == (f"-{made.activity_id}",)


@pytest.mark.parametrize("is_written", [False, True])
def test_a_crash_leaves_an_activity_whole_or_not_at_all(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, is_written: bool
) -> None:
    plant.receive("B1:10:kg:steel")
    write_all = memory_documents.MemoryDocuments.write_all

    def dying(self: Any, writes: Any, now: datetime) -> None:
        if is_written:
            write_all(self, writes, now)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(memory_documents.MemoryDocuments, "write_all", dying)
        with pytest.raises(Crash):
            plant.do("produce", inputs=["B1:4"], outputs=["S1:4:kg:cream"], activity_id="once")
    plant.do("produce", inputs=["B1:4"], outputs=["S1:4:kg:cream"], activity_id="once")

    assert plant.left("B1", "S1") == (6, 4)
    assert len(plant.facts("traceability.activity_recorded")) == 2


def test_two_edges_that_close_a_loop_together_are_not_both_recorded(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A went into B and C into D; at once B goes into C and D into A."""
    plant.receive("A:10:kg:steel", "C:10:kg:steel")
    plant.do("produce", inputs=["A:1"], outputs=["B:1:kg:steel"])
    plant.do("produce", inputs=["C:1"], outputs=["D:1:kg:steel"])
    explore = tracing.explore

    def overtaken(*given: Any, **more: Any) -> Any:
        found = explore(*given, **more)
        monkeypatch.undo()
        plant.do("produce", inputs=["D:1"], outputs=["A:1"])
        return found

    monkeypatch.setattr(loops, "explore", overtaken)

    with pytest.raises(books.LotLoop):
        plant.do("produce", inputs=["B:1"], outputs=["C:1"])


def test_many_who_take_of_one_lot_at_once_take_no_more_than_there_is(plant: Plant) -> None:
    plant.receive("B1:10:kg:steel")
    start, refused = Barrier(8), list[MakotoError]()

    def take(number: int) -> None:
        start.wait()
        for turn in range(3):
            try:
                plant.do("consume", inputs=["B1:1"], activity_id=f"t{number}-{turn}")
            except MakotoError as error:
                refused.append(error)

    threads = [Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = len(plant.lot("B1").uses)
    assert plant.left("B1") == (10 - taken,)
    assert taken + len(refused) == 24
    assert plant.lot("B1").remaining >= 0
