"""The configuration table in this process."""

from collections.abc import Sequence

from makoto.ports.configuration import Configuration, DeleteItem, Item, ItemKey, PutItem
from makoto.settings import RuntimeSettings


class MemoryConfiguration:
    """Items in a dictionary."""

    def __init__(self) -> None:
        self._items: dict[ItemKey, Item] = {}

    def get(self, key: ItemKey) -> Item | None:
        return self._items.get(key)

    def list(self, pk: str, prefix: str) -> Sequence[Item]:
        found = sorted(key for key in self._items if key.pk == pk and key.sk.startswith(prefix))
        return [self._items[key] for key in found]

    def write(self, writes: Sequence[PutItem | DeleteItem]) -> bool:
        if not all(self._holds(write) for write in writes):
            return False
        for write in writes:
            if isinstance(write, PutItem):
                self._items[write.key] = dict(write.item)
            else:
                self._items.pop(write.key, None)
        return True

    def _holds(self, write: PutItem | DeleteItem) -> bool:
        if isinstance(write, DeleteItem) or write.version is None or write.key not in self._items:
            return True
        return int(self._items[write.key]["version"]) < write.version


def connect(settings: RuntimeSettings) -> Configuration:
    """Start empty."""
    return Configuration(MemoryConfiguration())
