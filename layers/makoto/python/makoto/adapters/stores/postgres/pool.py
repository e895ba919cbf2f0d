"""A few connections to one tenant's database, opened by whom they serve.

Not psycopg_pool's: that opens in threads of its own (four a tenant), so that a refused password is seen only as a
time-out, and its check asks the server at each loan, which doubles a point read.
"""

import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from makoto.errors import Throttled

if TYPE_CHECKING:
    import psycopg

Session: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"  # Any: a row's columns are known where it is asked for

MAX_SESSIONS = 4
WAIT_S = 5.0
IDLE_S = 240.0  # less than the 350 s after which an AWS NAT gateway forgets a silent connection
_IDLE = 0  # libpq's PQTRANS_IDLE


class PostgresPool:
    """Opens nothing before the first loan and keeps at most `most` sessions, the last used lent first."""

    def __init__(self, open_session: Callable[[], Session], *, most: int = MAX_SESSIONS) -> None:
        self._open = open_session
        self._most = most
        self._places: list[_Kept | None] = [None] * most  # popped and appended to, which is atomic
        self._line: deque[object] = deque()
        self._returned = threading.Condition()
        self._is_closed = False

    @contextmanager
    def lend(self) -> Iterator[Session]:
        """Lend a session that looks alive; Throttled when all are lent for 5 s."""
        session: Session | None = None
        try:
            kept = self._awaited() if self._line else self._places.pop()  # nobody passes those who wait
        except IndexError:
            kept = self._awaited()
        try:
            session = self._usable(kept) or self._open()
            yield session
        finally:
            self._take_back(session)

    def close(self) -> None:
        """Close what is not lent now, and the rest when it comes back."""
        self._is_closed = True
        for kept in self._taken(self._most):
            if kept is not None:
                kept.session.close()
            self._places.append(None)

    def _awaited(self) -> "_Kept | None":
        deadline, ticket = time.monotonic() + WAIT_S, object()
        with self._returned:
            self._line.append(
                ticket
            )  # before looking, so that whoever gives back sees us or we see what was given back
            try:
                while self._line[0] is not ticket or not (taken := self._taken(1)):
                    if not self._returned.wait(deadline - time.monotonic()):
                        raise Throttled("every connection to the tenant's store is in use")
            finally:
                self._line.remove(ticket)
                self._returned.notify_all()
        return taken[0]

    def _taken(self, most: int) -> "list[_Kept | None]":
        taken: list[_Kept | None] = []
        with suppress(IndexError):
            while len(taken) < most:
                taken.append(self._places.pop())
        return taken

    def _usable(self, kept: "_Kept | None") -> "Session | None":
        if kept is None:
            return None
        if time.monotonic() - kept.since < IDLE_S and kept.is_silent():
            return kept.session
        kept.session.close()
        return None

    def _take_back(self, session: "Session | None") -> None:
        """Keep a session that is outside any transaction; in every other state it is of no use to the next."""
        kept = None
        if session is not None:
            if session.pgconn.transaction_status == _IDLE and not self._is_closed:
                kept = _Kept(session, time.monotonic())
            else:
                session.close()
        self._places.append(kept)
        if self._line:
            with self._returned:
                self._returned.notify_all()
        if self._is_closed and kept is not None:
            self.close()


class _Kept(NamedTuple):
    session: Session
    since: float

    def is_silent(self) -> bool:
        """Tell without asking the server: an idle session has nothing to say but that it was ended."""
        watch = select.poll()
        watch.register(self.session.fileno(), select.POLLIN)
        return not watch.poll(0)
