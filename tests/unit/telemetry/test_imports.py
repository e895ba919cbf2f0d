"""A CSV file in parts: every good row is stored once, whatever is repeated, interrupted or raced for."""

from datetime import timedelta
from hashlib import sha256

import pytest

from functions.telemetry import import_pieces, imports
from functions.telemetry.import_pieces import OtherContent
from functions.telemetry.import_record import KEPT
from functions.telemetry.imports import MAX_HOURS, MAX_PART_BYTES, OtherFile, UnusablePart
from functions.telemetry.model import UnknownDevice, UnknownImport, WrongOffset
from makoto.codecs.csv_history import MAX_REJECTED
from makoto.errors import Invalid
from makoto.ports.documents import Key
from tests.unit.codecs.messages import DEVICE, NOW_MS, series, telemetry
from tests.unit.telemetry.imported import HEADER, Sender, long_file, row, sent, world_with_device
from tests.unit.telemetry.world import World

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def test_every_kind_of_value_arrives_as_it_was_recorded() -> None:
    file = (
        HEADER
        + row("a", value=1.5)
        + row("b", value="true")
        + row("c", value="切削")
        + row("d", value="", rest="0,Bad")
    )
    assert sent(file).history() == [
        ("a", NOW_MS, 1.5, None, 192, None),
        ("b", NOW_MS, 1.0, "true", 192, None),
        ("c", NOW_MS, None, "切削", 192, None),
        ("d", NOW_MS, None, None, 0, "Bad"),
    ]


def test_texts_stay_with_their_rows_in_a_file_that_is_sorted_by_nothing() -> None:
    times = [NOW_MS, NOW_MS - 3 * HOUR_MS, NOW_MS - 1, NOW_MS - 3 * HOUR_MS + 1, NOW_MS - 2]
    given = zip("babab", times, "x1y2z", "12345", strict=True)
    rows = [row(name, t, value, f"64,{status}") for name, t, value, status in given]
    assert sent(HEADER + "".join(rows)).history() == [
        ("a", NOW_MS - 3 * HOUR_MS, 1.0, None, 64, "2"),
        ("a", NOW_MS - 3 * HOUR_MS + 1, 2.0, None, 64, "4"),
        ("b", NOW_MS - 2, None, "z", 64, "5"),
        ("b", NOW_MS - 1, None, "y", 64, "3"),
        ("b", NOW_MS, None, "x", 64, "1"),
    ]


def test_columns_come_in_any_order_and_those_without_need_are_left_out() -> None:
    done = sent(f"value,time,metric,device\n7,2026-01-01T08:30:00+09:00,speed,{DEVICE}\n")
    assert done.history() == [("speed", NOW_MS - 30 * MINUTE_MS, 7.0, None, 192, None)]


@pytest.mark.parametrize("part_bytes", [1, 1500, 1_000_000])
def test_a_file_is_the_same_in_parts_of_any_size(part_bytes: int) -> None:
    done = sent(long_file(), part_bytes)
    assert done.start().status == "complete"
    assert done.start().accepted == len(done.history()) == 90
    assert done.history() == sent(long_file()).history()


def test_readings_of_more_hours_than_one_write_holds_are_taken_up_to_there() -> None:
    done = sent(long_file(rows=MAX_HOURS + 20, step_ms=HOUR_MS))
    assert [answer.accepted for answer in done.answers] == [MAX_HOURS, 20]
    assert done.start().status == "complete"


def test_latest_and_minutes_are_left_as_they_are() -> None:
    done = sent(long_file())
    assert (done.world.values(), done.world.rollups()) == ({}, {})


def test_entries_say_that_the_minutes_do_not_hold_their_readings() -> None:
    entries = sent(long_file()).world.documents(f"telemetry#{DEVICE}", "history#")
    assert {entry.data["summarised"] for entry in entries} == {False}


def test_an_import_beside_live_data_changes_nothing_of_it() -> None:
    world = world_with_device()
    world.receive(telemetry(series("speed")))
    before = world.values(), world.rollups()
    Sender((HEADER + row(at_ms=NOW_MS - 1)).encode(), world).send()
    assert (world.values(), world.rollups()) == before
    assert len(world.history()) == 4


def test_the_last_part_again_gives_the_same_answer_and_stores_nothing() -> None:
    sender = Sender(long_file().encode(), part_bytes=1500)
    first = sender.put(0, sender.part(0))
    stored = sender.history()
    assert sender.put(0, sender.part(0)) == first
    assert sender.history() == stored


def test_the_last_part_of_all_again_gives_the_same_answer() -> None:
    done = sent(HEADER + row() + row(value="nan"))
    assert done.put(0, done.file) == done.answers[0]
    assert len(done.history()) == 1


def test_the_same_file_again_goes_on_where_it_stands() -> None:
    sender = Sender(long_file().encode(), part_bytes=1500)
    stored = sender.put(0, sender.part(0))
    assert sender.start().next_offset == stored.next_offset
    assert len(sender.send().history()) == 90


def test_the_same_file_of_another_device_is_another_import() -> None:
    sender = Sender(long_file().encode())
    sender.world.tenant.documents.put(Key("device", "edge-08"), {})
    assert sender.start().import_id != sender.start(device="edge-08").import_id


def test_progress_names_what_was_taken_and_what_was_not() -> None:
    done = sent(HEADER + row() + row(value="inf"))
    progress = imports.read_import(done.start().import_id, done.world.tenant)
    assert (progress.status, progress.accepted, progress.rejected_count) == ("complete", 1, 1)
    assert progress.next_offset == progress.total_bytes == len(done.file)


def test_a_part_elsewhere_is_refused_and_the_right_place_named() -> None:
    sender = Sender(long_file().encode(), part_bytes=1500)
    stored = sender.put(0, sender.part(0))
    with pytest.raises(WrongOffset, match=str(stored.next_offset)):
        sender.put(stored.next_offset + 1, b"x\n")


def test_other_bytes_at_the_place_of_the_last_part_are_no_repetition() -> None:
    sender = Sender(long_file().encode(), part_bytes=1500)
    sender.put(0, sender.part(0))
    with pytest.raises(WrongOffset):
        sender.put(0, sender.part(0).replace(b"speed", b"spoon"))


def test_a_part_cut_within_a_line_is_refused() -> None:
    sender = Sender(long_file().encode())
    with pytest.raises(UnusablePart, match="within a line"):
        sender.put(0, sender.file[:500])


@pytest.mark.parametrize("body", [b"", b"x" * (MAX_PART_BYTES + 1)])
def test_a_part_of_no_bytes_or_too_many_is_refused(body: bytes) -> None:
    with pytest.raises(UnusablePart, match="4000000 bytes"):
        Sender(b"x" * (MAX_PART_BYTES + 10)).put(0, body)


def test_a_part_beyond_the_announced_end_is_refused() -> None:
    sender = Sender(long_file().encode())
    with pytest.raises(UnusablePart, match="beyond the end"):
        sender.put(0, sender.file + row().encode())


def test_a_complete_import_takes_no_more() -> None:
    done = sent(HEADER + row())
    with pytest.raises(UnusablePart, match="complete"):
        done.put(len(done.file), b"more\n")


@pytest.mark.parametrize("part_bytes", [200, 1_000_000])
def test_content_of_another_checksum_is_never_complete(part_bytes: int) -> None:
    announced: dict[str, object] = {"sha256": sha256(b"another file").hexdigest()}
    sender = Sender(long_file(rows=20).encode(), part_bytes=part_bytes, announced=announced)
    for _ in range(2):
        with pytest.raises(OtherContent):
            sender.send()
    progress = sender.start()
    assert progress.status == "receiving"
    assert progress.next_offset < progress.total_bytes


def test_the_checksum_is_that_of_all_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_pieces, "PARALLEL", 2)
    assert sent(long_file(), 500).start().status == "complete"


def test_another_size_under_the_same_checksum_is_refused() -> None:
    sender = Sender(long_file().encode())
    sender.start()
    with pytest.raises(OtherFile):
        sender.start(total_bytes=7)


def test_a_file_larger_than_one_import_takes_is_refused() -> None:
    with pytest.raises(Invalid, match="too large"):
        Sender(long_file().encode()).start(total_bytes=imports.MAX_TOTAL_BYTES + 1)


def test_a_device_that_nobody_registered_is_not_found() -> None:
    with pytest.raises(UnknownDevice):
        Sender(long_file().encode(), World()).start()


def test_an_import_that_nobody_began_is_not_found() -> None:
    with pytest.raises(UnknownImport):
        imports.receive_part("0" * 32, 0, b"x\n", world_with_device().tenant)


def test_an_import_left_alone_for_a_month_begins_anew() -> None:
    sender = Sender(long_file().encode(), part_bytes=1500)
    sender.put(0, sender.part(0))
    sender.world.clock.advance((KEPT + timedelta(seconds=1)).total_seconds())
    assert sender.start().next_offset == 0


def test_as_many_bad_lines_as_an_answer_holds_are_reported_and_then_the_others() -> None:
    done = sent(HEADER + "bad\n" * (MAX_REJECTED + 5) + row())
    assert [len(answer.rejected) for answer in done.answers] == [MAX_REJECTED, 5]
    assert sorted(done.rejected()) == list(range(2, MAX_REJECTED + 7))
    assert len(done.history()) == 1
