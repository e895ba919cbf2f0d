"""What a portion of messages does to a device's alarms. Pure but for the device's units, read where a rule asks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from functions.telemetry.alarm_states import (
    DEVICE_RULE,
    MAX_POINTS,
    MAX_WORDS,
    AlarmStates,
    Happened,
    Place,
    Said,
    rule_for,
)
from functions.telemetry.alarm_telling import calmed
from functions.telemetry.alerting import Alerting, applies, units_of
from functions.telemetry.batch import Batch
from functions.telemetry.held import Held
from functions.telemetry.portion import Portion, contents_of
from makoto.codecs.telemetry import BAD, GOOD, Alarm, MachineState
from makoto.domain import ms_from_instant
from makoto.ports.context import TenantContext

if TYPE_CHECKING:
    from makoto.analytics.alarms import AlarmRule, MachineStates, Outcome, Samples

Judged = tuple[AlarmStates, list[Happened]]


def judged(portion: Portion, held: Held, states: AlarmStates, alerting: Alerting, tenant: TenantContext) -> Judged:
    """Judge the readings of a portion, and take over what the device says of its own alarms.

    Readings that are sent as history move no alarm.
    """
    judging = Judging(replace(states, path=held.path), held.device, alerting)
    judging.withdraw(ms_from_instant(tenant.clock.now()))
    machine = _machine_states(portion, held, states)
    if portion.batch is not None:
        for metric, samples in current_samples(portion.batch, lambda metric: bool(judging.rules_of(metric, tenant))):
            for rule in judging.rules_of(metric, tenant):
                judging.judge(rule, Place(rule.rule_id, metric), samples, machine)
    if machine.changes:
        judging.follow(machine)
    for _, alarm in sorted(contents_of(portion, Alarm), key=lambda each: (each[1].t, each[0].order)):
        judging.take(alarm)
    last = machine.changes[-1] if machine.changes else judging.states.machine
    return replace(judging.states, machine=last), judging.happened


class Judging:
    """The alarms of a device while they are judged."""

    def __init__(self, states: AlarmStates, device: str, alerting: Alerting) -> None:
        self.states = states
        self.device = device
        self.alerting = alerting
        self.happened: list[Happened] = []
        self.judged: set[Place] = set()

    def rules_of(self, metric: str, tenant: TenantContext) -> "tuple[AlarmRule, ...]":
        return self.alerting.rules_of(self.device, self.states.path, metric, lambda: units_of(self.device, tenant))

    def judge(self, rule: "AlarmRule", place: Place, samples: "Samples", machine: "MachineStates") -> None:
        """Judge readings of one metric by one rule."""
        from makoto.analytics.alarms import Point, evaluated

        point = self.states.points.get(place)
        if point is None and self._refuses():
            return
        self.judged.add(place)
        self.settle(place, rule.severity, evaluated(rule, point or Point(), samples, machine))

    def _refuses(self) -> bool:
        """Tell whether there is no room for another alarm, and count it as refused."""
        if len(self.states.points) < MAX_POINTS:
            return False
        self.states = replace(self.states, refused=self.states.refused + 1)
        return True

    def follow(self, machine: "MachineStates") -> None:
        """Suppress or release the alarms of metrics that say nothing while the machine's state changes."""
        from makoto.analytics.alarms import Samples, evaluated

        nothing = Samples(np.empty(0, np.int64), np.empty(0))
        for place, point in list(self.states.points.items()):
            rule = self.alerting.rules.get(place.rule_id)
            if rule is not None and rule.only_in_states and place not in self.judged:
                self.settle(place, rule.severity, evaluated(rule, point, nothing, machine))

    def settle(self, place: Place, severity: int, outcome: "Outcome") -> None:
        """Take over what became of an alarm."""
        point, steps = outcome
        kept, left_out = calmed(steps)
        self.states = replace(self.states.with_point(place, point), calmed=self.states.calmed + left_out)
        self.happened += [Happened(place, severity, step) for step in kept]

    def take(self, alarm: Alarm) -> None:
        """Take over an alarm that the device judged."""
        from makoto.analytics.alarms import MachineStates, Samples

        place = Place(DEVICE_RULE, alarm.id)
        if place not in self.states.points:
            self.states = self.states.with_room()
            if self._refuses():
                return
        said = Said(alarm.severity, alarm.text.en[:MAX_WORDS], alarm.text.ja[:MAX_WORDS])
        self.states = replace(self.states, said={**self.states.said, alarm.id: said})
        rule = rule_for(place, self.states, {})
        assert rule is not None
        quality = np.array([BAD if alarm.active else GOOD], np.uint16)
        self.judge(rule, place, Samples(np.array([alarm.t]), np.array([np.nan]), quality), MachineStates())

    def withdraw(self, now_ms: int) -> None:
        """End the alarms whose rules are switched off, or about something else now."""
        from makoto.analytics.alarms import withdrawn

        for place, point in list(self.states.points.items()):
            rule = rule_for(place, self.states, self.alerting.rules)
            if rule is not None and self._still_applies(rule, place):
                continue
            if rule is not None:
                self.settle(place, rule.severity, withdrawn(rule, point, now_ms))
            left = {other: kept for other, kept in self.states.points.items() if other != place}
            self.states = replace(self.states, points=left)

    def _still_applies(self, rule: "AlarmRule", place: Place) -> bool:
        is_own = place.rule_id == DEVICE_RULE
        return is_own or (rule.enabled and applies(rule, self.device, self.states.path, place.metric))


def current_samples(batch: Batch, is_wanted: Callable[[str], bool]) -> "Iterator[tuple[str, Samples]]":
    """Yield the readings of the wanted metrics, without those that are sent as history."""
    from makoto.analytics.alarms import Samples

    codes, readings = batch.readings.codes, batch.readings
    is_current = np.array([not part.incoming.decoded.is_historical for part in batch.parts], np.bool_)[batch.owners]
    starts = np.cumsum(readings.lengths) - readings.lengths
    for code, metric in enumerate(batch.names):
        if not is_wanted(metric):
            continue
        series = np.flatnonzero((codes == code) & is_current).tolist()
        slices = [slice(int(starts[one]), int(starts[one] + readings.lengths[one])) for one in series]
        if slices:
            q = readings.q
            yield (
                metric,
                Samples(
                    np.concatenate([readings.t[each] for each in slices]),
                    np.concatenate([readings.v[each] for each in slices]),
                    None if q is None else np.concatenate([q[each] for each in slices]),
                ),
            )


def _machine_states(portion: Portion, held: Held, states: AlarmStates) -> "MachineStates":
    """Put the machine's states in order; what comes late changes nothing."""
    from makoto.analytics.alarms import MachineStates

    known = states.machine if states.points else None
    if known is None and held.latest.state is not None:
        known = held.latest.state.t, int(held.latest.state.fields["packml"])
    said = sorted((state.t, incoming.order, state.packml) for incoming, state in contents_of(portion, MachineState))
    changes = [(t, packml) for t, _, packml in said if known is None or t >= known[0]]
    return MachineStates(known[1] if known else None, changes)
