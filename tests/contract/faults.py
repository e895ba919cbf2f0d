"""A relay on loopback between a client and a server, which cuts, delays or refuses as a test tells it."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Self

HOST = "127.0.0.1"
PIECE = 65_536

Side = Literal["request", "answer"]
Greet = Callable[[socket.socket], socket.socket]


@dataclass
class _Cut:
    """Where the next cut is: after so many bytes of a side, or at the request that holds these."""

    side: Side
    left: int
    at: bytes | None
    is_due: bool = False

    def passes(self, side: Side, piece: bytes) -> int | None:
        """Say how many bytes of a piece go on before the cut; none where there is no cut in it."""
        if self.at is not None:
            return self._passes_until(self.at, side, piece)
        if side != self.side:
            return None
        if len(piece) >= self.left:
            return self.left
        self.left -= len(piece)
        return None

    def _passes_until(self, at: bytes, side: Side, piece: bytes) -> int | None:
        if side == "request" and at in piece:
            self.is_due = True
            return 0 if self.side == "request" else None
        return 0 if side == self.side == "answer" and self.is_due else None


class FaultyProxy:
    """Relays to a port of this machine. A cut resets both connections (RST), as a crash or a firewall does, once.

    `greet` may change a client's socket before anything is relayed, say into one with TLS.
    """

    def __init__(self, target_port: int, *, greet: Greet = lambda client: client) -> None:
        self.target_port = target_port
        self.delay_s = 0.0
        self._greet = greet
        self._cut: _Cut | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = self._listening(0)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _shut(self._listener)
        self.reset()

    def cut_request(self, *, after_bytes: int = 0, at: bytes | None = None) -> None:
        """Cut before the server sees the rest: after so many bytes from now, or at the piece that holds `at`."""
        self._cut = _Cut("request", after_bytes, at)

    def cut_answer(self, *, after_bytes: int = 0, to: bytes | None = None) -> None:
        """Cut before the client sees the rest; the server has done what was asked. `to`: the answer to this request."""
        self._cut = _Cut("answer", after_bytes, to)

    def reset(self) -> None:
        """Reset every connection there is."""
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            self._drop(each)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse new connections and reset those there are, as a server that is down."""
        _shut(self._listener)
        self.reset()
        try:
            yield
        finally:
            self._listener = self._listening(self.port)

    def _listening(self, port: int) -> socket.socket:
        listener = socket.create_server((HOST, port), reuse_port=False)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            greeted = self._greet(client)
            server = socket.create_connection((HOST, self.target_port))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {greeted, server}
        back = threading.Thread(target=self._relay, args=(server, greeted, "answer"), daemon=True)
        back.start()
        self._relay(greeted, server, "request")
        back.join()

    def _relay(self, source: socket.socket, sink: socket.socket, side: Side) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                passed = self._cut.passes(side, piece) if self._cut else None
                if passed is not None:
                    self._cut = None
                    sink.sendall(piece[:passed])
                    break
                if side == "answer" and self.delay_s:
                    time.sleep(self.delay_s)
                sink.sendall(piece)
        self._drop(source)
        self._drop(sink)

    def _drop(self, each: socket.socket) -> None:
        with self._lock:
            self._open.discard(each)
        with suppress(OSError):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with RST
        _shut(each)


def _shut(each: socket.socket) -> None:
    """Wake the thread that reads it, which sends nothing to the other end, and close."""
    with suppress(OSError):
        each.shutdown(socket.SHUT_RD)
    each.close()
