"""Commands about collections, indexes and databases."""

from typing import Any

from local.servers.mongo.crud import Call
from local.servers.mongo.errors import CommandError
from local.servers.mongo.store import Store, Stored

Body = dict[str, Any]
_ID_INDEX: Stored = {"v": 2, "key": {"_id": 1}, "name": "_id_"}


class Catalog:
    """Collections come into being when first written or made by name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, call: Call) -> Body:
        with self._store.lock:
            if call.collection in self._store.tables:
                raise CommandError(48, f"Collection {call.collection} already exists.")
            self._store.create(call.collection, {})
        return {}

    def create_indexes(self, call: Call) -> Body:
        with self._store.lock:
            before = dict(self._store.tables[call.collection].indexes) if call.collection in self._store.tables else {}
            for index in call.body["indexes"]:
                if before.get(index["name"], index) != index:
                    raise CommandError(85, f"an index {index['name']} exists with other options")
            self._store.create(call.collection, {index["name"]: index for index in call.body["indexes"]})
            after = len(self._store.tables[call.collection].indexes)
        return {"numIndexesBefore": len(before) + 1, "numIndexesAfter": after + 1}

    def list_indexes(self, call: Call) -> Body:
        with self._store.lock:
            if call.collection not in self._store.tables:
                raise CommandError(26, f"ns does not exist: {call.collection}")
            return _cursor(call.collection, [_ID_INDEX, *self._store.tables[call.collection].indexes.values()])

    def list_collections(self, call: Call) -> Body:
        database, name = call.body["$db"], call.body.get("filter", {}).get("name")
        with self._store.lock:
            names = sorted(each.partition(".")[2] for each in self._store.tables if each.startswith(f"{database}."))
        found = [{"name": each, "type": "collection", "options": {}} for each in names if name in (None, each)]
        return _cursor(f"{database}.$cmd.listCollections", found)

    def list_databases(self, _: Call) -> Body:
        with self._store.lock:
            names = sorted({each.partition(".")[0] for each in self._store.tables})
        return {"databases": [{"name": each, "sizeOnDisk": 0, "empty": False} for each in names], "totalSize": 0}

    def drop(self, call: Call) -> Body:
        with self._store.lock:
            if call.collection not in self._store.tables:
                raise CommandError(26, "ns not found")
            self._store.drop(call.collection)
        return {"ns": call.collection}

    def drop_database(self, call: Call) -> Body:
        with self._store.lock:
            for name in [each for each in self._store.tables if each.startswith(f"{call.body['$db']}.")]:
                self._store.drop(name)
        return {"dropped": call.body["$db"]}


def _cursor(name: str, documents: list[Stored]) -> Body:
    return {"cursor": {"id": 0, "ns": name, "firstBatch": documents}}
