"""A corner of a tenant's stores for one run of checks, and its cleaning."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from makoto.ports.clock import Clock
from makoto.ports.documents import Always, Condition, Datum, Document, Documents, Key, Put, Query
from makoto.ports.objects import Objects
from makoto.ports.secrets import Secrets

ROOT = "checks/"
LIFE = timedelta(hours=1)


class Stores(Protocol):
    """What is checked: a tenant's stores, from a use case's context or as a cloud opened them."""

    @property
    def documents(self) -> Documents: ...
    @property
    def objects(self) -> Objects: ...
    @property
    def secrets(self) -> Secrets: ...


@dataclass(frozen=True)
class Scratch:
    """Names that no other run uses. Documents expire by themselves; a later run removes files that a crash left.

    `attempt` tells the secrets of two runs of one name apart: AWS keeps the name of a deleted one taken for a while.
    """

    stores: Stores
    clock: Clock
    name: str
    attempt: str = ""
    made_secrets: set[str] = field(default_factory=set)

    @property
    def documents(self) -> Documents:
        return self.stores.documents

    @property
    def objects(self) -> Objects:
        return self.stores.objects

    @property
    def secrets(self) -> Secrets:
        return self.stores.secrets

    @property
    def partition(self) -> str:
        return ROOT + self.name

    @property
    def folder(self) -> str:
        return f"{ROOT}{self.name}/"

    def key(self, id: str, part: str = "") -> Key:  # noqa: A002  the port's word
        return Key(self.partition + part, id)

    def secret(self, name: str) -> str:
        """Name a secret, and remember it for the cleaning."""
        full = f"{ROOT}{self.name}{self.attempt}/{name}"
        self.made_secrets.add(full)
        return full

    def write(self, key: Key, data: dict[str, Datum], when: Condition = Always()) -> Document:
        """Put a document that ends by itself."""
        return self.documents.put(key, data, when=when, expires_at=self.clock.now() + LIFE)

    def put(self, key: Key, data: dict[str, Datum], when: Condition = Always()) -> Put:
        """Say a write that ends by itself."""
        return Put(key, data, when, self.clock.now() + LIFE)

    def clean(self) -> None:
        """Remove all that this run made, whatever became of it."""
        for part in ("", "/other"):
            self._clean_partition(self.partition + part)
        while found := self.objects.list(self.folder, limit=1000).items:
            self.objects.delete_many([each.key for each in found])
        for name in sorted(self.made_secrets):
            self.secrets.delete(name)

    def sweep(self) -> None:
        """Remove files that runs which ended an hour ago or more have left."""
        past = self.clock.now() - LIFE
        for found in self.objects.list(ROOT, limit=1000).items:
            if found.modified_at < past:
                self.objects.delete(found.key)

    def _clean_partition(self, partition: str) -> None:
        while found := self.documents.query(Query(partition, limit=1000)).items:
            self.documents.batch_delete([each.key for each in found])
