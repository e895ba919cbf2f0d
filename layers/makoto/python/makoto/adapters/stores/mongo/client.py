"""One client of one tenant's MongoDB."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.mongo.errors import translated
from makoto.domain.clouds import MongoDatabase
from makoto.errors import FieldError, Invalid

if TYPE_CHECKING:
    from pymongo import MongoClient

    from makoto.adapters.clouds import Network

CONNECT_MS = 5_000
ANSWER_MS = 10_000
IDLE_MS = 120_000
MAX_CONNECTIONS = 4


def connect(
    database: MongoDatabase, keys: Mapping[str, str], network: "Network", *, name: str = "makoto"
) -> "MongoClient[dict[str, Any]]":
    """Make a client; it reaches for the servers when first used, gives up after 10 s, and `close()` ends it.

    `name` is what the server's owner sees of us.

    `keys`: `username` and `password`, none where the server asks for none; the user is defined in the `admin` database.
    A client costs two threads, one socket that watches each server, and at most four for work.
    """
    from pymongo import MongoClient

    with translated():
        return MongoClient(
            host=list(database.hosts),
            replicaSet=database.replica_set,
            connect=False,
            tz_aware=True,
            appname=name,
            maxPoolSize=MAX_CONNECTIONS,
            minPoolSize=0,
            maxIdleTimeMS=IDLE_MS,
            connectTimeoutMS=CONNECT_MS,
            serverSelectionTimeoutMS=CONNECT_MS,
            timeoutMS=ANSWER_MS,
            retryWrites=True,
            retryReads=True,
            w="majority",
            readConcernLevel="majority",
            readPreference="primary",
            serverMonitoringMode="poll",
            **_login(keys),
            **_tls(database, network),
        )


def _login(keys: Mapping[str, str]) -> dict[str, Any]:
    if not keys.get("username"):
        return {}
    return {
        "username": keys["username"],
        "password": keys["password"],
        "authSource": "admin",
        "authMechanism": "SCRAM-SHA-256",  # named, so that no server can ask for a weaker one
    }


def _tls(database: MongoDatabase, network: "Network") -> dict[str, Any]:
    """Have the server prove its name, by the public roots or the one authority that this network names."""
    if database.tls == "disable":
        if not network.allows_plaintext:
            rule = FieldError("/cloud/documents/tls", "tls", "verify-full")
            raise Invalid("the tenant's store must be reached over TLS", errors=[rule])
        return {"tls": False}
    import certifi

    return {"tls": True, "tlsCAFile": network.ca_path or certifi.where()}
