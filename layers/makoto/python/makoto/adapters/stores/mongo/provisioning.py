"""A tenant's store in MongoDB: the collection, its index, and a mark that says whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.mongo.documents import COLLECTION
from makoto.adapters.stores.mongo.errors import translated
from makoto.errors import Forbidden
from makoto.ports.connection import Connection
from makoto.ports.provisioning import StoreRefused, StoreTaken

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

    Client = MongoClient[dict[str, Any]]

MARK_COLLECTION = "makoto"
_MARK = "tenant"


def make_store(connection: "Connection[Client]", database: str, tenant_id: str) -> None:
    """Create what is missing; StoreTaken where the database holds documents of somebody else.

    StoreRefused where the server stands alone or the user may not.
    """

    def make(client: "Client") -> None:
        with _acts("find, insert, listCollections, createCollection and createIndex", database):
            _require_replica_set(client.admin.command("hello"))
            _take(client[database], tenant_id)
            _make(client[database])

    connection.call(make)


def remove_store(connection: "Connection[Client]", database: str, tenant_id: str) -> bool:
    """Drop the collections if they are this tenant's, the mark last; say whether they are gone."""

    def remove(client: "Client") -> bool:
        with _acts("find and dropCollection", database):
            if _owner(client[database]) == tenant_id:
                client[database].drop_collection(COLLECTION)
                client[database].drop_collection(MARK_COLLECTION)
        return True

    return connection.call(remove)


def _require_replica_set(hello: dict[str, Any]) -> None:
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise StoreRefused(
            "documents: the MongoDB server stands alone; transactions need a replica set (one member is enough)"
        )


def _take(within: "Database[dict[str, Any]]", tenant_id: str) -> None:
    """Set the tenant's mark where none is. Documents without a mark were made by somebody else."""
    from pymongo.errors import DuplicateKeyError

    if _owner(within) is None and COLLECTION in within.list_collection_names():
        raise _taken(within.name)
    with suppress(DuplicateKeyError):
        within[MARK_COLLECTION].insert_one({"_id": _MARK, "tenant_id": tenant_id})
    if _owner(within) != tenant_id:
        raise _taken(within.name)


def _make(within: "Database[dict[str, Any]]") -> None:
    from pymongo.errors import CollectionInvalid

    with suppress(CollectionInvalid):  # it is there
        within.create_collection(COLLECTION)
    within[COLLECTION].create_index("_ttl", name="expiry", expireAfterSeconds=0)


def _owner(within: "Database[dict[str, Any]]") -> str | None:
    mark = within[MARK_COLLECTION].find_one({"_id": _MARK})
    return None if mark is None else str(mark["tenant_id"])


def _taken(database: str) -> StoreTaken:
    return StoreTaken(f"documents: the database {database} belongs to somebody else")


@contextmanager
def _acts(needed: str, database: str) -> Iterator[None]:
    """Name what the user must be granted where the server refuses an act."""
    try:
        with translated():
            yield
    except Forbidden as refused:
        raise StoreRefused(f"documents: the MongoDB user needs {needed} on the database {database}") from refused
