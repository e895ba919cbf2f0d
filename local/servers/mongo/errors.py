"""The errors that the server answers with, by MongoDB's codes and names."""

from collections.abc import Sequence
from typing import Any

NAMES = {
    2: "BadValue",
    9: "FailedToParse",
    13: "Unauthorized",
    18: "AuthenticationFailed",
    20: "IllegalOperation",
    24: "LockTimeout",
    26: "NamespaceNotFound",
    43: "CursorNotFound",
    48: "NamespaceExists",
    52: "DollarPrefixedFieldName",
    59: "CommandNotFound",
    66: "ImmutableField",
    85: "IndexOptionsConflict",
    91: "ShutdownInProgress",
    112: "WriteConflict",
    189: "PrimarySteppedDown",
    225: "TransactionTooOld",
    251: "NoSuchTransaction",
    262: "ExceededTimeLimit",
    10107: "NotWritablePrimary",
    10334: "BSONObjectTooLarge",
    11000: "DuplicateKey",
    11600: "InterruptedAtShutdown",
    13435: "NotPrimaryNoSecondaryOk",
}
STANDALONE = 20
CONFLICT = 112
DUPLICATE_KEY = 11000
NO_TRANSACTION = 251
TRANSIENT = "TransientTransactionError"
RETRYABLE = frozenset({6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})


class CommandError(Exception):
    """A command is refused."""

    def __init__(self, code: int, text: str, labels: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.labels = list(labels)

    def answer(self) -> dict[str, Any]:
        """Say it as a command's answer."""
        labels = {"errorLabels": self.labels} if self.labels else {}
        name = NAMES.get(self.code, f"Location{self.code}")
        return {"ok": 0.0, "errmsg": str(self), "code": self.code, "codeName": name, **labels}


def unknown(what: str, name: str) -> CommandError:
    """Refuse what this server does not know, so that nobody takes silence for an answer."""
    return CommandError(9, f"this server knows no {what} {name}")
