"""The alarms of one device as they stand: one document in its partition, written with what changed them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.telemetry import keys
from makoto.codecs.json_text import from_text, to_text
from makoto.ports.documents import Datum, Document, Key

if TYPE_CHECKING:
    from makoto.analytics.alarms import AlarmRule, Point, Transition

MAX_POINTS = 250
"""As many alarms of one device are judged, further ones counted as refused: a store takes 400 KB, names may be long."""

MAX_WAITING = 500
MAX_WORDS = 64
DEVICE_RULE = "device"
"""Stands for the rule of an alarm that a device judges itself."""

NO_TIMER = -1
ALARM_ID = re.compile(r"([a-z0-9][a-z0-9-]{0,62})\.([a-z0-9][a-z0-9-]{0,62})\.([0-9a-f]{10})\.([0-9]{1,16})")


class Place(NamedTuple):
    """Which rule judges which metric."""

    rule_id: str
    metric: str


class Said(NamedTuple):
    """What a device said of an alarm of its own."""

    severity: int
    en: str
    ja: str


class Happened(NamedTuple):
    """A step of an alarm, to be told."""

    place: Place
    severity: int
    step: "Transition"


@dataclass(frozen=True, slots=True)
class AlarmStates:
    """All alarms of a device: by place their memory, by name what it said of its own.

    `told` counts the facts, `waiting` holds steps that did not fit a write, `machine` is since when (ms UTC) it is in
    which state of PackML. `timer` (ms UTC) is the earliest time for which the schedule has a note; `is_listed` where
    the tenant's list of alarms names the device; `refused` counts metrics beyond the bound, `calmed` steps of a
    chattering alarm that nobody was told of; `recent` holds when alarms were raised lately.
    """

    path: str = ""
    points: Mapping[Place, "Point"] = field(default_factory=dict)
    said: Mapping[str, Said] = field(default_factory=dict)
    told: int = 0
    waiting: tuple[Happened, ...] = ()
    machine: tuple[int, int] | None = None
    timer: int = NO_TIMER
    is_listed: bool = False
    refused: int = 0
    calmed: int = 0
    recent: tuple[int, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Tell whether no alarm would be listed."""
        return all(point.is_idle for point in self.points.values())

    def with_point(self, place: Place, point: "Point") -> "AlarmStates":
        return replace(self, points={**self.points, place: point})

    def with_room(self) -> "AlarmStates":
        """Forget the device's own alarms that are over where there are too many."""
        if len(self.points) < MAX_POINTS:
            return self
        points = {
            place: point for place, point in self.points.items() if place.rule_id != DEVICE_RULE or not point.is_idle
        }
        names = {place.metric for place in points if place.rule_id == DEVICE_RULE}
        return replace(self, points=points, said={name: said for name, said in self.said.items() if name in names})

    def to_data(self) -> dict[str, Datum]:
        """Write as a document."""
        places = {place: number for number, place in enumerate(self.points)}
        content = {
            "points": [[*place, point.to_list()] for place, point in self.points.items()],
            "said": {name: list(said) for name, said in self.said.items()},
            "waiting": [
                [places.get(each.place, list(each.place)), each.severity, _step_to_json(each.step)]
                for each in self.waiting
            ],
            "machine": self.machine,
            "refused": self.refused,
            "calmed": self.calmed,
            "recent": self.recent,
        }
        state = {"told": self.told, "timer": self.timer, "is_listed": self.is_listed}
        return {"path": self.path, "alarms": to_text(content), **state}

    @classmethod
    def from_document(cls, document: Document | None) -> "AlarmStates":
        """Read what `to_data` wrote."""
        if document is None:
            return cls()
        from makoto.analytics.alarms import Point

        data: Mapping[str, Any] = document.data
        content = from_text(data["alarms"])
        return cls(
            path=data["path"],
            points={Place(rule, metric): Point.from_list(given) for rule, metric, given in content["points"]},
            said={name: Said(*each) for name, each in content["said"].items()},
            told=int(data["told"]),
            waiting=tuple(
                Happened(Place(*content["points"][at][:2]) if isinstance(at, int) else Place(*at), severity, step)
                for at, severity, given in content["waiting"]
                for step in [_step_from_json(given)]
            ),
            machine=content["machine"] and (content["machine"][0], content["machine"][1]),
            timer=int(data["timer"]),
            is_listed=bool(data["is_listed"]),
            refused=content["refused"],
            calmed=content["calmed"],
            recent=tuple(content["recent"]),
        )


def states_key(device: str) -> Key:
    return Key(keys.partition_of(device), "alarm-states")


def alarm_id_of(device: str, place: Place, raised_t: int) -> str:
    """Name an occurrence of an alarm: whose, by which rule, of which metric, raised when (ms UTC)."""
    return f"{device}.{place.rule_id}.{sha256(place.metric.encode()).hexdigest()[:10]}.{max(raised_t, 0)}"


def rule_for(place: Place, states: AlarmStates, rules: "Mapping[str, AlarmRule]") -> "AlarmRule | None":
    """Find the rule that judges an alarm; one that the device judges itself follows its quality alone."""
    from makoto.analytics.alarms import AlarmCondition, AlarmRule, AlarmWords

    if place.rule_id != DEVICE_RULE:
        return rules.get(place.rule_id)
    said = states.said.get(place.metric, Said(1, place.metric, place.metric))
    return AlarmRule(
        rule_id=DEVICE_RULE,
        text=AlarmWords(en=said.en or place.metric, ja=said.ja or place.metric),
        metric=place.metric,
        condition=AlarmCondition.BAD_QUALITY,
        severity=said.severity,
    )


def _step_to_json(step: "Transition") -> list[object]:
    return [step.step, step.t, step.raised_t, step.value, step.level, step.by, step.said]


def _step_from_json(given: list[Any]) -> "Transition":
    from makoto.analytics.alarms import Step, Transition

    return Transition(Step(given[0]), *given[1:])
