"""The simulator's only access to the time and to chance."""

import time

from ulid import ULID


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def elapsed_s() -> float:
    """Monotonic seconds, to measure with."""
    return time.monotonic()


def cpu_s() -> float:
    """Processor seconds of this process, all threads."""
    return time.process_time()


def new_session() -> str:
    """A ULID, so that sessions sort by their start."""
    return str(ULID())
