"""The way to a tenant's PostgreSQL: who it is, how it proves itself, and what a session may take."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.postgres.encoding import data_of
from makoto.adapters.stores.postgres.errors import translated_opening
from makoto.adapters.stores.postgres.pool import PostgresPool, Session
from makoto.domain.clouds.stores import PostgresDatabase
from makoto.errors import FieldError, Invalid
from makoto.ports.key_ring import KeysMissing

if TYPE_CHECKING:
    from makoto.adapters.clouds import Network

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 2_000
KEEPALIVE: dict[str, Any] = {  # Any: beside psycopg's own keywords, these go to libpq as they are
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SETTINGS = {
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "lock_timeout": LOCK_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": STATEMENT_TIMEOUT_MS,
    "TimeZone": "UTC",
    # an index serves every statement in its order, but the statistics of a table that grows from nothing say otherwise
    **dict.fromkeys(("enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "enable_seqscan"), "off"),
}


def connect(
    database: PostgresDatabase, keys: Mapping[str, str], network: "Network", *, name: str = "makoto"
) -> PostgresPool:
    """Return a pool that opens its first session at its first use; `name` is what the server's owner sees of us.

    `keys`: `username` and `password`; KeysMissing where one is not there.
    """
    told = {**_address(database, keys, name), **_tls(database, network), **KEEPALIVE}

    def open_session() -> Session:
        import psycopg
        from psycopg.types.json import set_json_loads

        with translated_opening():
            session = psycopg.connect(**told)
        set_json_loads(data_of, context=session)  # type: ignore[arg-type]  # what the server sends is bytes
        return session

    return PostgresPool(open_session)


def _address(database: PostgresDatabase, keys: Mapping[str, str], name: str) -> dict[str, Any]:
    if not keys.keys() >= {"username", "password"}:
        raise KeysMissing("a PostgreSQL database needs a username and a password")
    return {
        "host": database.host,
        "port": database.port,
        "dbname": database.database,
        "user": keys["username"],
        "password": keys["password"],
        "application_name": name[:63],
        "autocommit": True,
        "client_encoding": "UTF8",
        "connect_timeout": CONNECT_TIMEOUT_S,
        "gssencmode": "disable",
        "options": " ".join(f"-c {setting}={value}" for setting, value in _SETTINGS.items()),
        "target_session_attrs": "read-write",
    }


def _tls(database: PostgresDatabase, network: "Network") -> dict[str, Any]:
    """Have the server prove its name, by the public roots or the one authority that this network names."""
    if database.tls == "disable":
        if not network.allows_plaintext:
            rule = FieldError("/cloud/documents/tls", "tls", "verify-full")
            raise Invalid("a tenant's database is reached over TLS only", errors=[rule])
        return {"sslmode": "disable"}
    import certifi

    return {"sslmode": "verify-full", "sslrootcert": network.ca_path or certifi.where()}
