"""What every object store must do."""

import io
from datetime import timedelta

import pytest

from makoto.errors import Invalid
from makoto.ports.cursors import CursorRefused
from makoto.ports.objects import ObjectExists, ObjectNotFound, Objects
from tests.contract.clouds.object_bodies import KEY, MIB, broken_after, mebibytes, stored
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World


class ObjectsContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    @pytest.mark.parametrize("body", [b"", b"\x00\xff" * 100, "日本語".encode()])
    def test_an_object_comes_back_as_it_was(self, objects: Objects, body: bytes) -> None:
        info = objects.upload(KEY, body, content_type="text/csv; charset=utf-8", metadata={"lot-no": "ロット 7 % 1"})

        assert objects.download(KEY) == b"".join(objects.stream(KEY)) == body
        head = objects.head(KEY)
        assert (head.key, head.bytes, head.etag) == (KEY, len(body), info.etag)
        assert (head.content_type, head.metadata) == ("text/csv; charset=utf-8", {"lot-no": "ロット 7 % 1"})
        assert abs(head.modified_at - info.modified_at) < timedelta(minutes=5)

    @pytest.mark.parametrize(
        "body", [lambda: iter([b"ab", b"", b"c"]), lambda: io.BytesIO(b"abc"), lambda: iter([b"abc"])]
    )
    def test_a_short_stream_or_file_is_stored_whole(self, objects: Objects, body: "type[io.BytesIO]") -> None:
        objects.upload("a", body(), content_type="text/plain")

        assert objects.download("a") == b"abc"

    def test_a_long_stream_is_stored_in_parts_and_read_in_pieces(self, objects: Objects) -> None:
        info = objects.upload("long", mebibytes(20), content_type="text/plain", metadata={"a": "b"})

        assert (info.bytes, info.metadata) == (20 * MIB, {"a": "b"})
        pieces = [len(piece) for piece in objects.stream("long")]
        assert sum(pieces) == 20 * MIB
        assert len(pieces) > 1
        assert objects.download("long", range=(19 * MIB - 1, 19 * MIB + 1)) == bytes([18, 19])

    def test_long_bytes_are_stored_in_parts(self, objects: Objects) -> None:
        body = b"".join(mebibytes(9))

        objects.upload("long", body, content_type="text/plain")

        assert objects.download("long") == body

    @pytest.mark.parametrize("count", [2, 20])
    def test_a_stream_that_breaks_stores_nothing(self, objects: Objects, count: int) -> None:
        with pytest.raises(ZeroDivisionError):
            objects.upload("broken", broken_after(count), content_type="text/plain")

        with pytest.raises(ObjectNotFound):
            objects.head("broken")

    def test_an_upload_when_absent_stores_once(self, objects: Objects) -> None:
        if not objects.driver.limits.creates_once:
            with pytest.raises(Invalid):
                objects.upload(KEY, b"first", content_type="text/plain", when_absent=True)
            pytest.skip("declared: the store cannot")
        objects.upload(KEY, b"first", content_type="text/plain", when_absent=True)

        with pytest.raises(ObjectExists):
            objects.upload(KEY, b"second", content_type="text/plain", when_absent=True)

        assert objects.download(KEY) == b"first"

    def test_an_upload_when_absent_is_refused_where_it_cannot_be_decided_in_one_request(self, objects: Objects) -> None:
        with pytest.raises(Invalid):
            objects.upload(KEY, mebibytes(9), content_type="text/plain", when_absent=True)

    def test_an_upload_replaces_what_was_there(self, objects: Objects) -> None:
        first = objects.upload(KEY, b"1", content_type="text/plain", metadata={"a": "b"})
        second = objects.upload(KEY, b"22", content_type="text/csv")

        head = objects.head(KEY)

        assert (head.etag, head.bytes, head.content_type, head.metadata) == (second.etag, 2, "text/csv", {})
        assert first.etag != second.etag

    @pytest.mark.parametrize(
        ("span", "expected"),
        [((0, 1), b"0"), ((3, 6), b"345"), ((8, 100), b"89"), ((10, 20), b""), ((500, 501), b"")],
    )
    def test_a_range_gives_its_bytes_and_none_past_the_end(
        self, objects: Objects, span: tuple[int, int], expected: bytes
    ) -> None:
        objects.upload("digits", b"0123456789", content_type="text/plain")

        assert objects.download("digits", range=span) == expected

    @pytest.mark.parametrize("span", [(3, 3), (5, 2), (-1, 2)])
    def test_a_range_that_is_none_is_refused(self, objects: Objects, span: tuple[int, int]) -> None:
        with pytest.raises(Invalid):
            objects.download("digits", range=span)

    def test_an_object_that_is_not_there_is_not_found(self, objects: Objects) -> None:
        for read in (objects.download, objects.stream, objects.head, lambda key: objects.copy(key, "b")):
            with pytest.raises(ObjectNotFound):
                read("absent")
        with pytest.raises(ObjectNotFound):
            objects.download("absent", range=(0, 1))

    def test_a_delete_is_idempotent(self, objects: Objects) -> None:
        stored(objects, KEY)

        objects.delete(KEY)
        objects.delete(KEY)

        assert objects.list().items == ()

    def test_a_copy_takes_type_and_metadata_along(self, objects: Objects) -> None:
        objects.upload(KEY, b"abc", content_type="text/csv", metadata={"a": "é"})

        objects.copy(KEY, "copy")

        copied = objects.head("copy")
        assert (objects.download("copy"), copied.content_type, copied.metadata) == (b"abc", "text/csv", {"a": "é"})

    def test_a_listing_is_ordered_by_bytes_and_bounded_by_its_folder(self, objects: Objects) -> None:
        stored(objects, "a/2", "a/10", "a/日本", "a/b/c", "a-b/1", "ab", "b/1")

        assert [found.key for found in objects.list("a/").items] == ["a/10", "a/2", "a/b/c", "a/日本"]
        assert [found.key for found in objects.list().items] == sorted(
            ["a/2", "a/10", "a/日本", "a/b/c", "a-b/1", "ab", "b/1"]
        )
        assert objects.list("nobody/").items == ()

    def test_a_listing_tells_size_etag_and_time(self, objects: Objects) -> None:
        info = objects.upload(KEY, b"abc", content_type="text/csv")

        (found,) = objects.list().items

        assert (found.key, found.bytes, found.etag, found.content_type) == (KEY, 3, info.etag, "")

    @pytest.mark.parametrize("count", [0, 3, 4, 5, 8])
    def test_pages_of_a_listing_hold_each_object_once(self, objects: Objects, count: int) -> None:
        stored(objects, *(f"x/{n}" for n in range(count)), "y/1")
        found, cursor = [], None
        while True:
            page = objects.list("x/", limit=4, cursor=cursor)
            found.append([each.key for each in page.items])
            cursor = page.next_cursor
            if cursor is None:
                break

        everything = [f"x/{n}" for n in range(count)]
        assert found == ([everything[:4], everything[4:]] if count > 4 else [everything])

    def test_a_cursor_serves_its_own_folder_and_tenant_only(self, world: World, objects: Objects) -> None:
        stored(objects, "x/1", "x/2", "y/1", "y/2")
        cursor = objects.list("x/", limit=1).next_cursor

        for reader, prefix in ((objects, "y/"), (objects, ""), (world.open(world.tenant()).objects, "x/")):
            with pytest.raises(CursorRefused):
                reader.list(prefix, limit=1, cursor=cursor)

    @pytest.mark.parametrize(
        "key",
        ["", "/a", "a/", "a//b", "a/../b", ".", "a\0b", "a\nb", "a\\b", "a?b", "a#b", "a%2Fb", "あ" * 301, "\ud800"],
    )
    def test_a_key_that_some_store_would_change_is_refused(self, objects: Objects, key: str) -> None:
        with pytest.raises(Invalid):
            objects.upload(key, b"", content_type="text/plain")
        with pytest.raises(Invalid):
            objects.signed_url(key, expires_in_s=60)

    @pytest.mark.parametrize("key", ["あ" * 300, "device=a/date=2026-04-01/x+y&z,'(1)!@$:;.parquet", "...", "a/.b/ c "])
    def test_a_key_may_be_any_other_text(self, objects: Objects, key: str) -> None:
        stored(objects, key)

        assert objects.download(key) == key.encode()
        assert [found.key for found in objects.list().items] == [key]

    def test_what_is_no_metadata_no_type_and_no_folder_is_refused(self, objects: Objects) -> None:
        for metadata in ({"Upper": "a"}, {"": "a"}, {"a": "b\r\nX-Evil: 1"}, {"a": "x" * 1801}):
            with pytest.raises(Invalid):
                objects.upload(KEY, b"", content_type="text/plain", metadata=metadata)
        for content_type in ("", "text", "text/plain\r\nX: 1", "日本/語"):
            with pytest.raises(Invalid):
                objects.upload(KEY, b"", content_type=content_type)
        for prefix in ("a", "/", "a//"):
            with pytest.raises(Invalid):
                objects.list(prefix)
        for limit in (0, 1001):
            with pytest.raises(Invalid):
                objects.list(limit=limit)

    def test_a_signed_address_ends_when_it_was_asked_to(self, world: World, objects: Objects) -> None:
        signed = objects.signed_url(KEY, expires_in_s=600)

        assert signed.expires_at == world.clock.now() + timedelta(seconds=600)
        assert signed.url not in repr(signed)
        for seconds in (0, -1, 3301):
            with pytest.raises(Invalid):
                objects.signed_url(KEY, expires_in_s=seconds)
        with pytest.raises(Invalid):
            objects.signed_url(KEY, method="PUT", expires_in_s=60, download_name="a.csv")

    def test_another_tenant_sees_nothing(self, world: World, objects: Objects) -> None:
        stored(objects, KEY)

        other = world.open(world.tenant()).objects

        assert other.list().items == ()
        with pytest.raises(ObjectNotFound):
            other.download(KEY)
