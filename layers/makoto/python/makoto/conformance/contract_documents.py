"""What every document store promises."""

from datetime import timedelta
from decimal import Decimal

from makoto.conformance.expectation import Check, expect, refusal
from makoto.conformance.scratch import Scratch
from makoto.ports import documents as port
from makoto.ports.documents import (
    Append,
    Change,
    ConditionFailed,
    Datum,
    Delete,
    DocumentNotFound,
    IfAbsent,
    IfVersion,
    Increment,
    Leaf,
    Query,
    Remove,
    Set,
)

WHOLE: dict[str, Datum] = {
    "text": "まこと 🏭",
    "empty": "",
    "number": Decimal("12345678901234567890.123456789"),
    "negative": Decimal("-0.000001"),
    "truth": True,
    "nothing": None,
    "bytes": b"\x00\xff",
    "list": [1, "a", {"deep": [True]}],
    "map": {"a": {"b": {}}},
}


def a_document_is_read_back_as_it_was_put(scratch: Scratch) -> None:
    put = scratch.write(scratch.key("1"), WHOLE)
    found = scratch.documents.get(scratch.key("1"))
    expect(found.data, put.data)
    expect(found.version, put.version)


def an_absent_document_is_not_found(scratch: Scratch) -> None:
    expect(scratch.documents.find(scratch.key("absent")), None)
    with refusal(DocumentNotFound):
        scratch.documents.get(scratch.key("absent"))


def a_second_put_replaces_the_first_whole(scratch: Scratch) -> None:
    scratch.write(scratch.key("1"), {"a": 1, "b": 2})
    scratch.write(scratch.key("1"), {"a": 3})
    expect(scratch.documents.get(scratch.key("1")).data, {"a": 3})


def what_is_deleted_is_gone_and_may_be_deleted_again(scratch: Scratch) -> None:
    scratch.write(scratch.key("1"), {})
    for _ in range(2):
        scratch.documents.delete(scratch.key("1"))
    expect(scratch.documents.find(scratch.key("1")), None)


def a_document_is_put_if_absent_once(scratch: Scratch) -> None:
    scratch.write(scratch.key("1"), {"n": 1}, IfAbsent())
    with refusal(ConditionFailed):
        scratch.write(scratch.key("1"), {"n": 2}, IfAbsent())
    expect(scratch.documents.get(scratch.key("1")).data, {"n": 1})


def a_stale_version_is_not_written_over(scratch: Scratch) -> None:
    first = scratch.write(scratch.key("1"), {"n": 1})
    second = scratch.write(scratch.key("1"), {"n": 2}, IfVersion(first.version))
    with refusal(ConditionFailed):
        scratch.write(scratch.key("1"), {"n": 3}, IfVersion(first.version))
    expect(scratch.documents.get(scratch.key("1")).version, second.version)


def a_stale_version_is_not_deleted(scratch: Scratch) -> None:
    first = scratch.write(scratch.key("1"), {"n": 1})
    second = scratch.write(scratch.key("1"), {"n": 2})
    with refusal(ConditionFailed):
        scratch.documents.delete(scratch.key("1"), when=IfVersion(first.version))
    scratch.documents.delete(scratch.key("1"), when=IfVersion(second.version))
    expect(scratch.documents.find(scratch.key("1")), None)


def a_version_of_what_is_absent_does_not_hold(scratch: Scratch) -> None:
    version = scratch.write(scratch.key("1"), {}).version
    scratch.documents.delete(scratch.key("1"))
    with refusal(ConditionFailed):
        scratch.write(scratch.key("1"), {}, IfVersion(version))


def an_expired_document_is_absent(scratch: Scratch) -> None:
    past = scratch.clock.now() - timedelta(seconds=2)
    scratch.documents.put(scratch.key("1"), {}, expires_at=past)
    expect(scratch.documents.find(scratch.key("1")), None)
    scratch.write(scratch.key("1"), {"n": 2}, IfAbsent())


def a_patch_changes_parts_and_leaves_the_rest(scratch: Scratch) -> None:
    scratch.write(scratch.key("1"), {"a": 1, "b": {"c": 1}, "list": [1], "gone": 1})
    changes: list[Change] = [Set("b.c", "x"), Increment("a", 2), Append("list", [2]), Remove("gone")]
    scratch.documents.patch(scratch.key("1"), changes)
    expect(scratch.documents.get(scratch.key("1")).data, {"a": 3, "b": {"c": "x"}, "list": [1, 2]})


def _numbered(scratch: Scratch, count: int) -> None:
    puts = [scratch.put(scratch.key(f"{n:03d}"), {"n": n, "even": n % 2 == 0}) for n in range(count)]
    expect(scratch.documents.batch_put(puts).failed, ())


def _ids(scratch: Scratch, query: Query) -> list[str]:
    return [each.key.id for each in scratch.documents.query(query).items]


def a_query_reads_a_partition_in_the_order_of_ids(scratch: Scratch) -> None:
    for name in ("b", "B", "あ", "a", "aa"):
        scratch.write(scratch.key(name), {})
    expect(_ids(scratch, Query(scratch.partition)), ["B", "a", "aa", "b", "あ"])


def a_query_reads_backwards(scratch: Scratch) -> None:
    _numbered(scratch, 5)
    expect(_ids(scratch, Query(scratch.partition, descending=True, limit=2)), ["004", "003"])


def a_query_keeps_to_a_prefix(scratch: Scratch) -> None:
    for name in ("a/1", "a/2", "a0", "b/1"):
        scratch.write(scratch.key(name), {})
    expect(_ids(scratch, Query(scratch.partition, prefix="a/")), ["a/1", "a/2"])


def a_query_keeps_to_a_half_open_range(scratch: Scratch) -> None:
    _numbered(scratch, 6)
    expect(_ids(scratch, Query(scratch.partition, start="001", end="004")), ["001", "002", "003"])


def a_cursor_goes_on_where_the_page_ended(scratch: Scratch) -> None:
    _numbered(scratch, 25)
    found: list[str] = []
    cursor = None
    for _ in range(3):
        page = scratch.documents.query(Query(scratch.partition, limit=10, cursor=cursor))
        found, cursor = found + [each.key.id for each in page.items], page.next_cursor
    expect((found, cursor), ([f"{n:03d}" for n in range(25)], None))


def another_partition_is_not_seen(scratch: Scratch) -> None:
    scratch.write(scratch.key("1"), {})
    scratch.write(scratch.key("2", "/other"), {})
    expect(_ids(scratch, Query(scratch.partition)), ["1"])


def a_filter_keeps_what_matches_and_the_limit_counts_after_it(scratch: Scratch) -> None:
    _numbered(scratch, 10)
    query = Query(scratch.partition, where=Leaf("even", "eq", True), limit=4)
    expect(_ids(scratch, query), ["000", "002", "004", "006"])


def a_filter_on_a_missing_or_differently_typed_field_is_false(scratch: Scratch) -> None:
    for name, data in (("1", {"v": 5}), ("2", {"v": "5"}), ("3", {})):
        scratch.write(scratch.key(name), data)  # type: ignore[arg-type]  # a dict of ints is one of data
    expect(_ids(scratch, Query(scratch.partition, where=Leaf("v", "ge", 5))), ["1"])
    expect(_ids(scratch, Query(scratch.partition, where=port.Not(Leaf("v", "ge", 5)))), ["2", "3"])


def filters_combine(scratch: Scratch) -> None:
    _numbered(scratch, 10)
    where = port.Or((port.And((Leaf("even", "eq", True), Leaf("n", "gt", 5))), Leaf("n", "in", [1, 3])))
    expect(_ids(scratch, Query(scratch.partition, where=where)), ["001", "003", "006", "008"])


def what_a_value_looks_like_is_never_part_of_the_query(scratch: Scratch) -> None:
    hostile = 'x\' OR \'1\'=\'1"; $where {"$gt": ""} --'
    scratch.write(scratch.key("1"), {"v": hostile})
    scratch.write(scratch.key("2"), {"v": "other"})
    expect(_ids(scratch, Query(scratch.partition, where=Leaf("v", "eq", hostile))), ["1"])
    expect(_ids(scratch, Query(scratch.partition, where=Leaf("v", "begins_with", "' OR"))), [])


def many_are_written_and_read_in_one_call(scratch: Scratch) -> None:
    _numbered(scratch, 60)
    keys = [scratch.key(f"{n:03d}") for n in range(61)]
    got = scratch.documents.batch_get(keys)
    expect((len(got.found), got.missing, got.failed), (60, (keys[60],), ()))


def many_are_deleted_in_one_call(scratch: Scratch) -> None:
    _numbered(scratch, 30)
    scratch.documents.batch_delete([scratch.key(f"{n:03d}") for n in range(40)])
    expect(_ids(scratch, Query(scratch.partition)), [])


def writes_as_one_happen_all(scratch: Scratch) -> None:
    old = scratch.write(scratch.key("old"), {"n": 1})
    scratch.documents.atomic(
        [
            scratch.put(scratch.key("new"), {"n": 2}, IfAbsent()),
            Delete(scratch.key("old"), IfVersion(old.version)),
            scratch.put(scratch.key("third"), {}),
        ]
    )
    expect(_ids(scratch, Query(scratch.partition)), ["new", "third"])


def writes_as_one_happen_not_at_all_where_a_condition_fails(scratch: Scratch) -> None:
    scratch.write(scratch.key("there"), {"n": 1})
    writes = [scratch.put(scratch.key("new"), {}), scratch.put(scratch.key("there"), {}, IfAbsent())]
    with refusal(ConditionFailed):
        scratch.documents.atomic(writes)
    expect(_ids(scratch, Query(scratch.partition)), ["there"])


def a_failed_condition_names_its_write(scratch: Scratch) -> None:
    scratch.write(scratch.key("there"), {})
    writes = [scratch.put(scratch.key("new"), {}), scratch.put(scratch.key("there"), {}, IfAbsent())]
    with refusal(ConditionFailed) as refused:
        scratch.documents.atomic(writes)
    expect([getattr(error, "index", None) for error in refused], [1])


DOCUMENTS: tuple[Check, ...] = (
    a_document_is_read_back_as_it_was_put,
    an_absent_document_is_not_found,
    a_second_put_replaces_the_first_whole,
    what_is_deleted_is_gone_and_may_be_deleted_again,
    a_document_is_put_if_absent_once,
    a_stale_version_is_not_written_over,
    a_stale_version_is_not_deleted,
    a_version_of_what_is_absent_does_not_hold,
    an_expired_document_is_absent,
    a_patch_changes_parts_and_leaves_the_rest,
    a_query_reads_a_partition_in_the_order_of_ids,
    a_query_reads_backwards,
    a_query_keeps_to_a_prefix,
    a_query_keeps_to_a_half_open_range,
    a_cursor_goes_on_where_the_page_ended,
    another_partition_is_not_seen,
    a_filter_keeps_what_matches_and_the_limit_counts_after_it,
    a_filter_on_a_missing_or_differently_typed_field_is_false,
    filters_combine,
    what_a_value_looks_like_is_never_part_of_the_query,
    many_are_written_and_read_in_one_call,
    many_are_deleted_in_one_call,
    writes_as_one_happen_all,
    writes_as_one_happen_not_at_all_where_a_condition_fails,
    a_failed_condition_names_its_write,
)
