"""Documents in a Cosmos DB container of one tenant."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeVar

from makoto.adapters.clouds.azure.cosmos_batch import Batch, is_plain
from makoto.adapters.clouds.azure.cosmos_errors import is_of_item, translated
from makoto.adapters.clouds.azure.cosmos_items import document_of, item_id, item_of, made_at, unsorted
from makoto.adapters.clouds.azure.cosmos_pages import first_page
from makoto.adapters.clouds.azure.cosmos_sql import ids_statement, scan_statement, walk_statement
from makoto.errors import Throttled
from makoto.ports.connection import Connection
from makoto.ports.documents import (
    Always,
    Check,
    Chunk,
    Delete,
    Document,
    DocumentLimits,
    Key,
    Plan,
    Put,
    Scan,
    Walked,
    Write,
)
from makoto.ports.filters import matches
from makoto.ports.ids import Ids

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy

AT_ONCE = 8
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class CosmosDocuments:
    """One container. Writes are atomic within a partition only; a `session` sees what its own client has written."""

    def __init__(
        self, connection: "Connection[ContainerProxy]", ids: Ids, consistency: Literal["strong", "session"]
    ) -> None:
        self._connection = connection
        self._ids = ids
        self._limits = DocumentLimits(
            max_item_bytes=400_000,  # of 2 MB: bytes take twice their length here, and a control character six times
            max_batch_get=100,
            max_batch_put=25,
            max_atomic_writes=100,
            max_atomic_bytes=900_000,  # of 2 MB for the whole request
            atomic_scope="partition",
            native_expiry=True,
            consistency=consistency,
        )

    @property
    def limits(self) -> DocumentLimits:
        return self._limits

    def read(self, key: Key) -> Document | None:
        return self._connection.call(lambda container: _read(container, key))

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        in_order = sorted(keys)
        groups = [list(group) for _, group in groupby(in_order, lambda key: key.partition)]
        answers = _at_once(groups, lambda group: self._connection.call(lambda container: _read_all(container, group)))
        failed = [key for group, found in answers if found is None for key in group]
        return [document for _, found in answers for document in found or ()], failed

    def scan(self, scan: Scan) -> Chunk:
        statement = scan_statement(scan)

        def act(container: "ContainerProxy") -> Chunk:
            with translated():
                page = first_page(container, statement, scan.wanted, partition_key=scan.partition)
            documents = [document_of(item) for item in page.items]
            if scan.where is not None and not statement.is_exact:
                documents = [document for document in documents if matches(scan.where, document.data)]
            return Chunk(documents, None if page.is_last else unsorted(page.items[-1]["_id"]))

        return self._connection.call(act)

    def write(self, write: Write, now: datetime) -> str:
        version = self._ids.ulid()
        self._connection.call(lambda container: _write(container, write, version, now))
        return version

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        answers = _at_once(writes, lambda write: self.write(write, made_at(self._ids.ulid())))
        return [write for write, version in answers if version is None]

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        batch = Batch(writes, [self._ids.ulid() for _ in writes], now)
        if any(not _is_idle(write) for write in writes):
            self._connection.call(batch.send)

    def walk(self, after: str | None, wanted: int) -> Walked:
        """In the order of the items' ids, which are hashes: all physical partitions are asked each time."""

        def act(container: "ContainerProxy") -> Walked:
            with translated():
                page = first_page(container, walk_statement(after), wanted, enable_cross_partition_query=True)
            return Walked(list(map(document_of, page.items)), page.items[-1]["id"] if page.items else None)

        return self._connection.call(act)

    def explain(self, scan: Scan) -> Plan:
        statement = scan_statement(scan)
        ids = {"from": scan.lower, "before": scan.upper, "past": scan.after}  # as they are; the parameters are encoded
        request = {"query": statement.text, "parameters": statement.parameters, "partition_key": scan.partition}
        return Plan("partition", json.dumps({**request, "ids": ids}, ensure_ascii=False))


def _read(container: "ContainerProxy", key: Key) -> Document | None:
    from azure.cosmos.exceptions import CosmosResourceNotFoundError

    with translated():
        try:
            return document_of(container.read_item(item_id(key), key.partition))
        except CosmosResourceNotFoundError as error:
            if not is_of_item(error):
                raise
            return None


def _read_all(container: "ContainerProxy", keys: Sequence[Key]) -> list[Document]:
    """Read documents of one partition, asking again for those that did not fit into a page."""
    if len(keys) == 1:
        alone = _read(container, keys[0])
        return [] if alone is None else [alone]
    found: list[Document] = []
    left = {item_id(key): key for key in keys}
    while left:
        with translated():
            page = first_page(container, ids_statement(list(left)), len(left), partition_key=keys[0].partition)
        found += [document_of(item) for item in page.items]
        if page.is_last:
            break
        for item in page.items:
            del left[item["id"]]
    return found


def _write(container: "ContainerProxy", write: Write, version: str, now: datetime) -> None:
    if not is_plain(write):
        Batch([write], [version], now).send(container)
    elif isinstance(write, Put):
        with translated(writing=True):
            container.upsert_item(item_of(write, version, now))
    else:
        _delete(container, write.key)


def _delete(container: "ContainerProxy", key: Key) -> None:
    from azure.cosmos.exceptions import CosmosResourceNotFoundError

    with translated(writing=True):
        try:
            container.delete_item(item_id(key), key.partition)
        except CosmosResourceNotFoundError as error:
            if not is_of_item(error):
                raise


def _is_idle(write: Write) -> bool:
    return isinstance(write, Check) and isinstance(write.when, Always)


def _at_once(items: Sequence[_Item], act: Callable[[_Item], _Result]) -> list[tuple[_Item, _Result | None]]:
    """Do an act for each in a few threads; none where the store was too busy for it."""

    def attempt(item: _Item) -> _Result | None:
        try:
            return act(item)
        except Throttled:
            return None

    if len(items) < 2:
        return [(item, attempt(item)) for item in items]
    with ThreadPoolExecutor(min(AT_ONCE, len(items))) as pool:
        return list(zip(items, pool.map(attempt, items), strict=True))
