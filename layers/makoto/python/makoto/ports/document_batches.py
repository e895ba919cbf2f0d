"""Batches of documents: cut to what the store takes at once, and tried again where it took a part only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from makoto.ports.clock import Clock
from makoto.ports.document_rules import is_live
from makoto.ports.document_store import Delete, Document, DocumentsDriver, Got, Key, Put, Stored
from makoto.ports.patience import Patience

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class DocumentBatches:
    """Reads and writes of many keys, each checked before and named once."""

    driver: DocumentsDriver
    clock: Clock
    patience: Patience

    def get(self, keys: Sequence[Key]) -> Got:
        found: dict[Key, Document] = {}

        def attempt(some: Sequence[Key]) -> Sequence[Key]:
            documents, unanswered = self.driver.read_many(some)
            found.update((document.key, document) for document in documents)
            return unanswered

        failed = self._in_batches(keys, self.driver.limits.max_batch_get, attempt)
        now, unanswered = self.clock.now(), set(failed)
        live = {key: found[key] for key in keys if key in found and is_live(found[key], now)}
        return Got(live, tuple(key for key in keys if key not in live and key not in unanswered), failed)

    def write(self, writes: Mapping[Key, Put | Delete]) -> Stored:
        left = self._in_batches(list(writes.values()), self.driver.limits.max_batch_put, self.driver.write_many)
        failed = {write.key for write in left}
        return Stored(tuple(key for key in writes if key not in failed), tuple(key for key in writes if key in failed))

    def _in_batches(
        self, items: Sequence[Item], size: int, attempt: Callable[[Sequence[Item]], Sequence[Item]]
    ) -> tuple[Item, ...]:
        batches = (items[start : start + size] for start in range(0, len(items), size))
        return tuple(left for batch in batches for left in self.patience.drain(batch, attempt))
