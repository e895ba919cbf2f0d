"""The account's databases, containers and items, and the journal that outlives the process."""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

from local.servers.cosmos.engine import Engine
from local.servers.cosmos.errors import exists, not_found, owner_not_found

Item: TypeAlias = dict[str, Any]  # JSON
MIDDLE = "1F" + "F" * 30
RANGES = (("0", "", MIDDLE), ("1", MIDDLE, "FF"))
EXACT = 2**53


def read_json(text: str) -> Any:
    """Read JSON as the service does, whose numbers are all doubles."""
    return json.loads(text, parse_int=lambda digits: int(digits) if abs(int(digits)) <= EXACT else float(digits))


def range_of(partition: str) -> str:
    """Return the physical partition of a partition key (as JSON)."""
    digest = bytearray(hashlib.md5(partition.encode(), usedforsecurity=False).digest())
    digest[0] &= 0x3F  # as in the service, whose hashes have two bits less
    return next(name for name, begins, ends in RANGES if begins <= digest.hex().upper() < ends)


def marked(body: Mapping[str, Any]) -> Item:
    """Stamp a resource that is written."""
    return {
        **body,
        "_rid": body.get("_rid") or secrets.token_hex(8),
        "_etag": f'"{secrets.token_hex(16)}"',
        "_ts": int(time.time()),
    }


@dataclass
class Container:
    """Its items by partition key (as JSON) and id."""

    properties: Item
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

    @property
    def rid(self) -> str:
        return str(self.properties["_rid"])

    def find(self, partition: str, item_id: str) -> Item | None:
        """Return an item that has not outlived its time."""
        found = self.items.get((partition, item_id))
        return None if found is None or self.is_over(found) else found

    def is_over(self, item: Item) -> bool:
        lasts = item.get("ttl", self.properties.get("defaultTtl"))
        return "defaultTtl" in self.properties and isinstance(lasts, int) and 0 < lasts <= time.time() - item["_ts"]


class Store:
    """Everything of the account; callers hold `lock`."""

    def __init__(self, engine: Engine, journal: Path | None) -> None:
        self.lock = threading.RLock()
        self._engine = engine
        self._databases: dict[str, tuple[Item, dict[str, Container]]] = {}
        self._journal: IO[str] | None = None
        if journal is not None:
            self._restore(journal)

    def database(self, name: str) -> Item:
        return self._held(name)[0]

    def databases(self) -> list[Item]:
        return [properties for properties, _ in self._databases.values()]

    def containers(self, database: str) -> list[Item]:
        return [each.properties for each in self._held(database)[1].values()]

    def container(self, database: str, name: str) -> Container:
        held = self._databases.get(database)
        if held is None or name not in held[1]:
            raise owner_not_found()
        return held[1][name]

    def create_database(self, body: Mapping[str, Any]) -> Item:
        if body["id"] in self._databases:
            raise exists()
        return self._done(act="database", properties=marked(body))

    def delete_database(self, name: str) -> None:
        for container in list(self._held(name)[1]):
            self.delete_container(name, container)
        self._done(act="no database", properties={"id": name})

    def create_container(self, database: str, body: Mapping[str, Any]) -> Item:
        if body["id"] in self._held(database)[1]:
            raise exists()
        return self._done(act="container", database=database, properties=marked(body))

    def replace_container(self, database: str, name: str, body: Mapping[str, Any]) -> Item:
        held = self.container(database, name)
        held.properties = marked({**body, "_rid": held.rid})
        return self._done(act="properties", database=database, properties=held.properties)

    def delete_container(self, database: str, name: str) -> None:
        if name not in self._held(database)[1]:
            raise not_found("Resource Not Found")
        self._done(act="no container", database=database, properties={"id": name})

    def change(self, container: Container, partition: str, changes: Mapping[str, Item | None]) -> None:
        """Put items and remove those that are none."""
        for item_id, item in changes.items():
            self._done(act="item", rid=container.rid, partition=partition, id=item_id, item=item)

    def sweep(self, container: Container) -> None:
        """Remove what has outlived its time."""
        over = [key for key, item in container.items.items() if "ttl" in item and container.is_over(item)]
        for partition, item_id in over:
            self.change(container, partition, {item_id: None})

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _held(self, database: str) -> tuple[Item, dict[str, Container]]:
        if database not in self._databases:
            raise not_found("Resource Not Found")
        return self._databases[database]

    def _done(self, **told: Any) -> Item:
        self._apply(told)
        if self._journal is not None:
            self._journal.write(json.dumps(told) + "\n")
            self._journal.flush()
        return dict(told.get("properties", {}))

    def _apply(self, told: Mapping[str, Any]) -> None:
        properties = told.get("properties", {})
        match told["act"]:
            case "database":
                self._databases[properties["id"]] = (properties, {})
            case "no database":
                del self._databases[properties["id"]]
            case "container":
                self._databases[told["database"]][1][properties["id"]] = Container(properties)
            case "properties":
                self._databases[told["database"]][1][properties["id"]].properties = properties
            case "no container":
                self._engine.forget(self._databases[told["database"]][1].pop(properties["id"]).rid)
            case "item":
                self._keep(self._by_rid(told["rid"]), told["partition"], told["id"], told["item"])

    def _keep(self, container: Container, partition: str, item_id: str, item: Item | None) -> None:
        if item is None:
            container.items.pop((partition, item_id), None)
            self._engine.drop(container.rid, partition, item_id)
        else:
            container.items[partition, item_id] = item
            self._engine.put(container.rid, partition, range_of(partition), item)

    def _by_rid(self, rid: str) -> Container:
        everything = (each for _, held in self._databases.values() for each in held.values())
        return next(each for each in everything if each.rid == rid)

    def _restore(self, journal: Path) -> None:
        """Read what was done, up to a line that a kill cut off, and write it anew without what is gone."""
        journal.parent.mkdir(parents=True, exist_ok=True)
        lines = journal.read_text(encoding="utf-8").split("\n")[:-1] if journal.exists() else []
        for line in lines:
            self._apply(read_json(line))
        fresh = journal.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as output:
            output.writelines(json.dumps(told) + "\n" for told in self._told())
        fresh.replace(journal)
        self._journal = journal.open("a", encoding="utf-8")

    def _told(self) -> Iterator[Item]:
        for properties, containers in self._databases.values():
            yield {"act": "database", "properties": properties}
            for each in containers.values():
                yield {"act": "container", "database": properties["id"], "properties": each.properties}
                for (partition, item_id), item in each.items.items():
                    yield {"act": "item", "rid": each.rid, "partition": partition, "id": item_id, "item": item}
