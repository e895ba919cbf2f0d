"""PostgreSQL as the document store that a tenant runs."""

from collections.abc import Iterable, Sequence

from makoto.adapters.clouds import KeptConnection
from makoto.adapters.stores.place import HostAndPort, Place
from makoto.adapters.stores.postgres import PostgresDocuments, PostgresPool, connect, make_store, remove_store
from makoto.domain.clouds import PostgresDatabase
from makoto.ports.diagnosis import Probe


def hosts(database: PostgresDatabase) -> tuple[HostAndPort, ...]:
    """The one server."""
    return ((database.host, database.port),)


def driver(place: Place[PostgresDatabase]) -> PostgresDocuments:
    """Open the tenant's schema."""
    return PostgresDocuments(_connection(place), place.settings.schema_name, place.dependencies.ids)


def reach(place: Place[PostgresDatabase]) -> None:
    """Open a session."""

    def act(pool: PostgresPool) -> None:
        with pool.lend():
            pass

    _connection(place).call(act)


def make(place: Place[PostgresDatabase]) -> None:
    """Make the schema and its table."""
    make_store(_connection(place), place.settings.schema_name, place.record.tenant_id)


def remove(place: Place[PostgresDatabase]) -> Sequence[str]:
    """Remove them."""
    is_gone = remove_store(_connection(place), place.settings.schema_name, place.record.tenant_id)
    return () if is_gone else (place.settings.schema_name,)


def probes(place: Place[PostgresDatabase]) -> Iterable[Probe]:
    """The server's clock, and rights beyond those needed."""
    from makoto.adapters.stores.postgres import diagnosis

    return diagnosis.probes(_connection(place), place.dependencies.clock)


def _connection(place: Place[PostgresDatabase]) -> KeptConnection[PostgresPool]:
    network = place.dependencies.network
    return place.connection(lambda: connect(place.settings, place.keys(), network), PostgresPool.close)
