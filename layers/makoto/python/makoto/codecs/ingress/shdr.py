"""MTConnect SHDR, what adapters send: lines of fields between pipes (MTConnect Standard, adapter agent protocol 2.0).

Real adapters send cut lines, times that step back, equal times, UNAVAILABLE and assets of many lines. What is valid is
kept whatever stands beside it; the rest is reported with its line.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from makoto.codecs.ingress.conditions import LEVELS, UNAVAILABLE, conditions_of
from makoto.codecs.ingress.instants import ms_of_iso
from makoto.codecs.ingress.portion import Order, Point, Portion, Scalar, unavailable
from makoto.codecs.ingress.sampled import sampled

MAX_LINE = 64 * 1024
_CONDITION_FIELDS, _SERIES_FIELDS, _MESSAGE_FIELDS = 6, 4, 3
_STAMPED = re.compile(r"\d{4}-\d\d-\d\dT[^|<>]{5,40}\|")
_MULTILINE = "--multiline--"
_ASSETS = ("@ASSET@", "@UPDATE_ASSET@", "@REMOVE_ASSET@", "@REMOVE_ALL_ASSETS@")


@dataclass(slots=True)
class ShdrReader:
    """Reads a stream piece by piece; a line may be cut between two pieces. Its state is kept as text in between."""

    rest: bytes = b""
    line: int = 0
    is_passing_over: bool = False
    asset_end: str = ""
    order: Order = field(default_factory=Order)
    active: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> "ShdrReader":
        """Go on where `to_text` stopped."""
        given = json.loads(text)
        rest, order = base64.b64decode(given["rest"]), Order(given["newest"])
        return cls(rest, given["line"], given["over"], given["end"], order, given["active"])

    def to_text(self) -> str:
        """Write down what the next piece needs."""
        state = {
            "rest": base64.b64encode(self.rest).decode(),
            "line": self.line,
            "over": self.is_passing_over,
            "end": self.asset_end,
            "newest": self.order.newest,
            "active": self.active,
        }
        return json.dumps(state, separators=(",", ":"))

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read a piece; with `is_last` a line without its end is a cut one."""
        portion = Portion()
        *lines, self.rest = (self.rest + data).split(b"\n")
        if self.is_passing_over:
            self.is_passing_over, self.rest, lines = not lines, self.rest if lines else b"", lines[1:]
        for line in lines:
            self._read_line(line.rstrip(b"\r"), received_at_ms, portion)
        if len(self.rest) > MAX_LINE:
            self._read_line(self.rest, received_at_ms, portion)
            self.is_passing_over, self.rest = True, b""
        if is_last and self.rest:
            self.line += 1
            portion.refuse(
                f"/{self.line}", "cut_line", "the stream ends within a line", self.rest.decode(errors="replace")
            )
            self.rest = b""
        return portion

    def _read_line(self, raw: bytes, received_at_ms: int, portion: Portion) -> None:
        self.line += 1
        portion.counts["lines"] += 1
        text = raw.decode("utf-8", "replace").strip("\ufeff")
        if "\ufffd" in text:
            portion.counts["not_utf8"] += 1
        if self._is_of_asset(text, portion) or not text.strip():
            return
        if text.startswith("*"):
            portion.counts["commands"] += 1
        elif len(raw) > MAX_LINE and text.split("|", 2)[1:2] != ["@ASSET@"]:
            portion.refuse(f"/{self.line}", "too_long", f"a line has at most {MAX_LINE} bytes", text)
        else:
            self._read_fields(_fields(text), received_at_ms, portion)

    def _is_of_asset(self, text: str, portion: Portion) -> bool:
        """Pass over an asset's lines; a line of readings ends one whose own end was cut off."""
        if not self.asset_end:
            return False
        if _STAMPED.match(text):
            portion.refuse(f"/{self.line}", "cut_asset", f"the asset before has no {self.asset_end}")
            self.asset_end = ""
            return False
        self.asset_end = "" if text.strip() == self.asset_end else self.asset_end
        return True

    def _read_fields(self, fields: list[str], received_at_ms: int, portion: Portion) -> None:
        pointer, stamp = f"/{self.line}", fields[0].partition("@")[0]
        clock, t = ("source", ms_of_iso(stamp)) if stamp else ("server", received_at_ms)
        if t is None:
            portion.refuse(pointer, "time", "a line begins with a time of ISO 8601 or with a pipe", fields[0])
        elif len(fields) > 1 and fields[1] in _ASSETS:
            self._skip_asset(fields, portion)
        elif _is_condition(fields):
            self._read_condition(fields, t, clock, received_at_ms, portion)
        elif _is_series(fields[1:]):
            self._keep(_samples(fields[1:], t, clock, portion), received_at_ms, portion)
        elif _is_message(fields[1:]):
            self._keep(_message(fields[1:], t, clock, portion), received_at_ms, portion)
        else:
            self._read_pairs(fields[1:], t, clock, received_at_ms, portion)

    def _keep(self, points: Iterator[Point], received_at_ms: int, portion: Portion) -> None:
        for point in points:
            if portion.keep(point, f"/{self.line}", received_at_ms):
                self.order.note(point.metric, point.t, portion)

    def _skip_asset(self, fields: list[str], portion: Portion) -> None:
        """An asset is a document and no reading: counted, and its lines passed over."""
        portion.counts["assets"] += 1
        if fields[-1].startswith(_MULTILINE):
            self.asset_end = fields[-1].strip()

    def _read_pairs(self, fields: list[str], t: int, clock: str, received_at_ms: int, portion: Portion) -> None:
        pointer = f"/{self.line}"
        if len(fields) % 2:
            portion.refuse(pointer, "cut_line", "a key without a value", "|".join(fields))
        for key, value in zip(fields[::2], fields[1::2], strict=False):
            if not key.strip():
                portion.refuse(pointer, "name", "a value without a key", value)
                continue
            self._keep(_points(key.strip(), value.strip(), t, clock, portion), received_at_ms, portion)

    def _read_condition(self, fields: list[str], t: int, clock: str, received_at_ms: int, portion: Portion) -> None:
        key, level, code, _, qualifier, message = (each.strip() for each in fields[1:7])
        is_away = level.upper() == UNAVAILABLE
        word: Scalar = None if is_away else level.upper()
        point = unavailable(key, t, UNAVAILABLE, clock) if is_away else Point(key, t, word, clock=clock)
        portion.counts["conditions"] += 1
        if is_away:
            portion.counts["unavailable"] += 1
        if not portion.keep(point, f"/{self.line}", received_at_ms):
            return
        self.order.note(key, t, portion)
        told = " ".join(filter(None, (message, qualifier)))
        portion.conditions += conditions_of(self.active, key, level.lower(), code, told, t)


def _is_condition(fields: list[str]) -> bool:
    """Whether a line is of a condition, and not of three pairs of which the first is unavailable."""
    if len(fields) != 1 + _CONDITION_FIELDS:
        return False
    is_away = fields[2].strip().upper() == UNAVAILABLE and not (fields[3].strip() or fields[5].strip())
    return is_away or fields[2].strip().lower() in LEVELS


def _is_series(fields: list[str]) -> bool:
    """Whether a line is of samples, `key|count|rate|values`: no key is a number or nothing."""
    if len(fields) != _SERIES_FIELDS or not fields[0].strip():
        return False
    count, rate = fields[1].strip(), fields[2].strip()
    is_rate = rate == "" or _number(rate) is not None
    return is_rate and count.isascii() and count.isdigit()


def _samples(fields: list[str], t: int, clock: str, portion: Portion) -> Iterator[Point]:
    key, count, rate, values = (each.strip() for each in fields)
    return sampled(key, t, (int(count[:9]), _number(rate), [_number(each) for each in values.split()]), clock, portion)


def _is_message(fields: list[str]) -> bool:
    """Whether a line is of a message, `key|code|text`: no code, or a text that is no key."""
    return len(fields) == _MESSAGE_FIELDS and (not fields[1].strip() or " " in fields[2].strip())


def _message(fields: list[str], t: int, clock: str, portion: Portion) -> Iterator[Point]:
    """The text, and its code as a reading of its own: `key/code`."""
    key, code, text = (each.strip() for each in fields)
    if text.upper() == UNAVAILABLE:
        portion.counts["unavailable"] += 1
        yield unavailable(key, t, UNAVAILABLE, clock)
        return
    yield Point(key, t, text, clock=clock)
    if code:
        yield Point(f"{key}/code", t, code, clock=clock)


def _points(key: str, value: str, t: int, clock: str, portion: Portion) -> Iterator[Point]:
    """One reading, or three where the value is a position in space: `key/x`, `key/y`, `key/z`."""
    if value.upper() == UNAVAILABLE:
        portion.counts["unavailable"] += 1
        yield unavailable(key, t, UNAVAILABLE, clock)
        return
    numbers = [_number(each) for each in value.split(" ")]
    if len(numbers) == 3 and None not in numbers:
        yield from (Point(f"{key}/{axis}", t, number, clock=clock) for axis, number in zip("xyz", numbers, strict=True))
        return
    number = _number(value)
    yield Point(key, t, value if number is None else number, clock=clock)


def _number(text: str) -> float | None:
    """A number as MTConnect writes it; Python's own spellings (`nan`, `1_0`) are text."""
    if not text or not (text[-1].isdigit() or text[-1] == ".") or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _fields(line: str) -> list[str]:
    """Split at pipes; in a value within quotes a pipe is written `\\|`."""
    if "\\|" not in line:
        return line.split("|")
    return [_unquoted(each.replace("\0", "|")) for each in line.replace("\\|", "\0").split("|")]


def _unquoted(field: str) -> str:
    bare = field.strip()
    return bare[1:-1] if len(bare) > 1 and bare[0] == bare[-1] == '"' else field
