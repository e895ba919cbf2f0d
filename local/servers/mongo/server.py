"""The sockets: one thread a connection, one that removes what is over."""

import itertools
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from local.servers.mongo.engine import Engine, Visitor
from local.servers.mongo.fail_points import Dropped
from local.servers.mongo.journal import Journal
from local.servers.mongo.store import Store
from local.servers.mongo.users import Users
from local.servers.mongo.wire import Broken, read_request, write_answer

TIDY_EVERY_S = 0.5


class MongoServer:
    """Listens on 127.0.0.1. Without `users` nobody signs in; without `replica_set` it stands alone."""

    def __init__(
        self,
        *,
        port: int = 0,
        users: dict[str, str] | None = None,
        data: Path | None = None,
        replica_set: str | None = "rs0",
        certificate: tuple[Path, Path] | None = None,
        ttl_every_s: float = 60.0,
        transaction_s: float = 60.0,
    ) -> None:
        self._journal = Journal(data)
        self._engine = Engine(Store(self._journal), Users(users or {}), replica_set, transaction_s)
        self._tls = _tls(certificate)
        self._ttl_every_s = ttl_every_s
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self._numbers = itertools.count(1)
        self.advertise(self.address)

    @property
    def address(self) -> str:
        """`host:port` of the listener."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def advertise(self, address: str) -> None:
        """Tell drivers to connect to this address: that of a proxy before the server, say."""
        self._engine.advertised = address

    def start(self) -> Self:
        for work in (self._accept, self._tidy):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Close every connection and the file."""
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.disconnect()
        for thread in self._threads:
            thread.join(5)
        self._journal.close()

    def disconnect(self) -> None:
        """Hang up on every client, as a server that restarts does."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        visitor = Visitor(next(self._numbers))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with plain, suppress(OSError):
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            self._open.add(connection)
            try:
                with connection, connection.makefile("rb") as stream, suppress(Broken, Dropped):
                    self._converse(visitor, connection, stream)
            finally:
                self._open.discard(connection)
                self._engine.hung_up(visitor)

    def _converse(self, visitor: Visitor, connection: socket.socket, stream: IO[bytes]) -> None:
        while (request := read_request(stream)) is not None:
            answer = self._engine.answer(visitor, request.body)
            if request.wants_answer:
                connection.sendall(write_answer(request, answer))

    def _tidy(self) -> None:
        next_expiry = time.monotonic() + self._ttl_every_s
        while not self._stopped.wait(min(TIDY_EVERY_S, self._ttl_every_s)):
            self._engine.tidy()
            if time.monotonic() >= next_expiry:
                self._engine.expire()
                next_expiry = time.monotonic() + self._ttl_every_s


def _tls(certificate: tuple[Path, Path] | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
