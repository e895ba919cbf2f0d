"""Bodies and keys that the suites over objects share."""

from collections.abc import Iterator

from makoto.ports.objects import Objects

KEY = "reports/2026/図面 😀.csv"
MIB = 1 << 20


def mebibytes(count: int) -> Iterator[bytes]:
    for n in range(count):
        yield bytes([n % 256]) * MIB


def broken_after(count: int) -> Iterator[bytes]:
    yield from mebibytes(count)
    raise ZeroDivisionError


def stored(objects: Objects, *keys: str) -> None:
    for key in keys:
        objects.upload(key, key.encode(), content_type="text/plain")
