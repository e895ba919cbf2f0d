"""The names of a tenant's secrets among its documents, under the platform's own ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from makoto.ports.documents import Documents, Key, Query

PARTITION = "secrets"
PREFIX = "\x01secret-names/"


@dataclass(frozen=True, slots=True)
class KeptNames:
    """One document a name. `documents` is asked for late, since their cursors are signed with one of the secrets."""

    documents: Callable[[], Documents]

    def add(self, name: str) -> None:
        self._system.put(Key(PARTITION, PREFIX + name), {})

    def remove(self, name: str) -> None:
        self._system.delete(Key(PARTITION, PREFIX + name))

    def all(self) -> Sequence[str]:
        """Read them page by page."""
        names: list[str] = []
        query: Query | None = Query(PARTITION, prefix=PREFIX, limit=1000)
        while query is not None:
            page = self._system.query(query)
            names += [document.key.id.removeprefix(PREFIX) for document in page.items]
            query = replace(query, cursor=page.next_cursor) if page.next_cursor else None
        return names

    @property
    def _system(self) -> Documents:
        return self.documents().system()
