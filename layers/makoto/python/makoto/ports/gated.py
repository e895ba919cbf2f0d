"""Drivers behind the gate: each write asks it, announces itself where the tenant moves, and then happens as ever."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from makoto.ports.context import TenantStores
from makoto.ports.document_store import (
    Check,
    Chunk,
    Delete,
    Document,
    DocumentLimits,
    DocumentsDriver,
    Key,
    Plan,
    Put,
    Scan,
    Walked,
    Write,
)
from makoto.ports.gate import Gate
from makoto.ports.journal import Journal, Kind
from makoto.ports.object_store import Method, ObjectInfo, ObjectLimits, ObjectsDriver, Opened, SignedUrl
from makoto.ports.secrets import SecretsDriver


@dataclass(frozen=True, slots=True)
class Announcer:
    """The gate and the journal behind it."""

    gate: Gate
    journal: Journal

    def pass_with(self, kind: Kind, *names: tuple[str, ...]) -> None:
        """Return when the write of these names may begin: to announce it takes a while, so the gate is asked again."""
        if self.gate.passes():
            self.journal.announce(kind, names)
            self.gate.passes()


@dataclass(frozen=True, slots=True)
class GatedDocuments:
    """A tenant's documents."""

    driver: DocumentsDriver
    announcer: Announcer

    @property
    def limits(self) -> DocumentLimits:
        return self.driver.limits

    def read(self, key: Key) -> Document | None:
        return self.driver.read(key)

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        return self.driver.read_many(keys)

    def scan(self, scan: Scan) -> Chunk:
        return self.driver.scan(scan)

    def walk(self, after: str | None, wanted: int) -> Walked:
        return self.driver.walk(after, wanted)

    def explain(self, scan: Scan) -> Plan:
        return self.driver.explain(scan)

    def write(self, write: Write, now: datetime) -> str:
        self.announcer.pass_with("document", write.key)
        return self.driver.write(write, now)

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        self.announcer.pass_with("document", *(write.key for write in writes))
        return self.driver.write_many(writes)

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        self.announcer.pass_with("document", *(write.key for write in writes if not isinstance(write, Check)))
        self.driver.write_all(writes, now)


@dataclass(frozen=True, slots=True)
class GatedObjects:
    """A tenant's objects."""

    driver: ObjectsDriver
    announcer: Announcer

    @property
    def limits(self) -> ObjectLimits:
        return self.driver.limits

    def put(
        self,
        key: str,
        body: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        when_absent: bool,
        if_match: str | None,
    ) -> ObjectInfo:
        self.announcer.pass_with("object", (key,))
        return self.driver.put(key, body, content_type, metadata, when_absent=when_absent, if_match=if_match)

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        self.announcer.pass_with("object", (key,))
        return self.driver.put_stream(key, self._announced_at_its_end(key, body), content_type, metadata)

    def _announced_at_its_end(self, key: str, body: Iterator[bytes]) -> Iterator[bytes]:
        """A stream may last longer than any pause: what counts is when the object appears, after its last piece."""
        yield from body
        self.announcer.pass_with("object", (key,))

    def read(self, key: str, span: tuple[int, int] | None, if_match: str | None) -> tuple[bytes, Mapping[str, str]]:
        return self.driver.read(key, span, if_match)

    def stream(self, key: str, if_match: str | None) -> Opened:
        return self.driver.stream(key, if_match)

    def head(self, key: str) -> ObjectInfo:
        return self.driver.head(key)

    def delete(self, key: str) -> None:
        self.announcer.pass_with("object", (key,))
        self.driver.delete(key)

    def delete_many(self, keys: Sequence[str]) -> Sequence[str]:
        self.announcer.pass_with("object", *((key,) for key in keys))
        return self.driver.delete_many(keys)

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        return self.driver.page(prefix, after, wanted)

    def copy(self, source: str, target: str) -> None:
        self.announcer.pass_with("object", (target,))
        self.driver.copy(source, target)

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl:
        if method == "PUT":
            self.announcer.gate.passes_unseen()
        return self.driver.sign(key, method, expires_in_s, download_name)


@dataclass(frozen=True, slots=True)
class GatedSecrets:
    """A tenant's secrets."""

    driver: SecretsDriver
    announcer: Announcer

    def read(self, name: str) -> str:
        return self.driver.read(name)

    def create(self, name: str, value: str) -> bool:
        self.announcer.pass_with("secret", (name,))
        return self.driver.create(name, value)

    def update(self, name: str, value: str) -> bool:
        self.announcer.pass_with("secret", (name,))
        return self.driver.update(name, value)

    def delete(self, name: str) -> None:
        self.announcer.pass_with("secret", (name,))
        self.driver.delete(name)


def gated(stores: TenantStores, gate: Gate) -> TenantStores:
    """Put a tenant's stores behind the gate; what was kept of the secrets is shared with the stores."""
    documents = stores.documents
    announcer = Announcer(gate, Journal(documents.driver, documents.clock, documents.ids))
    return TenantStores(
        replace(documents, driver=GatedDocuments(documents.driver, announcer)),
        replace(stores.objects, driver=GatedObjects(stores.objects.driver, announcer)),
        stores.secrets.over(lambda driver: GatedSecrets(driver, announcer)),
    )
