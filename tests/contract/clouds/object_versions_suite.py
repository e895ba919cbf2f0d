"""What every object store must do about versions, checksums and many objects at once."""

import hashlib
import io
from collections.abc import Iterator

import pytest

from makoto.errors import Conflict, Invalid
from makoto.ports.objects import CHECKSUM, Corrupted, Deleted, ObjectChanged, ObjectNotFound, Objects
from tests.contract.clouds.object_bodies import KEY, MIB, mebibytes, stored
from tests.contract.clouds.store_contract import StoreContract


def sum_of(pieces: Iterator[bytes]) -> str:
    return hashlib.sha256(b"".join(pieces)).hexdigest()


def spoil(objects: Objects, key: str, body: bytes) -> None:
    """Change the bytes behind the portable class's back, so that the kept checksum is another's."""
    objects.driver.put(
        key, body, "text/plain", {CHECKSUM: sum_of(iter([b"another"]))}, when_absent=False, if_match=None
    )


class ObjectVersionsContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    def test_an_upload_over_a_version_replaces_that_version_only(self, objects: Objects) -> None:
        first = objects.upload(KEY, b"first", content_type="text/plain")
        if not objects.driver.limits.replaces_version:
            with pytest.raises(Invalid):
                objects.upload(KEY, b"second", content_type="text/plain", if_match=first.etag)
            pytest.skip("declared: the store cannot")
        second = objects.upload(KEY, b"second", content_type="text/plain", if_match=first.etag)

        with pytest.raises(ObjectChanged):
            objects.upload(KEY, b"third", content_type="text/plain", if_match=first.etag)

        assert (objects.download(KEY), objects.head(KEY).etag) == (b"second", second.etag)

    def test_a_version_that_is_gone_is_a_conflict(self, objects: Objects) -> None:
        first = objects.upload(KEY, b"first", content_type="text/plain")
        objects.delete(KEY)

        if objects.driver.limits.replaces_version:
            with pytest.raises(ObjectChanged):
                objects.upload(KEY, b"second", content_type="text/plain", if_match=first.etag)
            with pytest.raises(ObjectNotFound):
                objects.head(KEY)
        for read in (objects.download, objects.stream):
            with pytest.raises((Conflict, ObjectNotFound)):
                read(KEY, if_match=first.etag)

    def test_a_conditional_upload_is_one_condition_on_one_request(self, objects: Objects) -> None:
        etag = objects.upload(KEY, b"first", content_type="text/plain").etag

        for body, when_absent in ((b"", True), (mebibytes(9), False)):
            with pytest.raises(Invalid):
                objects.upload(KEY, body, content_type="text/plain", when_absent=when_absent, if_match=etag)

        assert objects.download(KEY) == b"first"

    def test_a_read_of_a_version_gives_that_version_or_nothing(self, objects: Objects) -> None:
        first = objects.upload(KEY, b"first", content_type="text/plain")
        assert objects.download(KEY, if_match=first.etag) == b"first"
        assert objects.download(KEY, range=(1, 3), if_match=first.etag) == b"ir"
        assert b"".join(objects.stream(KEY, if_match=first.etag)) == b"first"
        objects.upload(KEY, b"second", content_type="text/plain")

        with pytest.raises(ObjectChanged):
            objects.download(KEY, if_match=first.etag)
        with pytest.raises(ObjectChanged):
            objects.download(KEY, range=(1, 3), if_match=first.etag)
        with pytest.raises(ObjectChanged):
            objects.stream(KEY, if_match=first.etag)

    def test_all_pieces_of_a_stream_are_of_one_version(self, objects: Objects) -> None:
        objects.upload(KEY, b"".join(mebibytes(20)), content_type="text/plain")
        pieces = objects.stream(KEY)
        begin = next(pieces)

        objects.upload(KEY, b"\xff" * (20 * MIB), content_type="text/plain")

        read = begin
        try:
            read += b"".join(pieces)
        except Conflict:
            assert read in b"".join(mebibytes(20))
        else:
            assert read == b"".join(mebibytes(20))

    @pytest.mark.parametrize(
        "body",
        [b"abc", b"", b"".join(mebibytes(9)), io.BytesIO(b"".join(mebibytes(9))), iter([b"a", b"bc"])],
        ids=["short", "empty", "long", "file", "stream"],
    )
    def test_the_checksum_lies_beside_the_object(self, objects: Objects, body: "bytes | io.BytesIO") -> None:
        info = objects.upload(KEY, body, content_type="text/plain", metadata={"a": "b"})

        head = objects.head(KEY)

        assert head.sha256 == info.sha256 == sum_of(objects.stream(KEY)) != ""
        assert head.metadata == info.metadata == {"a": "b"}

    def test_the_checksum_of_a_long_stream_is_told_and_kept_where_it_was_given(self, objects: Objects) -> None:
        known = sum_of(mebibytes(9))

        assert objects.upload("told", mebibytes(9), content_type="text/plain").sha256 == known
        objects.upload("kept", mebibytes(9), content_type="text/plain", sha256=known)

        assert (objects.head("told").sha256, objects.head("kept").sha256) == ("", known)
        assert sum_of(objects.stream("told")) == sum_of(objects.stream("kept")) == known

    @pytest.mark.parametrize("count", [1, 20])
    def test_a_body_that_is_not_what_was_told_is_not_stored(self, objects: Objects, count: int) -> None:
        with pytest.raises(Corrupted):
            objects.upload(KEY, mebibytes(count), content_type="text/plain", sha256="0" * 64)
        with pytest.raises(Invalid):
            objects.upload(KEY, b"", content_type="text/plain", sha256="none")

        with pytest.raises(ObjectNotFound):
            objects.head(KEY)

    def test_a_body_that_is_not_what_was_stored_is_corrupted(self, objects: Objects) -> None:
        spoil(objects, KEY, b"spoiled")

        with pytest.raises(Corrupted):
            objects.download(KEY)
        pieces = objects.stream(KEY)
        with pytest.raises(Corrupted):
            b"".join(pieces)
        assert objects.download(KEY, verify=False) == b"".join(objects.stream(KEY, verify=False)) == b"spoiled"
        assert objects.download(KEY, range=(0, 3)) == b"spo"

    def test_the_platforms_own_metadata_cannot_be_given(self, objects: Objects) -> None:
        with pytest.raises(Invalid):
            objects.upload(KEY, b"", content_type="text/plain", metadata={CHECKSUM: "0" * 64})

    def test_a_copy_keeps_its_checksum(self, objects: Objects) -> None:
        info = objects.upload(KEY, b"abc", content_type="text/csv")

        objects.copy(KEY, "copy")

        assert objects.head("copy").sha256 == info.sha256

    def test_many_are_deleted_at_once_and_the_absent_count_as_gone(self, objects: Objects) -> None:
        keys = [f"x/{n}" for n in range(5)] + [KEY, "x/a b+c&d,'(1)!@$:;.parquet"]
        stored(objects, *keys, "kept")

        assert objects.delete_many([*keys, "absent", keys[0]]) == Deleted((*keys, "absent"))
        assert [found.key for found in objects.list().items] == ["kept"]
        assert objects.delete_many([]) == Deleted()
        with pytest.raises(Invalid):
            objects.delete_many(["kept", "/"])
        assert objects.head("kept").bytes == 4

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    def test_folders_are_listed_once_each_in_pages(self, objects: Objects, limit: int) -> None:
        stored(objects, "x/a/1", "x/a/2/3", "x/a-b/1", "x/a.txt", "x/b", "x/日本/1", "x/😀/1", "y/1", "z")
        found: list[str] = []
        cursor = None
        while True:
            page = objects.folders("x/", limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break

        assert found == ["x/a-b/", "x/a/", "x/日本/", "x/😀/"]
        assert objects.folders().items == ("x/", "y/")
        assert objects.folders("nobody/").items == ()
