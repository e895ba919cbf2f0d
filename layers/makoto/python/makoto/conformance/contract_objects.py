"""What every object store promises."""

from makoto.conformance.expectation import Broken, Check, expect, refusal
from makoto.conformance.scratch import Scratch
from makoto.ports.object_store import ObjectChanged, ObjectExists, ObjectInfo, ObjectNotFound

TEXT = "text/plain"
BODY = "まこと\n".encode()


def _upload(scratch: Scratch, name: str, body: bytes = BODY) -> ObjectInfo:
    return scratch.objects.upload(scratch.folder + name, body, content_type=TEXT)


def _names(scratch: Scratch, prefix: str = "") -> list[str]:
    listed = scratch.objects.list(scratch.folder + prefix).items
    return [each.key.removeprefix(scratch.folder) for each in listed]


def an_object_is_read_back_as_it_was_uploaded(scratch: Scratch) -> None:
    _upload(scratch, "a")
    expect(scratch.objects.download(scratch.folder + "a"), BODY)


def an_empty_object_is_one(scratch: Scratch) -> None:
    _upload(scratch, "empty", b"")
    expect(scratch.objects.download(scratch.folder + "empty"), b"")


def an_absent_object_is_not_found(scratch: Scratch) -> None:
    with refusal(ObjectNotFound):
        scratch.objects.download(scratch.folder + "absent")
    with refusal(ObjectNotFound):
        scratch.objects.head(scratch.folder + "absent")


def what_is_known_of_an_object_is_kept_with_it(scratch: Scratch) -> None:
    labels = {"drawing": "図面 7"}
    scratch.objects.upload(scratch.folder + "a", BODY, content_type="text/csv", metadata=labels)
    info = scratch.objects.head(scratch.folder + "a")
    expect((info.bytes, info.content_type, dict(info.metadata)), (len(BODY), "text/csv", labels))


def a_second_upload_replaces_the_first(scratch: Scratch) -> None:
    first, second = _upload(scratch, "a"), _upload(scratch, "a", b"other")
    expect(scratch.objects.download(scratch.folder + "a"), b"other")
    if first.etag == second.etag:
        raise Broken("two versions have one etag")


def a_part_of_an_object_is_read(scratch: Scratch) -> None:
    _upload(scratch, "a", b"0123456789")
    expect(scratch.objects.download(scratch.folder + "a", range=(2, 5)), b"234")
    expect(scratch.objects.download(scratch.folder + "a", range=(8, 99)), b"89")


def a_stream_is_read_piece_by_piece(scratch: Scratch) -> None:
    body = bytes(range(256)) * 40
    _upload(scratch, "a", body)
    expect(b"".join(scratch.objects.stream(scratch.folder + "a")), body)


def a_stream_is_uploaded_in_parts(scratch: Scratch) -> None:
    piece = bytes(range(256)) * 4096
    scratch.objects.upload(scratch.folder + "long", (piece for _ in range(10)), content_type=TEXT)
    expect(sum(len(each) for each in scratch.objects.stream(scratch.folder + "long")), 10 * len(piece))


def an_object_is_made_once(scratch: Scratch) -> None:
    if not scratch.objects.driver.limits.creates_once:
        return
    scratch.objects.upload(scratch.folder + "a", BODY, content_type=TEXT, when_absent=True)
    with refusal(ObjectExists):
        scratch.objects.upload(scratch.folder + "a", b"other", content_type=TEXT, when_absent=True)
    expect(scratch.objects.download(scratch.folder + "a"), BODY)


def a_changed_object_is_not_replaced(scratch: Scratch) -> None:
    if not scratch.objects.driver.limits.replaces_version:
        return
    first = _upload(scratch, "a")
    _upload(scratch, "a", b"other")
    with refusal(ObjectChanged):
        scratch.objects.upload(scratch.folder + "a", b"third", content_type=TEXT, if_match=first.etag)


def what_is_deleted_is_gone_and_may_be_deleted_again(scratch: Scratch) -> None:
    _upload(scratch, "a")
    for _ in range(2):
        scratch.objects.delete(scratch.folder + "a")
    expect(_names(scratch), [])


def many_are_deleted_in_one_call(scratch: Scratch) -> None:
    for name in ("a", "b", "c"):
        _upload(scratch, name)
    deleted = scratch.objects.delete_many([scratch.folder + name for name in ("a", "b", "absent")])
    expect((deleted.failed, _names(scratch)), ((), ["c"]))


def a_listing_is_in_the_order_of_keys_and_goes_on_by_its_cursor(scratch: Scratch) -> None:
    for name in ("b", "a/2", "a/1", "あ", "a b+c"):
        _upload(scratch, name)
    expect(_names(scratch), ["a b+c", "a/1", "a/2", "b", "あ"])
    first = scratch.objects.list(scratch.folder, limit=2)
    rest = scratch.objects.list(scratch.folder, limit=10, cursor=first.next_cursor)
    expect([each.key.removeprefix(scratch.folder) for each in rest.items], ["a/2", "b", "あ"])


def folders_are_those_just_below(scratch: Scratch) -> None:
    for name in ("x/1", "x/2", "y/z/1", "w"):
        _upload(scratch, name)
    found = scratch.objects.folders(scratch.folder).items
    expect([each.removeprefix(scratch.folder) for each in found], ["x/", "y/"])


def a_copy_keeps_type_and_metadata(scratch: Scratch) -> None:
    scratch.objects.upload(scratch.folder + "a", BODY, content_type="text/csv", metadata={"n": "1"})
    scratch.objects.copy(scratch.folder + "a", scratch.folder + "b")
    info = scratch.objects.head(scratch.folder + "b")
    expect((info.content_type, dict(info.metadata), info.bytes), ("text/csv", {"n": "1"}, len(BODY)))


def an_address_is_signed_for_a_while(scratch: Scratch) -> None:
    signed = scratch.objects.signed_url(scratch.folder + "a", expires_in_s=60)
    expect(signed.expires_at > scratch.clock.now(), True)


OBJECTS: tuple[Check, ...] = (
    an_object_is_read_back_as_it_was_uploaded,
    an_empty_object_is_one,
    an_absent_object_is_not_found,
    what_is_known_of_an_object_is_kept_with_it,
    a_second_upload_replaces_the_first,
    a_part_of_an_object_is_read,
    a_stream_is_read_piece_by_piece,
    a_stream_is_uploaded_in_parts,
    an_object_is_made_once,
    a_changed_object_is_not_replaced,
    what_is_deleted_is_gone_and_may_be_deleted_again,
    many_are_deleted_in_one_call,
    a_listing_is_in_the_order_of_keys_and_goes_on_by_its_cursor,
    folders_are_those_just_below,
    a_copy_keeps_type_and_metadata,
    an_address_is_signed_for_a_while,
)
