"""One connection a process to Aurora; each transaction says whose rows it may see."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString, Self

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from makoto.errors import Invalid, Unavailable

Row = dict[str, Any]  # columns by name; the adapter parses each row into a typed value at once
Connection = psycopg.Connection[Row]

CONNECT_TIMEOUT_S = 20  # Aurora at 0 ACU resumes within 15 s, and an API Gateway request lives 29 s
STATEMENT_TIMEOUT_MS = 20_000
DEAD_AFTER_MS = 10_000
"""A writer that vanished sends nothing: without these a connection to it would hang until the function's own end."""

KEEPALIVE: dict[str, Any] = {  # Any: beside psycopg's own keywords, these go to libpq as they are
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": DEAD_AFTER_MS,
}
RDS_ROOTS = Path(__file__).with_name("rds_roots.pem")
"""Amazon's root certificates of RDS, three a region (RSA 2048, RSA 4096, ECC 384), valid until 2061 or later.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_BIND: LiteralString = "SELECT set_config('makoto.tenant_id', %s, true), set_config('makoto.scope', %s, true)"


class DatabaseUnavailable(Unavailable):
    """Aurora does not answer, or asks to try again."""


class DatabaseLogin(BaseModel):
    """A database role's secret; what RDS writes beside these fields is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    username: str
    password: SecretStr
    host: str
    port: int = Field(default=5432, ge=1, le=65535)
    dbname: str = "makoto"

    @classmethod
    def from_secret(cls, text: str) -> Self:
        return cls.model_validate(json.loads(text))

    @property
    def tls(self) -> dict[str, Any]:  # Any: as above
        """Anywhere but on this machine the server must prove its name; the cluster refuses plain connections too."""
        if self.host in _LOOPBACK:
            return {"sslmode": "disable"}
        return {"sslmode": "verify-full", "sslrootcert": str(RDS_ROOTS)}

    def connect(self, *, autocommit: bool = False) -> Connection:
        """Open a connection to the writer; for seconds after a failover the cluster's name leads to a reader."""
        return psycopg.connect(
            **self.tls,
            **KEEPALIVE,
            host=self.host,
            port=self.port,
            dbname=self.dbname,
            user=self.username,
            password=self.password.get_secret_value(),
            target_session_attrs="read-write",
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="makoto",
            autocommit=autocommit,
            row_factory=dict_row,
        )


class Database:
    """Transactions over one connection, opened when first needed and again after it broke; for one thread at a time.

    `login` is asked at each opening, so that a changed password is taken up.
    """

    def __init__(self, login: Callable[[], DatabaseLogin]) -> None:
        self._login = login
        self._connection: Connection | None = None

    @contextmanager
    def tenant(self, tenant_id: str) -> Iterator[Connection]:
        """A transaction that sees this tenant's rows only."""
        with self._transaction(tenant_id, "") as connection:
            yield connection

    @contextmanager
    def platform(self) -> Iterator[Connection]:
        """A transaction that acts for the operator and sees every tenant's rows."""
        with self._transaction("", "platform") as connection:
            yield connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    @contextmanager
    def _transaction(self, tenant_id: str, scope: str) -> Iterator[Connection]:
        with translated_errors():
            connection = self._opened()
            with _closed_if_a_reader(connection), connection.transaction():
                connection.execute(_BIND, (tenant_id, scope))
                yield connection

    def _opened(self) -> Connection:
        """Return the connection; one that the server closed while this process slept is replaced."""
        if self._connection is not None and not self._connection.closed:
            try:
                self._connection.execute("SELECT 1")
            except psycopg.OperationalError:
                self._connection.close()
            else:
                return self._connection
        self._connection = self._login().connect(autocommit=True)
        self._connection.execute(SQL("SET statement_timeout = {}").format(STATEMENT_TIMEOUT_MS))
        return self._connection


@contextmanager
def _closed_if_a_reader(connection: Connection) -> Iterator[None]:
    """Let go of a writer that has become a reader: it would answer every question and refuse every write."""
    try:
        yield
    except psycopg.errors.ReadOnlySqlTransaction:
        connection.close()
        raise


@contextmanager
def translated_errors() -> Iterator[None]:
    """Say a database's errors in our words, most specific first."""
    try:
        yield
    except psycopg.DataError as error:  # a NUL, a number out of range
        raise Invalid("the database cannot store this value") from error
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
        # no connection, deadlock, timeout; a failover, which psycopg counts among the internal errors
        raise DatabaseUnavailable("the database does not answer") from error
