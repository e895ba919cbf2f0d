"""Faults on demand, for tests: the next requests for items are throttled, or answered too late or never."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from local.servers.cosmos.errors import Refused, throttled

Kind = Literal["throttle", "fail", "lose", "hang"]


class AnswerLost(Exception):
    """The request was done, and its answer is not to be sent."""


@dataclass
class Faults:
    """`throttle` and `fail` happen before the request is done, `lose` and `hang` after it."""

    ahead: deque[tuple[Kind, float]] = field(default_factory=deque)
    skipped: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, kind: Kind, times: int, value: float, after: int = 0) -> None:
        """Let the next requests fail, the first `after` excepted; 0 times forgets what was planned."""
        with self._lock:
            self.skipped = after
            self.ahead = deque([(kind, value)] * times)

    def next(self) -> tuple[Kind, float] | None:
        """Take the fault of this request."""
        with self._lock:
            if self.skipped and self.ahead:
                self.skipped -= 1
                return None
            return self.ahead.popleft() if self.ahead else None


def before(fault: tuple[Kind, float] | None) -> None:
    """Refuse a request that is not to be done."""
    if fault is not None and fault[0] == "throttle":
        raise throttled(int(fault[1]))
    if fault is not None and fault[0] == "fail":
        raise Refused(int(fault[1]), "Fault", "a fault was asked for")


def after(fault: tuple[Kind, float] | None) -> None:
    """Keep back the answer of a request that was done."""
    if fault is not None and fault[0] == "lose":
        raise AnswerLost
    if fault is not None and fault[0] == "hang":
        time.sleep(fault[1])
