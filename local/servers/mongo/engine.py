"""Each command to what does it: sign-in first, then rights, fail points, and the session."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.servers.mongo.catalog import Catalog
from local.servers.mongo.crud import Call, Crud
from local.servers.mongo.errors import STANDALONE, CommandError
from local.servers.mongo.fail_points import FailPoint
from local.servers.mongo.scram import Conversation, begin, username_of
from local.servers.mongo.sessions import Sessions
from local.servers.mongo.store import Store, documents_of
from local.servers.mongo.users import Users

Body = dict[str, Any]
GREETINGS = ("hello", "ismaster", "isMaster")
ENDS = ("abortTransaction", "commitTransaction")


@dataclass(slots=True)
class Visitor:
    """One connection: who has signed in on it."""

    number: int
    username: str | None = None
    conversation: Conversation | None = None


class Engine:
    """A server but for its sockets. `advertised` is what drivers are told to connect to."""

    def __init__(self, store: Store, users: Users, replica_set: str | None, transaction_s: float) -> None:
        self.advertised = ""
        self._store = store
        self._users = users
        self._replica_set = replica_set
        self._crud, self._catalog = Crud(store), Catalog(store)
        self._sessions = Sessions(store, transaction_s)
        self._fail_point = FailPoint()
        self._commands = self._all()

    def answer(self, visitor: Visitor, body: Body) -> Body:
        """Do a command; a refusal is an answer too."""
        try:
            return {**self._done(visitor, next(iter(body)), body), "ok": 1.0}
        except CommandError as refused:
            return refused.answer()

    def hung_up(self, visitor: Visitor) -> None:
        self._sessions.hung_up(visitor.number)

    def tidy(self) -> None:
        """Give up transactions that nobody ends."""
        self._sessions.reap()

    def expire(self) -> None:
        """Remove what TTL indexes say is over."""
        now = datetime.fromtimestamp(time.time(), UTC)
        with self._store.lock:
            tables = list(self._store.tables.items())
        for name, table in tables:
            for index in table.indexes.values():
                if "expireAfterSeconds" in index:
                    self._expire(name, next(iter(index["key"])), now.timestamp() - index["expireAfterSeconds"])

    def _expire(self, name: str, field: str, before: float) -> None:
        with self._store.lock:
            table = self._store.tables.get(name)
            over = [
                document["_id"]
                for document in (documents_of(table) if table else ())
                if isinstance(document.get(field), datetime) and document[field].timestamp() <= before
            ]
        for each in over:
            database, _, collection = name.partition(".")
            query = {"_id": each, field: {"$lte": datetime.fromtimestamp(before, UTC)}}
            asked = {"delete": collection, "$db": database, "deletes": [{"q": query, "limit": 1}]}
            self._crud.delete(Call("delete", asked, None))

    def _done(self, visitor: Visitor, name: str, body: Body) -> Body:
        if name in GREETINGS:
            return self._hello(body)
        if name in self._open(visitor):
            return self._open(visitor)[name](body)
        self._users.check(visitor.username, name, body["$db"])
        if name == "configureFailPoint":
            return self._fail_point.configure(body)
        besides = self._fail_point.strike(name, body)
        return {**self._run(visitor, name, body), **besides}

    def _run(self, visitor: Visitor, name: str, body: Body) -> Body:
        if name not in self._commands:
            raise CommandError(59, f"no such command: '{name}'")
        if "txnNumber" in body and self._replica_set is None:
            raise CommandError(STANDALONE, "Transaction numbers are only allowed on a replica set member or mongos")
        if name in ENDS:
            return self._commands[name](Call(name, body, None))
        return self._sessions.run(body, lambda within: self._commands[name](Call(name, body, within)), visitor.number)

    def _hello(self, body: Body) -> Body:
        """Say what this server is; a driver that names its user is told how that user may sign in."""
        mechanisms = {"saslSupportedMechs": ["SCRAM-SHA-256"]} if "saslSupportedMechs" in body else {}
        member = (
            {"setName": self._replica_set, "setVersion": 1, "hosts": [self.advertised]} if self._replica_set else {}
        )
        return {
            "isWritablePrimary": True,
            "ismaster": True,
            "helloOk": True,
            **member,
            **mechanisms,
            **({"primary": self.advertised, "me": self.advertised} if member else {}),
            "maxBsonObjectSize": 16 * 1024 * 1024,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
            "localTime": datetime.fromtimestamp(time.time(), UTC),
            "logicalSessionTimeoutMinutes": 30,
            "minWireVersion": 0,
            "maxWireVersion": 21,  # MongoDB 7.0
            "readOnly": False,
        }

    def _open(self, visitor: Visitor) -> dict[str, Callable[[Body], Body]]:
        """What may be asked before signing in."""
        return {
            "ping": lambda _: {},
            "buildInfo": lambda _: {"version": "7.0.0", "versionArray": [7, 0, 0, 0], "modules": []},
            "buildinfo": lambda _: {"version": "7.0.0", "versionArray": [7, 0, 0, 0], "modules": []},
            "saslStart": lambda body: self._sign_in(visitor, body),
            "saslContinue": lambda body: self._signed_in(visitor, body),
            "endSessions": self._sessions.end,
            "connectionStatus": lambda _: self._status(visitor),
        }

    def _sign_in(self, visitor: Visitor, body: Body) -> Body:
        if body["mechanism"] != "SCRAM-SHA-256":
            raise CommandError(334, f"Unsupported mechanism {body['mechanism']}")
        name = username_of(body["payload"])
        visitor.conversation = begin(name, self._users.verifier(name), body["payload"])
        return {"conversationId": 1, "done": False, "payload": visitor.conversation.server_first.encode()}

    def _signed_in(self, visitor: Visitor, body: Body) -> Body:
        if visitor.conversation is None:
            raise CommandError(18, "Authentication failed.")
        payload = visitor.conversation.finish(body["payload"]) if body["payload"] else b""
        visitor.username = visitor.conversation.username
        return {"conversationId": 1, "done": True, "payload": payload}

    def _status(self, visitor: Visitor) -> Body:
        users = [{"user": visitor.username, "db": "admin"}] if visitor.username else []
        roles = list(self._users.roles(visitor.username))
        return {"authInfo": {"authenticatedUsers": users, "authenticatedUserRoles": roles}}

    def _put_user(self, call: Call) -> Body:
        self._users.put(call.body[call.name], call.body, call.body["$db"], new=call.name == "createUser")
        return {}

    def _remove_user(self, call: Call) -> Body:
        self._users.remove(call.body["dropUser"])
        return {}

    def _all(self) -> dict[str, Callable[[Call], Body]]:
        return {
            "abortTransaction": lambda call: self._sessions.abort(call.body),
            "commitTransaction": lambda call: self._sessions.commit(call.body),
            "count": self._crud.count,
            "create": self._catalog.create,
            "createIndexes": self._catalog.create_indexes,
            "createUser": self._put_user,
            "delete": self._crud.delete,
            "drop": self._catalog.drop,
            "dropDatabase": self._catalog.drop_database,
            "dropUser": self._remove_user,
            "find": self._crud.find,
            "getMore": self._crud.get_more,
            "insert": self._crud.insert,
            "killCursors": self._crud.kill_cursors,
            "listCollections": self._catalog.list_collections,
            "listDatabases": self._catalog.list_databases,
            "listIndexes": self._catalog.list_indexes,
            "update": self._crud.update,
            "updateUser": self._put_user,
        }
