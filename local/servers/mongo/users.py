"""Who may sign in, and what each may do in which database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.servers.mongo.errors import CommandError
from local.servers.mongo.scram import Verifier

READS = frozenset({"find", "count", "getMore", "listCollections", "listIndexes", "killCursors"})
WRITES = READS | {"insert", "update", "delete", "create", "createIndexes", "drop"}
ADMINISTERS = WRITES | {"dropDatabase", "createUser", "updateUser", "dropUser", "listDatabases", "configureFailPoint"}
ROLES = {"read": READS, "readWrite": WRITES, "dbOwner": ADMINISTERS, "root": ADMINISTERS}
OWN_SESSION = frozenset({"commitTransaction", "abortTransaction"})
Role = dict[str, str]


@dataclass(slots=True)
class User:
    """One user; `root` of `admin` holds in every database."""

    verifier: Verifier
    roles: list[Role]

    def may(self, command: str, database: str) -> bool:
        return any(
            command in ROLES[role["role"]] and (role["db"] == database or role["role"] == "root") for role in self.roles
        )


class Users:
    """The users of a server; without any, everybody may do all."""

    def __init__(self, passwords: dict[str, str]) -> None:
        self._users = {
            name: User(Verifier.of(password), [{"role": "root", "db": "admin"}]) for name, password in passwords.items()
        }

    def verifier(self, name: str) -> Verifier | None:
        return self._users[name].verifier if name in self._users else None

    def roles(self, name: str | None) -> Sequence[Role]:
        return self._users[name].roles if name in self._users else []

    def check(self, name: str | None, command: str, database: str) -> None:
        """Refuse a command that this user may not give; one whose user is gone needs to sign in again."""
        if not self._users:
            return
        user = self._users.get(name or "")
        if user is None:
            raise CommandError(13, f"Command {command} requires authentication")
        if command not in OWN_SESSION and not user.may(command, database):
            raise CommandError(13, f"not authorized on {database} to execute command {command}")

    def put(self, name: str, given: dict[str, Any], database: str, *, new: bool) -> None:
        """Make a user, or change the password or the roles of one."""
        if new == (name in self._users):
            raise CommandError(51003 if new else 11, f"User {name} {'already exists' if new else 'not found'}")
        before = self._users.get(name)
        verifier = Verifier.of(given["pwd"]) if "pwd" in given or before is None else before.verifier
        roles = (
            [_role(each, database) for each in given["roles"]] if "roles" in given else before.roles if before else []
        )
        self._users[name] = User(verifier, roles)

    def remove(self, name: str) -> None:
        if self._users.pop(name, None) is None:
            raise CommandError(11, f"User {name} not found")


def _role(given: Any, database: str) -> Role:
    role = {"role": given, "db": database} if isinstance(given, str) else {"role": given["role"], "db": given["db"]}
    if role["role"] not in ROLES:
        raise CommandError(31, f"this server knows no role {role['role']}")
    return role
