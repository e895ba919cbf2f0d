"""Batches as AWS IoT SiteWise takes them (BatchPutAssetPropertyValue): entries of values with time and quality."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from makoto.codecs.ingress.portion import Order, Point, Portion, Scalar
from makoto.codecs.telemetry.columns import BAD, GOOD, UNCERTAIN

_QUALITIES = {"GOOD": GOOD, "UNCERTAIN": UNCERTAIN, "BAD": BAD}
_KINDS = {"doubleValue": (int, float), "integerValue": (int,), "booleanValue": (bool,), "stringValue": (str,)}


@dataclass(slots=True)
class BatchReader:
    """Reads batch after batch; limits of SiteWise's own (10 entries, 7 days) do not hold here."""

    order: Order = field(default_factory=Order)

    @classmethod
    def from_text(cls, text: str) -> "BatchReader":
        """Go on where `to_text` stopped."""
        return cls(Order(orjson.loads(text)))

    def to_text(self) -> str:
        """Write down what the next batch needs."""
        return orjson.dumps(self.order.newest).decode()

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read one batch, one entry or a list of them, whatever its topic; `is_last` changes nothing."""
        portion = Portion()
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            portion.refuse("", "json", str(error), data[:200].decode("utf-8", "replace"))
            return portion
        for pointer, entry in _entries(document, portion):
            self._read_entry(pointer, entry, received_at_ms, portion)
        return portion

    def _read_entry(self, pointer: str, entry: Mapping[str, Any], received_at_ms: int, portion: Portion) -> None:
        metric, values = _name(entry), entry.get("propertyValues")
        if not metric:
            portion.refuse(pointer, "name", "an entry has propertyAlias, or assetId and propertyId", entry)
            return
        if not isinstance(values, list):
            portion.refuse(f"{pointer}/propertyValues", "type", "a list of values is expected", values)
            return
        for at, each in enumerate(values):
            place = f"{pointer}/propertyValues/{at}"
            point = _point(metric, each, place, portion)
            if point is not None and portion.keep(point, place, received_at_ms):
                self.order.note(metric, point.t, portion)


def _entries(document: Any, portion: Portion) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(document, list):
        for at, each in enumerate(document):
            yield from ((f"/{at}{pointer}", entry) for pointer, entry in _entries(each, portion))
    elif not isinstance(document, dict):
        portion.refuse("", "type", "a batch is an object", document)
    elif "entries" not in document:
        yield "", document
    elif not isinstance(document["entries"], list):
        portion.refuse("/entries", "type", "a list of entries is expected", document["entries"])
    else:
        for at, entry in enumerate(document["entries"]):
            if isinstance(entry, dict):
                yield f"/entries/{at}", entry
            else:
                portion.refuse(f"/entries/{at}", "type", "an entry is an object", entry)


def _name(entry: Mapping[str, Any]) -> str:
    alias = entry.get("propertyAlias")
    if isinstance(alias, str) and alias.strip("/"):
        return alias.strip("/")
    asset, attribute = entry.get("assetId"), entry.get("propertyId")
    return f"{asset}/{attribute}" if isinstance(asset, str) and isinstance(attribute, str) else ""


def _point(metric: str, given: Any, pointer: str, portion: Portion) -> Point | None:
    if not isinstance(given, dict):
        portion.refuse(pointer, "type", "a value is an object", given)
        return None
    t, quality = _time(given.get("timestamp")), given.get("quality", "GOOD")
    if t is None:
        portion.refuse(f"{pointer}/timestamp", "time", "timeInSeconds, and offsetInNanos below 1e9", given)
        return None
    if not isinstance(quality, str) or quality not in _QUALITIES:
        portion.refuse(f"{pointer}/quality", "enum", "GOOD, BAD or UNCERTAIN", quality)
        return None
    is_known, value = _value(given.get("value"))
    if not is_known:
        portion.refuse(f"{pointer}/value", "type", f"one of {', '.join(_KINDS)}, nullValue", given.get("value"))
        return None
    worth = BAD if value is None else _QUALITIES[quality]
    return Point(metric, t, None if worth == BAD else value, worth, "" if worth == GOOD else str(quality))


def _time(stamp: Any) -> int | None:
    if not isinstance(stamp, dict) or type(stamp.get("timeInSeconds")) is not int:
        return None
    nanos = 0 if stamp.get("offsetInNanos") is None else stamp["offsetInNanos"]
    if type(nanos) is not int or not 0 <= nanos < 10**9:
        return None
    return int(stamp["timeInSeconds"]) * 1000 + nanos // 10**6


def _value(given: Any) -> tuple[bool, Scalar]:
    if not isinstance(given, dict) or len(given) != 1:
        return False, None
    ((kind, value),) = given.items()
    if kind == "nullValue":
        return True, None
    if kind not in _KINDS or not isinstance(value, _KINDS[kind]) or (kind != "booleanValue" and value is True):
        return False, None
    return True, value if isinstance(value, bool | str) else float(value)
