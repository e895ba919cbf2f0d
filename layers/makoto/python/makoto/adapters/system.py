"""The machine's own clock and randomness."""

import secrets
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the one place

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class SystemIds:
    """The operating system's randomness."""

    def ulid(self) -> str:
        return ulid_of(time.time_ns() // 1_000_000, secrets.token_bytes(10))

    def random(self, n: int) -> bytes:
        return secrets.token_bytes(n)


def ulid_of(ms: int, random: bytes) -> str:
    """Write 48 bits of time and 80 of randomness in Crockford base 32 (github.com/ulid/spec)."""
    number = ms << 80 | int.from_bytes(random, "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
