"""A few connections to one tenant's database, opened by whom they serve.

Not psycopg_pool's: that opens in threads of its own (four a tenant), so that a refused password is seen only as a
time-out, and its check asks the server at each loan, which doubles a point read.
"""

import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

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
        self._places = threading.BoundedSemaphore(most)
        self._kept: list[tuple[Session, float]] = []
        self._is_closed = False

    @contextmanager
    def lend(self) -> Iterator[Session]:
        """Lend a session that looks alive; Throttled when all are lent for 5 s."""
        if not self._places.acquire(timeout=WAIT_S):
            raise Throttled("every connection to the tenant's store is in use")
        try:
            session = self._kept_session() or self._open()
            try:
                yield session
            finally:
                self._take_back(session)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close what is not lent now, and the rest when it comes back."""
        self._is_closed = True
        while (kept := self._last()) is not None:
            kept[0].close()

    def _last(self) -> tuple[Session, float] | None:
        try:
            return self._kept.pop()  # atomic
        except IndexError:
            return None

    def _kept_session(self) -> "Session | None":
        while (kept := self._last()) is not None:
            session, since = kept
            if time.monotonic() - since < IDLE_S and _is_silent(session):
                return session
            session.close()
        return None

    def _take_back(self, session: Session) -> None:
        """Keep a session that is outside any transaction; in every other state it is of no use to the next."""
        if session.pgconn.transaction_status != _IDLE:
            session.close()
            return
        self._kept.append((session, time.monotonic()))
        if self._is_closed:
            self.close()


def _is_silent(session: Session) -> bool:
    """Tell without asking the server: an idle session has nothing to say but that it was ended."""
    watch = select.poll()
    watch.register(session.fileno(), select.POLLIN)
    return not watch.poll(0)
