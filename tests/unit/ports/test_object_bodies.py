"""Bodies on their way to a store: split, summed, and checked without blaming the store."""

import hashlib
import io
from collections.abc import Iterator

import pytest

from makoto.adapters.clouds import Connections, StoreKey
from makoto.ports.object_bodies import Parcel, checked
from makoto.ports.object_store import Body, Corrupted

SUM = hashlib.sha256(b"abcdef").hexdigest()


class Once(io.RawIOBase):
    """A file that cannot be wound back, as a socket's."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, size: int = -1) -> bytes:
        size = len(self._left) if size < 0 else size
        read, self._left = self._left[:size], self._left[size:]
        return read

    def seekable(self) -> bool:
        return False


def whole(parcel: Parcel) -> bytes:
    return parcel.head + b"".join(parcel.rest or ())


@pytest.mark.parametrize("body", [b"abcdef", bytearray(b"abcdef"), memoryview(b"abcdef"), io.BytesIO(b"abcdef")])
@pytest.mark.parametrize("size", [3, 6, 100])
def test_a_body_that_can_be_read_twice_has_its_sum_before_it_is_sent(body: Body, size: int) -> None:
    parcel = Parcel.of(body, size)

    assert (parcel.sha256, parcel.rest is None) == (SUM, size >= 6)
    assert whole(parcel) == b"abcdef"
    if isinstance(body, io.BytesIO):
        body.seek(0)


def test_a_file_is_taken_from_where_it_stands() -> None:
    file = io.BytesIO(b"skipped" + b"abcdef")
    file.seek(7)

    parcel = Parcel.of(file, 3)

    assert (parcel.sha256, whole(parcel)) == (SUM, b"abcdef")


def test_a_long_body_that_can_be_read_once_has_no_sum_before_its_end() -> None:
    for body in (iter([b"abc", b"def"]), Once(b"abcdef")):
        parcel = Parcel.of(body, 3)

        assert parcel.sha256 == ""
        assert whole(parcel) == b"abcdef"


def test_the_sum_of_what_passed_is_told_at_the_end() -> None:
    told: list[str] = []

    assert b"".join(checked("k", iter([b"abc", b"def"]), "", told.append)) == b"abcdef"
    assert told == [SUM]


def test_the_end_of_another_body_is_an_error() -> None:
    pieces: Iterator[bytes] = checked("k", iter([b"abc"]), SUM)

    assert next(pieces) == b"abc"
    with pytest.raises(Corrupted):
        next(pieces)


def test_wrong_sums_do_not_make_a_store_look_down() -> None:
    connection = Connections().connection(StoreKey("t", "objects"), object)

    def act(_: object) -> None:
        raise Corrupted("k")

    for _ in range(10):
        with pytest.raises(Corrupted):
            connection.call(act)
