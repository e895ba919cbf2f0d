"""MTConnect SHDR, what adapters send: lines of fields between pipes (MTConnect Standard, adapter agent protocol 2.0).

Real adapters send cut lines, times that step back, equal times, UNAVAILABLE and assets of many lines. What is valid is
kept whatever stands beside it; the rest is reported with its line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from makoto.codecs.ingress.instants import ms_of_iso
from makoto.codecs.ingress.portion import Condition, Order, Point, Portion, Scalar, unavailable

MAX_LINE = 64 * 1024
LEVELS = {"normal": 1, "warning": 2, "fault": 4}
"""By the level of a condition, the severity of its alarm."""

UNAVAILABLE = "UNAVAILABLE"
_CONDITION_FIELDS = 6
_MULTILINE = "--multiline--"
_ASSETS = ("@ASSET@", "@UPDATE_ASSET@", "@REMOVE_ASSET@", "@REMOVE_ALL_ASSETS@")


@dataclass(slots=True)
class ShdrReader:
    """Reads a stream piece by piece; a line may be cut between two pieces. Its state is kept as text in between."""

    rest: bytes = b""
    line: int = 0
    asset_end: str = ""
    order: Order = field(default_factory=Order)
    active: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> "ShdrReader":
        """Go on where `to_text` stopped."""
        given = json.loads(text)
        return cls(
            given["rest"].encode("latin-1"), given["line"], given["end"], Order(given["newest"]), given["active"]
        )

    def to_text(self) -> str:
        """Write down what the next piece needs."""
        state = {
            "rest": self.rest.decode("latin-1"),
            "line": self.line,
            "end": self.asset_end,
            "newest": self.order.newest,
            "active": self.active,
        }
        return json.dumps(state, separators=(",", ":"))

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read a piece; with `is_last` a line without its end is a cut one."""
        portion = Portion()
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._read_line(line.rstrip(b"\r"), received_at_ms, portion)
        if len(self.rest) > MAX_LINE:
            self._refuse_rest("too_long", f"a line has at most {MAX_LINE} bytes", portion)
        if is_last and self.rest:
            self._refuse_rest("cut_line", "the stream ends within a line", portion)
        return portion

    def _refuse_rest(self, rule: str, detail: str, portion: Portion) -> None:
        self.line += 1
        portion.refuse(f"/{self.line}", rule, detail, self.rest.decode("utf-8", "replace"))
        self.rest = b""

    def _read_line(self, raw: bytes, received_at_ms: int, portion: Portion) -> None:
        self.line += 1
        portion.counts["lines"] += 1
        text = raw.decode("utf-8", "replace").strip("\ufeff")
        if self.asset_end:
            self.asset_end = "" if text.strip() == self.asset_end else self.asset_end
            return
        if not text.strip():
            return
        if text.startswith("*"):
            portion.counts["commands"] += 1
            return
        self._read_fields(_fields(text), received_at_ms, portion)

    def _read_fields(self, fields: list[str], received_at_ms: int, portion: Portion) -> None:
        pointer, stamp = f"/{self.line}", fields[0].partition("@")[0]
        clock, t = ("source", ms_of_iso(stamp)) if stamp else ("server", received_at_ms)
        if t is None:
            portion.refuse(pointer, "time", "a line begins with a time of ISO 8601 or with a pipe", fields[0])
        elif len(fields) > 1 and fields[1] in _ASSETS:
            self._skip_asset(fields, portion)
        elif _is_condition(fields):
            self._read_condition(fields, t, received_at_ms, portion)
        else:
            self._read_pairs(fields[1:], t, clock, received_at_ms, portion)

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
            for point in _points(key.strip(), value.strip(), t, clock, portion):
                if portion.keep(point, pointer, received_at_ms):
                    self.order.note(point.metric, point.t, portion)

    def _read_condition(self, fields: list[str], t: int, received_at_ms: int, portion: Portion) -> None:
        key, level, code, _, qualifier, message = (each.strip() for each in fields[1:7])
        is_away = level.upper() == UNAVAILABLE
        word: Scalar = None if is_away else level.upper()
        point = unavailable(key, t, UNAVAILABLE) if is_away else Point(key, t, word)
        portion.counts["conditions"] += 1
        if is_away:
            portion.counts["unavailable"] += 1
        if not portion.keep(point, f"/{self.line}", received_at_ms):
            return
        self.order.note(key, t, portion)
        portion.conditions += self._conditions(
            key, level.lower(), code, " ".join(filter(None, (message, qualifier))), t
        )

    def _conditions(self, key: str, level: str, code: str, text: str, t: int) -> Iterator[Condition]:
        """A normal without a code clears every alarm of the key, one with a code just that (MTConnect, Condition)."""
        active = self.active.setdefault(key, [])
        if level in ("warning", "fault"):
            if code not in active:
                active.append(code)
            yield Condition(_alarm_id(key, code), t, True, LEVELS[level], text or code or level)
            return
        for each in [code] if code and level == "normal" else list(active):
            if each in active:
                active.remove(each)
                yield Condition(_alarm_id(key, each), t, False, LEVELS["normal"], text or each or key)


def _alarm_id(key: str, code: str) -> str:
    return f"{key}/{code}" if code else key


def _is_condition(fields: list[str]) -> bool:
    is_level = len(fields) > 2 and (fields[2].lower() in LEVELS or fields[2].upper() == UNAVAILABLE)
    return is_level and len(fields) == 1 + _CONDITION_FIELDS


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
    return [each.replace("\0", "|").strip('"') for each in line.replace("\\|", "\0").split("|")]
