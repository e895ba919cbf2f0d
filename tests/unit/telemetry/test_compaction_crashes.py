"""However compaction is interrupted or raced with, every reading is there once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from functions.telemetry.retired import GRACE
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.ports.documents import Write
from tests.unit.codecs.messages import NOW_MS
from tests.unit.telemetry.plant import DAY, HOUR, HOUR_MS, Mortal, mortal_plant


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("at", range(6))
def test_a_crash_before_or_after_any_change_loses_and_doubles_nothing(at: int, is_after: bool) -> None:
    documents = Mortal()
    plant, _ = mortal_plant(documents)
    plant.hear(4)
    plant.hear(3, at_ms=NOW_MS - HOUR_MS)
    plant.later()
    before = plant.figures()
    documents.left, documents.is_after = at, is_after
    plant.compact()
    assert plant.figures() == before
    documents.left = -1
    for _ in range(3):
        plant.later(DAY + HOUR).compact()
    assert plant.figures() == before
    assert len(plant.entries()) == 2
    assert plant.objects() == {entry.file.key for entry in plant.entries()}


@pytest.mark.parametrize("wait", [timedelta(0), GRACE + HOUR])
def test_a_crash_at_an_upload_or_a_deletion_is_repaired_by_later_runs(wait: timedelta) -> None:
    plant, objects = mortal_plant(MemoryDocuments())
    plant.hear(4)
    before = plant.figures()
    plant.later()
    if wait:
        plant.compact()
    objects.is_dying = True
    (failure,) = plant.later(wait).compact().failures
    assert failure.problem == "unavailable"
    for _ in range(3):
        plant.later(DAY + HOUR).compact()
    assert plant.figures() == before
    assert plant.objects() == {entry.file.key for entry in plant.entries()}


@dataclass
class Interrupted(MemoryDocuments):
    """A store in which something happens between the reading of the manifest and the swap."""

    happen: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        if (happen := self.happen) is not None:
            self.happen = None
            happen()
        super().write_all(writes, now)


def test_a_file_that_arrives_during_compaction_is_kept_and_merged_later() -> None:
    documents = Interrupted()
    plant, _ = mortal_plant(documents)
    plant.hear(4)
    plant.later()
    documents.happen = lambda: plant.hear(at_ms=NOW_MS - 7)
    plant.compact()
    assert plant.figures()["a"] == (5, 10.0)
    plant.compact()
    assert plant.figures()["a"] == (5, 10.0)
    assert len(plant.entries()) == 1


def test_of_two_runs_at_once_one_gives_way() -> None:
    documents = Interrupted()
    plant, _ = mortal_plant(documents)
    plant.hear(4)
    plant.later()
    documents.happen = lambda: plant.compact()
    done = plant.compact()
    assert (done.merged, done.failures) == (0, ())
    assert plant.figures()["a"] == (4, 6.0)
    assert len(plant.entries()) == 1
