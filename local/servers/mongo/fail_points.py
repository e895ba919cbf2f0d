"""The fail point `failCommand`, as a real server has it for tests (enableTestCommands)."""

import threading
from typing import Any

from local.servers.mongo.errors import RETRYABLE, TRANSIENT, CommandError, unknown

Body = dict[str, Any]


class Dropped(Exception):
    """The fail point asks to drop the connection."""


class FailPoint:
    """What is to fail next, and how often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 0.0
        self._data: Body = {}

    def configure(self, body: Body) -> Body:
        """Set it: `mode` is `alwaysOn`, `off` or a number of times."""
        if body["configureFailPoint"] != "failCommand":
            raise unknown("fail point", str(body["configureFailPoint"]))
        mode = body["mode"]
        times = float(mode["times"]) if isinstance(mode, dict) else {"alwaysOn": float("inf"), "off": 0.0}[mode]
        with self._lock:
            self._left, self._data = times, body.get("data", {})
        return {}

    def strike(self, name: str, body: Body) -> Body:
        """Fail this command if it is to; return what its answer gets besides."""
        with self._lock:
            if self._left <= 0 or name not in self._data.get("failCommands", []):
                return {}
            self._left -= 1
            data = self._data
        if data.get("closeConnection"):
            raise Dropped
        if "errorCode" in data:
            code = int(data["errorCode"])
            raise CommandError(
                code, f"failing {name} by a fail point", data.get("errorLabels", _labels(code, name, body))
            )
        return {each: data[each] for each in ("writeConcernError",) if each in data}


def _labels(code: int, name: str, body: Body) -> list[str]:
    if code not in RETRYABLE or "txnNumber" not in body:
        return []
    within = body.get("autocommit") is False and name not in ("commitTransaction", "abortTransaction")
    return [TRANSIENT] if within else ["RetryableWriteError"]
