"""What a MongoDB server says of its clock and of the user that the platform was given."""

from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

from makoto.adapters.endpoint_probes import skew
from makoto.adapters.excess import excess
from makoto.adapters.stores.mongo.errors import translated
from makoto.ports.clock import Clock
from makoto.ports.connection import Connection
from makoto.ports.diagnosis import Found, Level, Probe

if TYPE_CHECKING:
    from pymongo import MongoClient

    Client = MongoClient[dict[str, Any]]

EVERYWHERE = frozenset(
    {"root", "__system", "dbOwner", "userAdmin", "clusterAdmin"}
    | {f"{role}AnyDatabase" for role in ("read", "readWrite", "dbAdmin", "userAdmin")}
)


def probes(connection: "Connection[Client]", clock: Clock) -> Iterator[Probe]:
    """The server's clock, and rights beyond those needed."""
    yield Probe("clock", "documents", lambda: connection.call(lambda client: _time(client, clock)))
    yield Probe("excess", "documents", lambda: connection.call(_roles))


def _time(client: "Client", clock: Clock) -> Found:
    with translated():
        theirs = client.admin.command("hello").get("localTime")
    if theirs is None:
        return Found(Level.OK, "the server tells no time")
    return skew(theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC), clock.now())


def _roles(client: "Client") -> Found:
    with translated():
        held = client.admin.command("connectionStatus").get("authInfo", {}).get("authenticatedUserRoles", [])
    return excess(sorted({str(each["role"]) for each in held} & EVERYWHERE))
