"""The signed-in session: tokens in a file that only its owner reads."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from cli.failures import Failed
from cli.private_files import write_private
from cli.texts import text

FILE = "session.json"


@dataclass(frozen=True, slots=True)
class Session:
    """Tokens of one user at one server."""

    url: str
    username: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def claims(self) -> dict[str, Any]:
        """What the access token says; the server verifies it, this side only reads its own tenant from it."""
        try:
            body = self.access_token.split(".")[1]
            claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (IndexError, binascii.Error, ValueError) as error:
            raise Failed(text("error.session")) from error
        return claims

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Read the remembered session; one that cannot be read is a failure, not an absence."""
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            return cls(**json.loads(path.read_bytes()))
        except (TypeError, ValueError) as error:
            raise Failed(text("error.session")) from error

    def save(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / FILE, json.dumps(asdict(self)))

    @staticmethod
    def forget(folder: Path) -> None:
        (folder / FILE).unlink(missing_ok=True)
