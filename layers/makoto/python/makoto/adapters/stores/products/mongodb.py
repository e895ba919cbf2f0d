"""MongoDB as the document store that a tenant runs."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds import KeptConnection
from makoto.adapters.stores.mongo import MongoDocuments, connect, make_store, remove_store
from makoto.adapters.stores.place import HostAndPort, Place
from makoto.domain.clouds import MongoDatabase
from makoto.ports.diagnosis import Probe

if TYPE_CHECKING:
    from pymongo import MongoClient

    Client = MongoClient[dict[str, Any]]

PORT = 27017


def hosts(database: MongoDatabase) -> tuple[HostAndPort, ...]:
    """The members that the record names; the set may name others, which have to prove their names as well."""
    named = (each.rpartition(":") for each in database.hosts)
    return tuple((host, int(port)) if host else (port, PORT) for host, _, port in named)


def driver(place: Place[MongoDatabase]) -> MongoDocuments:
    """Open the tenant's collection."""
    return MongoDocuments(_connection(place), place.settings.database, place.dependencies.ids)


def reach(place: Place[MongoDatabase]) -> None:
    """Log in."""
    from makoto.adapters.stores.mongo.errors import translated

    def act(client: "Client") -> None:
        with translated():
            client[place.settings.database].command("ping")

    _connection(place).call(act)


def make(place: Place[MongoDatabase]) -> None:
    """Make the collection and its index."""
    make_store(_connection(place), place.settings.database, place.record.tenant_id)


def remove(place: Place[MongoDatabase]) -> Sequence[str]:
    """Remove them."""
    is_gone = remove_store(_connection(place), place.settings.database, place.record.tenant_id)
    return () if is_gone else (place.settings.database,)


def probes(place: Place[MongoDatabase]) -> Iterable[Probe]:
    """The server's clock, and rights beyond those needed."""
    from makoto.adapters.stores.mongo import diagnosis

    return diagnosis.probes(_connection(place), place.dependencies.clock)


def _connection(place: Place[MongoDatabase]) -> "KeptConnection[Client]":
    network = place.dependencies.network
    return place.connection(lambda: connect(place.settings, place.keys(), network), lambda client: client.close())
