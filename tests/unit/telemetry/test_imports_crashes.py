"""A part of an import that is interrupted or sent by two at once is stored once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.errors import Unavailable
from makoto.ports.documents import Key, Write
from tests.unit.codecs.messages import DEVICE
from tests.unit.telemetry.imported import Sender, long_file, sent


class Breaking(MemoryDocuments):
    """A store whose line goes dead at the chosen atomic writes, before or after doing them."""

    def __init__(self, before: set[int], after: set[int]) -> None:
        super().__init__()
        self.before, self.after, self.count = before, after, 0

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        self.count += 1
        if self.count in self.before:
            raise Unavailable("the line went dead before the write")
        super().write_all(writes, now)
        if self.count in self.after:
            raise Unavailable("the line went dead after the write")


@pytest.mark.parametrize(("before", "after"), [({1}, set()), (set(), {1}), ({2, 4}, {3}), (set(), {1, 2, 3, 4})])
def test_a_crash_before_or_after_any_write_loses_and_doubles_nothing(before: set[int], after: set[int]) -> None:
    sender = Sender(long_file().encode(), part_bytes=1200)
    driver = Breaking(before, after)
    tenant = sender.world.tenant
    sender.world.tenant = replace(tenant, documents=replace(tenant.documents, driver=driver))
    sender.world.tenant.documents.put(Key("device", DEVICE), {})
    for _ in range(len(before) + len(after)):
        with pytest.raises(Unavailable):
            sender.send()
    assert sender.send().start().status == "complete"
    assert sender.history() == sent(long_file()).history()


class Overtaken(MemoryDocuments):
    """A store in which, once, another request stores the same part just before."""

    other: "Sender | None" = None

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        if (other := self.other) is not None:
            self.other = None
            other.put(0, other.part(0))
        super().write_all(writes, now)


def test_two_requests_with_the_same_part_store_it_once_and_get_the_same_answer() -> None:
    sender = Sender(long_file().encode())
    driver = Overtaken()
    tenant = sender.world.tenant
    sender.world.tenant = replace(tenant, documents=replace(tenant.documents, driver=driver))
    sender.world.tenant.documents.put(Key("device", DEVICE), {})
    driver.other = sender
    assert sender.send().answers[-1].accepted == 90
    assert len(sender.history()) == 90
