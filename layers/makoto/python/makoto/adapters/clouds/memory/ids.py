"""Identifiers that count, the same in every run."""

import hashlib
import itertools

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class CountingIds:
    """ULIDs 1, 2, 3, … and bytes that look random and repeat in every run."""

    def __init__(self) -> None:
        self._ulids = itertools.count(1)
        self._draws = itertools.count(1)

    def ulid(self) -> str:
        number = next(self._ulids)
        return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))

    def random(self, n: int) -> bytes:
        return hashlib.shake_128(b"%d" % next(self._draws)).digest(n)
