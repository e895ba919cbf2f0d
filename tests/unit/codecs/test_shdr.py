"""SHDR as real adapters send it: cut lines, steps back, equal times, UNAVAILABLE, assets of many lines."""

import lzma
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.codecs.ingress.portion import Portion, columns_of
from makoto.codecs.ingress.shdr import ShdrReader

NOW = 1_463_200_000_000
AT = "2016-05-13T17:24:39.373396Z"
AT_MS = 1_463_160_279_373
RECORDED = Path(__file__).resolve().parents[4] / "shared/data/nist_GFAgie01-20160513.shdr.txt.xz"


def read(*lines: str) -> Portion:
    return ShdrReader().read("".join(f"{line}\n" for line in lines).encode(), NOW)


def test_a_line_may_say_several_things_at_one_time() -> None:
    portion = read(f"{AT}|execution|READY|line|0|Xact|-1.5")

    assert [(each.metric, each.value, each.t) for each in portion.points] == [
        ("execution", "READY", AT_MS),
        ("line", 0.0, AT_MS),
        ("Xact", -1.5, AT_MS),
    ]


def test_a_line_without_a_time_has_the_servers_and_says_so() -> None:
    (point,) = read("|line|7").points

    assert (point.t, point.clock) == (NOW, "server")


def test_a_position_is_three_readings() -> None:
    points = read(f"{AT}|path_pos|-17.85 18.99 4.31").points

    assert [(each.metric, each.value) for each in points] == [
        ("path_pos/x", -17.85),
        ("path_pos/y", 18.99),
        ("path_pos/z", 4.31),
    ]


def test_what_is_unavailable_is_null_of_bad_quality_with_the_adapters_word() -> None:
    portion = read(f"{AT}|Sovr|UNAVAILABLE")

    (point,) = portion.points
    assert (point.value, point.quality, point.status) == (None, 0, "UNAVAILABLE")
    assert portion.counts["unavailable"] == 1


def test_a_key_without_a_value_is_refused_and_the_pairs_before_it_are_kept() -> None:
    portion = read(f"{AT}|line|7|Xact", f"{AT}|line|8")

    assert [each.value for each in portion.points] == [7.0, 8.0]
    assert [(fault.pointer, fault.rule) for fault in portion.faults] == [("/1", "cut_line")]


def test_a_line_that_the_stream_cuts_goes_on_in_the_next_piece() -> None:
    reader = ShdrReader()
    first = reader.read(f"{AT}|line|7\n{AT}|li".encode(), NOW)
    second = ShdrReader.from_text(reader.to_text()).read(b"ne|8\n", NOW)

    assert [each.value for each in first.points + second.points] == [7.0, 8.0]
    assert not first.faults + second.faults


def test_a_stream_that_ends_within_a_line_is_reported() -> None:
    portion = ShdrReader().read(f"{AT}|line|7\n{AT}|line|8".encode(), NOW, is_last=True)

    assert [each.value for each in portion.points] == [7.0]
    assert [(fault.pointer, fault.rule, fault.excerpt) for fault in portion.faults] == [
        ("/2", "cut_line", f"{AT}|line|8")
    ]


def test_times_that_step_back_or_are_equal_are_kept_and_counted() -> None:
    portion = read(
        "2016-05-13T17:00:01Z|line|1",
        "2016-05-13T17:00:00Z|line|2",
        "2016-05-13T17:00:01Z|line|3",
        "2016-05-13T17:00:02Z|line|4",
    )

    assert [each.value for each in portion.points] == [1.0, 2.0, 3.0, 4.0]
    assert (portion.counts["stepped_back"], portion.counts["same_time"]) == (1, 1)
    assert len(columns_of(portion.points)) == 4


def test_an_asset_of_many_lines_is_counted_and_the_line_after_it_is_read() -> None:
    portion = read(
        f"{AT}|@ASSET@|M8010|CuttingTool|--multiline--0FED07ACED",
        "<CuttingTool>|line|666",
        "</CuttingTool>",
        "--multiline--0FED07ACED",
        f"{AT}|line|7",
    )

    assert [each.value for each in portion.points] == [7.0]
    assert portion.counts["assets"] == 1


def test_a_condition_is_a_reading_and_an_alarm_until_its_code_or_everything_is_normal() -> None:
    portion = read(
        f"{AT}|system|Fault|1E87|||Machine not initialized",
        f"{AT}|system|Warning|3AA|||Key non-functional",
        f"{AT}|system|Normal|1E87|||",
        f"{AT}|system|Normal||||",
    )

    assert [(each.id, each.is_active, each.severity) for each in portion.conditions] == [
        ("system/1E87", True, 4),
        ("system/3AA", True, 2),
        ("system/1E87", False, 1),
        ("system/3AA", False, 1),
    ]
    assert [each.value for each in portion.points] == ["FAULT", "WARNING", "NORMAL", "NORMAL"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("yesterday|line|1", "time"),
        ("1999-12-31T23:59:59Z|line|1", "time"),
        ("2031-01-01T00:00:00Z|line|1", "time"),
        (f"{AT}||1", "name"),
        (f"{AT}|{'x' * 200}|1", "name"),
        (f"{AT}|program|{'x' * 300}", "text"),
        (f"{AT}|x|1e999", "not_finite"),
    ],
)
def test_a_line_that_cannot_be_kept_is_reported_with_its_number(line: str, rule: str) -> None:
    portion = read(f"{AT}|line|1", line, f"{AT}|line|2")

    assert [each.value for each in portion.points] == [1.0, 2.0]
    assert [(fault.pointer, fault.rule) for fault in portion.faults] == [("/2", rule)]


def test_commands_blank_lines_and_carriage_returns_are_no_readings() -> None:
    portion = ShdrReader().read(f"* PONG 10000\r\n\r\n{AT}|line|1\r\n".encode(), NOW)

    assert [each.value for each in portion.points] == [1.0]
    assert portion.counts["commands"] == 1


def test_a_pipe_in_a_value_is_escaped_within_quotes() -> None:
    assert [each.value for each in read(f'{AT}|note|"a \\| b"').points] == ["a | b"]


@given(st.lists(st.binary(max_size=60), max_size=12), st.binary(max_size=20))
def test_whatever_comes_is_read_or_reported_and_the_good_line_behind_it_is_kept(
    pieces: list[bytes], end: bytes
) -> None:
    reader = ShdrReader()
    for piece in pieces:
        reader.read(piece, NOW)
        reader = ShdrReader.from_text(reader.to_text())
    reader.read(end + b"\n", NOW)
    reader.asset_end = ""

    assert [each.value for each in reader.read(f"{AT}|line|1\n".encode(), NOW).points] == [1.0]


@given(st.integers(1, 400))
def test_however_the_stream_is_cut_the_same_is_read(size: int) -> None:
    whole = "".join(f"{AT}|line|{at}|path|1 2 {at}\n" for at in range(30)).encode()
    reader, points = ShdrReader(), []
    for at in range(0, len(whole), size):
        points += reader.read(whole[at : at + size], NOW).points

    assert points == ShdrReader().read(whole, NOW).points


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded day is not here")
def test_a_recorded_day_of_a_machine_is_read_whole() -> None:
    data = lzma.decompress(RECORDED.read_bytes())
    portion = ShdrReader().read(data, int(datetime(2016, 5, 15, tzinfo=UTC).timestamp()) * 1000, is_last=True)

    positions = 3 * sum(1 for line in data.splitlines() if b"|path_pos|" in line and b"UNAVAILABLE" not in line)
    unavailable = sum(1 for line in data.splitlines() if b"|UNAVAILABLE" in line.upper())
    assert portion.faults == []
    assert portion.counts["lines"] == 63_233
    assert portion.counts["unavailable"] == unavailable
    assert len([each for each in portion.points if each.metric.startswith("path_pos/")]) == positions
    assert len(portion.points) == 63_233 - positions // 3 + positions


def test_an_asset_whose_end_was_cut_off_is_ended_by_the_next_line_of_readings() -> None:
    portion = read(f"{AT}|@ASSET@|M8010|CuttingTool|--multiline--0FED", "<CuttingTool>", f"{AT}|line|7", f"{AT}|line|8")

    assert [each.value for each in portion.points] == [7.0, 8.0]
    assert [(each.pointer, each.rule) for each in portion.faults] == [("/3", "cut_asset")]


def test_a_message_is_its_text_and_its_code() -> None:
    portion = read(f"{AT}|note|CHG_INSRT|Change Inserts", f"{AT}|note||Begin", f"{AT}|note||UNAVAILABLE")

    told = [(each.metric, each.value) for each in portion.points]
    assert told == [("note", "Change Inserts"), ("note/code", "CHG_INSRT"), ("note", "Begin"), ("note", None)]
    assert portion.faults == []


def test_samples_sent_together_have_their_own_times() -> None:
    portion = read(f"{AT}|current|3|100|1 2 3.5")

    told = [(each.metric, each.t - AT_MS, each.value) for each in portion.points]
    assert told == [("current", -20, 1.0), ("current", -10, 2.0), ("current", 0, 3.5)]


@pytest.mark.parametrize("line", ["4|100|1 2 3", "3||1 2 3", "3|0|1 2 3", "3|1e-300|1 2 3", "9" * 5000 + "|1|1"])
def test_samples_that_do_not_add_up_are_refused_whole(line: str) -> None:
    portion = read(f"{AT}|current|{line}")

    assert portion.points == []
    assert [each.rule for each in portion.faults] == ["time_series"]


def test_three_pairs_of_which_the_first_is_unavailable_are_no_condition() -> None:
    portion = read(f"{AT}|a|UNAVAILABLE|b|UNAVAILABLE|c|7", f"{AT}|d|UNAVAILABLE||||")

    assert [(each.metric, each.value) for each in portion.points] == [("a", None), ("b", None), ("c", 7.0), ("d", None)]
    assert portion.counts["conditions"] == 1


def test_quotes_are_taken_off_in_pairs_only() -> None:
    portion = read(f'{AT}|size|3"|note|"a \\| b"')

    assert [each.value for each in portion.points] == ['3"', "a | b"]


def test_a_condition_without_a_time_has_the_servers() -> None:
    (point,) = read("|motor|FAULT|E1|1|HIGH|hot").points

    assert (point.t, point.clock) == (NOW, "server")


def test_bytes_of_another_encoding_are_told() -> None:
    portion = ShdrReader().read(AT.encode() + b"|a|" + "加工中".encode("shift_jis") + b"\n", NOW)

    assert portion.counts["not_utf8"] == 1


@pytest.mark.parametrize("cut", [10, 70_000, 79_999, 80_000, 80_010])
def test_a_line_too_long_is_refused_once_wherever_it_is_cut(cut: int) -> None:
    data = b"x" * 80_000 + f"|line|1\n{AT}|line|2\n".encode()
    reader = ShdrReader()

    first = reader.read(data[:cut], NOW)
    second = ShdrReader.from_text(reader.to_text()).read(data[cut:], NOW)

    assert [each.value for each in (*first.points, *second.points)] == [2.0]
    assert [each.rule for each in (*first.faults, *second.faults)] == ["too_long"]


def test_a_cut_line_of_other_letters_keeps_the_state_small() -> None:
    reader = ShdrReader()
    reader.read(("加" * 21_000).encode(), NOW)

    assert len(reader.to_text()) < 100_000
