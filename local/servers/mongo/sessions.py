"""Sessions: transactions across commands, and retryable writes that happen once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.servers.mongo.errors import NO_TRANSACTION, TRANSIENT, CommandError
from local.servers.mongo.store import Store, Transaction

Body = dict[str, Any]
Act = Callable[[Transaction | None], Body]
ORPHAN_S = 2.0


@dataclass(slots=True)
class Session:
    """What a session did last: its number, and the open transaction, its outcome or the answer to a write."""

    number: int = -1
    transaction: Transaction | None = None
    is_committed: bool = False
    answer: Body | None = None
    connection: int = 0
    orphaned_at: float | None = None


class Sessions:
    """The sessions of a server. A transaction ends after its lifetime, or soon after its connection is gone."""

    def __init__(self, store: Store, lifetime_s: float) -> None:
        self._store = store
        self._lifetime_s = lifetime_s
        self._sessions: dict[bytes, Session] = {}

    def run(self, body: Body, act: Act, connection: int) -> Body:
        """Do a command in the session, and the transaction, that it names."""
        if "lsid" not in body or "txnNumber" not in body:
            return act(None)
        session, number = self._session(body), int(body["txnNumber"])
        if body.get("autocommit") is not False:
            return self._once(session, number, act)
        with self._store.lock:
            transaction = self._entered(session, number, starts=bool(body.get("startTransaction")))
            session.connection, session.orphaned_at = connection, None
            return self._within(session, transaction, act)

    def commit(self, body: Body) -> Body:
        with self._store.lock:
            session = self._session(body)
            if session.number == body["txnNumber"] and session.transaction is not None:
                self._store.commit(session.transaction)
                session.transaction, session.is_committed = None, True
            elif session.number != body["txnNumber"] or not session.is_committed:
                raise _no_transaction(int(body["txnNumber"]))
        return {}

    def abort(self, body: Body) -> Body:
        with self._store.lock:
            session = self._session(body)
            if session.number != body["txnNumber"] or session.transaction is None:
                raise _no_transaction(int(body["txnNumber"]))
            self._give_up(session)
        return {}

    def end(self, body: Body) -> Body:
        with self._store.lock:
            for each in body["endSessions"]:
                session = self._sessions.pop(bytes(each["id"]), None)
                if session is not None:
                    self._give_up(session)
        return {}

    def hung_up(self, connection: int) -> None:
        """Note that a connection is gone; its transaction may go on by another within two seconds."""
        with self._store.lock:
            for session in self._sessions.values():
                if session.connection == connection and session.transaction is not None:
                    session.orphaned_at = time.monotonic()

    def reap(self) -> None:
        """Give up what has lived for too long."""
        now = time.monotonic()
        with self._store.lock:
            for session in self._sessions.values():
                if session.transaction is not None and (
                    now - session.transaction.started_at > self._lifetime_s
                    or (session.orphaned_at is not None and now - session.orphaned_at > ORPHAN_S)
                ):
                    self._give_up(session)

    def _session(self, body: Body) -> Session:
        with self._store.lock:
            return self._sessions.setdefault(bytes(body["lsid"]["id"]), Session())

    def _once(self, session: Session, number: int, act: Act) -> Body:
        """Do a write, or answer as before if it comes again."""
        if number == session.number and session.answer is not None:
            return session.answer
        answer = act(None)
        with self._store.lock:
            self._renew(session, number)
            session.answer = answer
        return answer

    def _entered(self, session: Session, number: int, *, starts: bool) -> Transaction:
        if starts:
            self._renew(session, number)
            session.transaction = self._store.begin()
        if session.number != number or session.transaction is None:
            raise _no_transaction(number)
        return session.transaction

    def _within(self, session: Session, transaction: Transaction, act: Act) -> Body:
        try:
            answer = act(transaction)
        except CommandError:
            self._give_up(session)
            raise
        if answer.get("writeErrors"):
            self._give_up(session)
        return answer

    def _renew(self, session: Session, number: int) -> None:
        if number <= session.number:
            raise CommandError(225, f"txnNumber {number} was used before")
        self._give_up(session)
        session.number, session.is_committed, session.answer = number, False, None

    def _give_up(self, session: Session) -> None:
        if session.transaction is not None:
            self._store.end(session.transaction)
            session.transaction = None


def _no_transaction(number: int) -> CommandError:
    return CommandError(NO_TRANSACTION, f"there is no transaction {number} of this session", [TRANSIENT])
