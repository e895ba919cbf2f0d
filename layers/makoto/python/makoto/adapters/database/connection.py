"""One connection a process to Aurora; each transaction says whose rows it may see."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, Self

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from makoto.errors import Invalid, Unavailable

Row = dict[str, Any]  # columns by name; the adapter parses each row into a typed value at once
Connection = psycopg.Connection[Row]

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 20_000  # API Gateway gives up after 29 s
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
    def sslmode(self) -> str:
        """TLS is required anywhere but on this machine; the cluster refuses plain connections too."""
        return "disable" if self.host in _LOOPBACK else "require"

    def connect(self, *, autocommit: bool = False) -> Connection:
        """Open a connection."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=self.dbname,
            user=self.username,
            password=self.password.get_secret_value(),
            sslmode=self.sslmode,
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
            with connection.transaction():
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
def translated_errors() -> Iterator[None]:
    """Say a database's errors in our words, most specific first."""
    try:
        yield
    except psycopg.DataError as error:  # a NUL, a number out of range
        raise Invalid("the database cannot store this value") from error
    except psycopg.OperationalError as error:  # no connection, deadlock, timeout, failover
        raise DatabaseUnavailable("the database does not answer") from error
