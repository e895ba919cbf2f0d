"""Sparkplug B 3.0 as a host reads it: births, aliases, the sequence, and STALE when a node or a device dies.

The specification's chapters 4 to 6 (eclipse-sparkplug). One reader follows one edge node; metrics of a device below it
are named `device/metric`. What is not understood asks the node for its births again.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from makoto.codecs.ingress.portion import Order, Point, Portion
from makoto.codecs.ingress.sparkplug_proto import payload_class
from makoto.codecs.ingress.sparkplug_values import MAX_SCALAR, clock_of, points_of, time_of
from makoto.codecs.telemetry.columns import STALE

NAMESPACE = "spBv1.0"
BD_SEQ = "bdSeq"
REBIRTH = "Node Control/Rebirth"
_NODE_CONTROL = "Node Control/"
_BOOLEAN = 11
_BIRTHS, _DATA, _DEATHS = ("NBIRTH", "DBIRTH"), ("NDATA", "DDATA"), ("NDEATH", "DDEATH")


@dataclass(frozen=True, slots=True)
class Topic:
    """Whose message it is, and of which type."""

    group: str
    type: str
    node: str
    device: str = ""

    @property
    def path(self) -> str:
        """The node as it is told from all others."""
        return f"{self.group}/{self.node}"


@dataclass(slots=True)
class SparkplugReader:
    """Follows one edge node; `aliases` give a metric's name and data type, `names` each born metric's data type."""

    node: str = ""
    bd_seq: int | None = None
    seq: int | None = None
    is_online: bool = False
    aliases: dict[str, tuple[str, int]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    order: Order = field(default_factory=Order)

    @classmethod
    def from_text(cls, text: str) -> "SparkplugReader":
        """Go on where `to_text` stopped."""
        given = json.loads(text)
        aliases = {alias: (name, kind) for alias, (name, kind) in given["aliases"].items()}
        order = Order(given["newest"])
        return cls(given["node"], given["bdSeq"], given["seq"], given["online"], aliases, given["names"], order)

    def to_text(self) -> str:
        """Write down what the next message needs."""
        state = {
            "node": self.node,
            "bdSeq": self.bd_seq,
            "seq": self.seq,
            "online": self.is_online,
            "aliases": self.aliases,
            "names": self.names,
            "newest": self.order.newest,
        }
        return json.dumps(state, separators=(",", ":"))

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read one message of the node; `is_last` changes nothing."""
        portion = Portion()
        place = topic_of(topic)
        if place is None:
            portion.refuse("", "topic", f"a topic is {NAMESPACE}/group/type/node[/device]", topic)
            return portion
        portion.counts[place.type] += 1
        if place.type == "STATE":
            return portion
        if place.path != (self.node or place.path):
            portion.refuse("", "other_node", f"this stream is of the node {self.node}", topic)
            return portion
        self.node = place.path
        payload = _parsed(data, portion)
        if payload is not None:
            self._read(place, payload, received_at_ms, portion)
        return portion

    def _read(self, place: Topic, payload: Any, received_at_ms: int, portion: Portion) -> None:
        if place.type == "NDEATH":
            self._die(payload, received_at_ms, portion)
            return
        if place.type == "NBIRTH":
            self._be_born(payload)
        elif place.type == "DBIRTH":
            self._forget(f"{place.device}/")
        elif place.type not in (*_BIRTHS, *_DATA, *_DEATHS):
            portion.counts["commands"] += 1
            return
        self._follow(place, payload, portion)
        if place.type == "DDEATH":
            self._stale(f"{place.device}/", time_of(payload, received_at_ms), portion)
            self._forget(f"{place.device}/")
            return
        for at, metric in enumerate(payload.metrics):
            self._read_metric(place, at, metric, payload, received_at_ms, portion)

    def _be_born(self, payload: Any) -> None:
        self.aliases.clear()
        self.names.clear()
        self.is_online, self.seq = True, None
        self.bd_seq = _bd_seq(payload)

    def _forget(self, prefix: str) -> None:
        """What a device said of itself ends with its death, or with its next birth."""
        self.names = {name: kind for name, kind in self.names.items() if not name.startswith(prefix)}
        self.aliases = {alias: named for alias, named in self.aliases.items() if not named[0].startswith(prefix)}

    def _follow(self, place: Topic, payload: Any, portion: Portion) -> None:
        """A message that is missing cannot be had again; its births can."""
        if not self.is_online:
            portion.counts["before_birth"] += 1
            portion.wants_rebirth = True
        seq = int(payload.seq) if payload.HasField("seq") else None
        if seq is not None and self.seq is not None and seq != (self.seq + 1) % 256:
            portion.counts["gap"] += 1
            portion.wants_rebirth = True
        if seq is not None:
            self.seq = seq

    def _die(self, payload: Any, received_at_ms: int, portion: Portion) -> None:
        """The Will of an earlier connection comes late and says nothing about this one."""
        if not self.is_online or _bd_seq(payload) != self.bd_seq:
            portion.counts["old_death"] += 1
            return
        self.is_online, portion.is_dead = False, True
        self._stale("", received_at_ms, portion)

    def _stale(self, prefix: str, t: int, portion: Portion) -> None:
        for name in self.names:
            if name.startswith(prefix):
                portion.points.append(Point(name, t, None, STALE, "STALE", "server"))
                self.order.note(name, t, portion)

    def _read_metric(
        self, place: Topic, at: int, metric: Any, payload: Any, received_at_ms: int, portion: Portion
    ) -> None:
        pointer, is_birth = f"/metrics/{at}", place.type in _BIRTHS
        name, kind = self._named(place, metric, is_birth=is_birth)
        if name is None:
            portion.refuse(pointer, "alias", f"no birth gave the alias {metric.alias}")
            portion.wants_rebirth = True
            return
        if _is_of_session(name):
            return
        if not is_birth and name not in self.names and kind <= MAX_SCALAR:
            portion.counts["not_in_birth"] += 1
            portion.wants_rebirth = True
        clock, t = clock_of(metric, payload, received_at_ms)
        for point in points_of(name, kind, metric, t, clock, pointer, portion):
            if portion.keep(point, pointer, received_at_ms) and not point.is_historical:
                self.order.note(name, t, portion)

    def _named(self, place: Topic, metric: Any, *, is_birth: bool) -> tuple[str | None, int]:
        if not metric.name:
            return self.aliases.get(str(metric.alias), (None, 0)) if metric.HasField("alias") else (None, 0)
        name = f"{place.device}/{metric.name}" if place.device else metric.name
        kind = metric.datatype if metric.HasField("datatype") else self.names.get(name, 0)
        if is_birth:
            if not _is_of_session(name) and kind <= MAX_SCALAR:
                self.names[name] = kind
            if metric.HasField("alias"):
                self.aliases[str(metric.alias)] = (name, kind)
        return name, kind


def _is_of_session(name: str) -> bool:
    return name == BD_SEQ or name.startswith(_NODE_CONTROL)


def topic_of(topic: str) -> Topic | None:
    """Read a topic; nothing if it is none of Sparkplug's."""
    parts = topic.split("/")
    if parts[0] != NAMESPACE or len(parts) < 3:
        return None
    if parts[1] == "STATE":
        return Topic("", "STATE", parts[2])
    if len(parts) not in (4, 5) or not all(parts) or (parts[2].startswith("D") != (len(parts) == 5)):
        return None
    return Topic(parts[1], parts[2], parts[3], parts[4] if len(parts) == 5 else "")


def rebirth_command(topic: Topic, sent_at_ms: int) -> tuple[str, bytes]:
    """What asks a node for its births: the topic and the payload of an NCMD (QoS 0, not retained)."""
    payload = payload_class()(timestamp=sent_at_ms)
    payload.metrics.add(name=REBIRTH, timestamp=sent_at_ms, datatype=_BOOLEAN, boolean_value=True)
    return f"{NAMESPACE}/{topic.group}/NCMD/{topic.node}", bytes(payload.SerializeToString())


def _parsed(data: bytes, portion: Portion) -> Any:
    from google.protobuf.message import DecodeError

    try:
        return payload_class().FromString(data)
    except DecodeError as error:
        portion.refuse("", "protobuf", f"no Sparkplug payload: {error}", data[:32].hex())
        return None


def _bd_seq(payload: Any) -> int | None:
    return next((int(each.long_value or each.int_value) for each in payload.metrics if each.name == BD_SEQ), None)
