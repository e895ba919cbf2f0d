"""A tenant with alarm rules, a device that sends, and what became of its alarms."""

from typing import Any

from functions.telemetry import alerting
from functions.telemetry.alarm_states import AlarmStates, Place, states_key
from functions.telemetry.alarm_timers import let_time_pass
from makoto.analytics.alarms import AlarmRule, AlarmWords
from makoto.events import Envelope
from makoto.ports.documents import Key, Put, Query
from makoto.ports.outbox import PENDING
from tests.unit.codecs.messages import DEVICE, NOW_MS, series, telemetry
from tests.unit.telemetry.world import World

METRIC = "spindle/temperature"


def rule(**fields: Any) -> AlarmRule:
    words = AlarmWords(en="Spindle too hot", ja="主軸過熱")
    given = {"rule_id": "hot", "text": words, "metric": METRIC, "condition": "high", "severity": 3, "high": 80.0}
    return AlarmRule(**(given | fields))


def set_rule(world: World, given: AlarmRule) -> None:
    """Store a rule as the route does."""
    put = Put(Key(alerting.PARTITION, alerting.RULE + given.rule_id), {"content": given.model_dump_json()})
    world.tenant.documents.atomic(alerting.with_mark(put, world.tenant))


def hot(*values: float, seq: int, at_ms: int = NOW_MS, metric: str = METRIC, **changes: Any) -> dict[str, Any]:
    """Readings a second apart, the last of them at `at_ms`."""
    times = [at_ms - 1000 * (len(values) - 1 - index) for index in range(len(values))]
    return telemetry(series(metric, t=times, v=list(values)), seq=seq, **changes)


def told(world: World) -> list[tuple[str, Any]]:
    """Name and time of each fact about alarms that waits for the relay, in order."""
    return [(each.detail_type.split(".")[1], each.data["at"]) for each in alarm_facts(world)]


def names(world: World) -> list[str]:
    return [name for name, _ in told(world)]


def alarm_facts(world: World) -> list[Envelope]:
    pending = Query(f"telemetry#{DEVICE}", prefix=PENDING, limit=1000)
    found = world.tenant.documents.system().query(pending).items
    envelopes = [Envelope.model_validate_json(str(each.data["envelope"])) for each in found]
    return [each for each in envelopes if each.detail_type.startswith("telemetry.alarm")]


def states(world: World) -> AlarmStates:
    return AlarmStates.from_document(world.tenant.documents.find(states_key(DEVICE)))


def state_of(world: World, rule_id: str = "hot", metric: str = METRIC) -> str:
    return states(world).points[Place(rule_id, metric)].state.value


def tick(world: World, after_s: float = 0.0) -> int:
    """Let time pass and the schedule look once."""
    world.clock.advance(after_s)
    served, failed = let_time_pass(world.tenant, lambda: False)
    assert failed == 0
    return served
