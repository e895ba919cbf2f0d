"""Whatever a file contains: a good line is taken, a bad one reported with its number, a bad header refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.telemetry.imports import UnusablePart
from makoto.codecs.csv_history import UnusableHeader
from makoto.codecs.telemetry.rules import MOST_AHEAD_MS
from makoto.domain import instant_from_ms
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.imported import HEADER, Sender, row, sent

AT = instant_from_ms(NOW_MS).isoformat()


def line(time: str = AT, value: str = "1", quality: str = "192", metric: str = "a", device: str = DEVICE) -> str:
    return f"{device},{metric},{time},{value},{quality},\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line(value="NaN"), "value: not a finite number"),
        (line(value="-inf"), "value: not a finite number"),
        (line(value="+Infinity"), "value: not a finite number"),
        (line(value="1e999"), "value: larger than any number can be"),
        (line(value="9" * 400), "value: larger than any number can be"),
        (line(value=""), "value: empty, which it may be only where quality is 0 or 500"),
        (line(value="x" * 257), "value: a text has at most 256 characters"),
        (line(value="a\0b"), "value: a text has no control characters"),
        (line(time="2026-01-01T00:00:00"), "time: without a zone, such as Z or +09:00"),
        (line(time="2026-01-01"), "time: without a zone, such as Z or +09:00"),
        (line(time="1.1.2026 08:00"), "time: not ISO 8601, such as 2026-01-31T08:15:00+09:00"),
        (line(time="2026-02-30T00:00:00Z"), "time: not ISO 8601, such as 2026-01-31T08:15:00+09:00"),
        (line(time="1767225600000"), "time: not ISO 8601, such as 2026-01-31T08:15:00+09:00"),
        (line(time=""), "time: not ISO 8601, such as 2026-01-31T08:15:00+09:00"),
        (line(time="1999-12-31T23:59:59Z"), "time: before the year 2000 or in the future"),
        (line(time="0001-01-01T00:00:00+14:00"), "time: before the year 2000 or in the future"),
        (line(time="9999-12-31T23:59:59-12:00"), "time: before the year 2000 or in the future"),
        (row(at_ms=NOW_MS + MOST_AHEAD_MS + 1), "time: before the year 2000 or in the future"),
        (line(quality="100"), "quality: not one of 0, 64, 192, 500"),
        (line(quality="good"), "quality: not one of 0, 64, 192, 500"),
        (line(quality="٣"), "quality: not one of 0, 64, 192, 500"),
        (line(metric=""), "metric: a name has 1 to 128 characters"),
        (line(metric="a" * 129), "metric: a name has 1 to 128 characters"),
        (line(metric="a\x00"), "metric: a name has no control characters"),
        (line(device="edge-99"), "device: another one than that of this import"),
        (f"{DEVICE},a,{AT},1,192,{'x' * 257}\n", "status: a text has at most 256 characters"),
        (f"{DEVICE},a,{AT}\n", "6 fields expected, 3 found"),
        (f"{DEVICE},a,{AT},1,5,192,\n", "6 fields expected, 7 found"),
        (f'{DEVICE},"a,{AT},1,192,\n', "not CSV: unexpected end of data"),
        (f'{DEVICE},"a"b,{AT},1,192,\n', "not CSV: ',' expected after '\"'"),
        (f"{DEVICE},a\rb,{AT},1,192,\n", "not CSV: new-line character seen in unquoted field"),
        (f"{DEVICE},a,{AT},{'x' * 140_000},192,\n", "not CSV: field larger than field limit (131072)"),
    ],
)
def test_a_bad_line_is_reported_and_those_around_it_are_taken(bad: str, reason: str) -> None:
    done = sent(HEADER + row("before") + bad + row("after"))
    assert [name for name, *_ in done.history()] == ["after", "before"]
    assert done.rejected()[3].startswith(reason)


def test_bytes_that_are_no_text_are_a_bad_line() -> None:
    japanese = line(value="切削").encode("shift_jis")
    done = sent(HEADER.encode() + row("before").encode() + japanese + row("after").encode())
    assert done.rejected() == {3: "not UTF-8"}
    assert [name for name, *_ in done.history()] == ["after", "before"]


def test_lines_are_counted_in_the_file_and_not_in_the_part() -> None:
    done = sent(HEADER + row() + "\n" + row() + "bad\n" + row() + "worse\n", part_bytes=1)
    assert sorted(done.rejected()) == [5, 7]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_either_end_of_line_are_read(end: str, mark: bytes) -> None:
    file = mark + (HEADER + row("a") + "\n" + row("b")).replace("\n", end).encode()
    assert [name for name, *_ in sent(file).history()] == ["a", "b"]


def test_the_last_line_needs_no_end() -> None:
    assert len(sent((HEADER + row("a") + row("b")).removesuffix("\n")).history()) == 2


def test_quoted_commas_and_quotes_belong_to_the_text() -> None:
    done = sent(HEADER + line(value='"a, ""b"""', metric='"x,y"'))
    assert done.history() == [("x,y", NOW_MS, None, 'a, "b"', 192, None)]


@pytest.mark.parametrize(
    ("value", "read"),
    [("-1.5e3", -1500.0), (".5", 0.5), ("5.", 5.0), (" 7 ", 7.0), ("0", 0.0), ("1e-999", 0.0), ("00012", 12.0)],
)
def test_numbers_are_read_as_they_are_written(value: str, read: float) -> None:
    assert sent(HEADER + line(value=value)).history() == [("a", NOW_MS, read, None, 192, None)]


@pytest.mark.parametrize("value", ["1_000", "１２", "0x10", "1,5".replace(",", "·"), "; DROP TABLE x", "=1+1", "🏭"])
def test_what_is_no_number_is_a_text(value: str) -> None:
    assert sent(HEADER + line(value=value)).history() == [("a", NOW_MS, None, value, 192, None)]


@pytest.mark.parametrize("value", ["TRUE", "True", "true"])
def test_a_boolean_is_read_as_spreadsheets_write_it(value: str) -> None:
    assert sent(HEADER + line(value=value)).history() == [("a", NOW_MS, 1.0, "true", 192, None)]


def test_a_header_alone_is_a_file_without_readings() -> None:
    done = sent(HEADER)
    assert (done.start().status, done.start().accepted, done.history()) == ("complete", 0, [])


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("device,metric,time\n", "missing column value"),
        ("metric,time,value\n", "missing column device"),
        ("device,metric,time,value,unit\n", "unknown column 'unit'"),
        ("device,metric,time,value,value\n", "column value stands twice"),
        ("device;metric;time;value\n", "unknown column 'device;metric;time;value'"),
        ("\n", "missing column device, metric, time, value"),
        ("Device,metric,time,value\n", "unknown column 'Device'"),
        ('"device,metric,time,value\n', "not CSV: unexpected end of data"),
        ("\0\0\0\0\n", "unknown column"),
    ],
)
def test_a_header_that_names_the_columns_wrongly_is_refused_whole(header: str, detail: str) -> None:
    sender = Sender((header + row()).encode())
    with pytest.raises(UnusableHeader) as refused:
        sender.send()
    assert detail in refused.value.detail
    assert (sender.start().next_offset, sender.history()) == (0, [])


def test_a_file_in_another_encoding_is_refused_at_its_header() -> None:
    with pytest.raises(UnusableHeader, match="not UTF-8"):
        Sender((HEADER + row()).encode("utf-16")).send()


def test_a_line_longer_than_a_part_is_refused() -> None:
    sender = Sender((HEADER + line(value="x" * 5_000_000) + row()).encode())
    with pytest.raises(UnusablePart, match="4000000 bytes"):
        sender.send()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.text(max_size=20).map(str.encode), max_size=6))
def test_lines_of_any_bytes_are_reported_or_taken_and_the_good_one_is_among_them(lines: list[bytes]) -> None:
    done = sent(HEADER.encode() + b"\n".join(lines) + b"\n" + row("good").encode())
    assert [name for name, *_ in done.history()] == ["good"]
    assert set(done.rejected()) <= set(range(2, len(done.file)))
