"""The signed-in session: tokens in a file that only its owner reads."""

import base64
import json
from pathlib import Path
from typing import Any, Self

from makoto.domain import Value

FILE = "session.json"


class Session(Value):
    """Tokens of one user at one server."""

    url: str
    username: str
    access_token: str
    refresh_token: str

    @property
    def claims(self) -> dict[str, Any]:
        """What the access token says; the server verifies it, this side only reads its own tenant from it."""
        body = self.access_token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        path = folder / FILE
        return cls.model_validate_json(path.read_bytes()) if path.is_file() else None

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        path.touch(mode=0o600)
        path.write_text(self.model_dump_json())

    @staticmethod
    def forget(folder: Path) -> None:
        (folder / FILE).unlink(missing_ok=True)
