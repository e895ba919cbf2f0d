"""The evaluator of alarms: readings in the order of time in, transitions of ISA-18.2 out; the same in cloud and edge.

Between two readings a value is taken to stay as it was, so a delay ends at its own instant and not with the reading
that shows it: in whatever portions readings come, the transitions are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from makoto.analytics.alarms_point import MINUTE_MS, AlarmState, Point, Shelf, Step, Transition
from makoto.analytics.alarms_rule import AlarmCondition, AlarmRule, AlarmWords
from makoto.analytics.alarms_run import Run
from makoto.analytics.alarms_verdicts import KEEP, ON, Samples, verdicts_of

__all__ = [
    "AlarmCondition",
    "AlarmRule",
    "AlarmState",
    "AlarmWords",
    "MachineStates",
    "Outcome",
    "Point",
    "Samples",
    "Shelf",
    "Step",
    "Transition",
    "acknowledged",
    "due_at",
    "evaluated",
    "passed",
    "shelved",
    "unshelved",
    "withdrawn",
]

Outcome = tuple[Point, list[Transition]]


@dataclass(frozen=True, slots=True)
class MachineStates:
    """PackML states in the order of time: the one before everything, absent if unknown, and each change."""

    before: int | None = None
    changes: Sequence[tuple[int, int]] = ()


def evaluated(rule: AlarmRule, point: Point, samples: Samples, machine: MachineStates | None = None) -> Outcome:
    """Judge readings; what is older than what was judged is counted as late and rewrites nothing."""
    run = _begun(rule, point)
    samples = _in_order(run, samples)
    if rule.only_in_states:
        _judge_with_machine(run, samples, machine or MachineStates())
    else:
        _judge(run, samples)
    return run.point, run.steps


def passed(rule: AlarmRule, point: Point, now: int, grace_ms: int = 0) -> Outcome:
    """Let time pass without readings; delays end only `grace_ms` later, since readings may still be on their way."""
    run = _begun(rule, point)
    run.advance(now - grace_ms)
    run.end_shelf(now)
    while (due := _escalation_at(rule, run.point)) is not None and due <= now:
        run.change(level=run.point.level + 1)
        run.tell(Step.ESCALATED, due, level=run.point.level)
    return run.point, run.steps


def due_at(rule: AlarmRule, point: Point, grace_ms: int = 0) -> int | None:
    """Tell when time alone will change something."""
    deadline, escalation = Run(rule, point).deadline(), _escalation_at(rule, point)
    dues = [] if deadline is None else [deadline + grace_ms]
    dues += [] if escalation is None else [escalation]
    dues += [point.shelf.until] if point.shelf else []
    return min(dues, default=None)


def acknowledged(rule: AlarmRule, point: Point, t: int, by: str, said: str = "") -> Outcome:
    """Note that a person has seen it; a latching alarm whose condition is gone clears with that."""
    if point.is_acknowledged:
        return point, []
    run = Run(rule, replace(point, is_acknowledged=True, acknowledged_by=by))
    run.steps.append(Transition(Step.ACKNOWLEDGED, t, point.raised_t, by=by, said=said))
    if not point.is_on:
        run.condition_gone(t)
    return run.point, run.steps


def shelved(point: Point, shelf: Shelf) -> Outcome:
    """Put an alarm aside until a time: it is judged on, and nobody is told."""
    step = Transition(Step.SHELVED, shelf.since, point.raised_t, by=shelf.by, said=shelf.reason)
    return replace(point, shelf=shelf), [step]


def unshelved(rule: AlarmRule, point: Point, t: int, by: str) -> Outcome:
    """Take an alarm off the shelf; one that is active is told now."""
    if point.shelf is None:
        return point, []
    run = Run(rule, replace(point, shelf=replace(point.shelf, until=min(t, point.shelf.until))))
    run.end_shelf(t, by)
    return run.point, run.steps


def withdrawn(rule: AlarmRule, point: Point, t: int) -> Outcome:
    """End an alarm whose rule is gone or disabled."""
    run = Run(rule, point)
    if point.is_active:
        run.clear(t)
    return Point(), run.steps


def _begun(rule: AlarmRule, point: Point) -> Run:
    """Begin anew where the rule has become another condition: what was remembered means nothing to it."""
    run = Run(rule, point)
    if point.condition != rule.condition:
        if point.is_active:
            run.clear(max(point.t, point.raised_t))
        run.point = Point(t=point.t, late=point.late, condition=rule.condition.value, shelf=point.shelf)
    return run


def _escalation_at(rule: AlarmRule, point: Point) -> int | None:
    """Tell when the next level is due: of an active alarm that nobody has acknowledged, once it is off the shelf."""
    if not point.is_active or point.is_acknowledged or point.level >= len(rule.escalate_after_min):
        return None
    due = point.raised_t + rule.escalate_after_min[point.level] * MINUTE_MS
    return max(due, point.shelf.until if point.shelf else point.unshelved_t)


def _in_order(run: Run, samples: Samples) -> Samples:
    """Sort by time and leave out what is late."""
    t = samples.t
    if len(t) > 1 and bool((t[1:] < t[:-1]).any()):
        samples = samples.at(np.argsort(t, kind="stable"))
    late = int(np.searchsorted(samples.t, run.point.t, side="left"))
    if late:
        run.change(late=run.point.late + late)
        samples = samples.at(slice(late, None))
    return samples


def _judge_with_machine(run: Run, samples: Samples, machine: MachineStates) -> None:
    """Judge the readings between the machine's changes of state; a change comes before readings of its instant."""
    changes = [(t, state) for t, state in machine.changes if t >= run.point.t]
    is_suppressed = run.rule.is_suppressed_in(machine.before)
    if run.point.t < 0:
        run.change(is_suppressed=is_suppressed)
    elif machine.before is not None:  # the rule was changed
        _suppress(run, run.point.t, is_suppressed=is_suppressed)
    cuts = np.searchsorted(samples.t, [t for t, _ in changes], side="left").tolist()
    start = 0
    for (t, state), cut in zip(changes, cuts, strict=True):
        _judge(run, samples.at(slice(start, cut)))
        start = cut
        _suppress(run, t, is_suppressed=run.rule.is_suppressed_in(state))
    _judge(run, samples.at(slice(start, None)))


def _suppress(run: Run, t: int, *, is_suppressed: bool) -> None:
    """Take the alarm away by design, or let it be judged anew."""
    if is_suppressed == run.point.is_suppressed:
        return
    run.advance(t)
    if is_suppressed and run.point.is_active:
        run.change(is_acknowledged=True)
        run.clear(t)
    waits = run.rule.condition is AlarmCondition.STALE and not is_suppressed
    run.change(is_suppressed=is_suppressed, is_on=False, is_raw=waits, raw_t=t, t=max(t, run.point.t))


def _judge(run: Run, samples: Samples) -> None:
    if not len(samples.t):
        return
    if not run.point.is_suppressed and run.rule.condition is AlarmCondition.STALE:
        _judge_silence(run, samples)
    elif not run.point.is_suppressed:
        _judge_values(run, samples)
    run.advance(int(samples.t[-1]))
    _remember(run, samples)


def _judge_values(run: Run, samples: Samples) -> None:
    """Go through the places where the condition changes; in between only delays can end."""
    verdicts = verdicts_of(run.rule, run.point, samples)
    places = np.flatnonzero(verdicts != KEEP)
    said = verdicts[places] == ON
    changed = said != np.concatenate(([run.point.is_raw], said[:-1]))[: len(said)]
    for place, is_raw in zip(places[changed].tolist(), said[changed].tolist(), strict=True):
        t, value = int(samples.t[place]), float(samples.v[place])
        run.advance(t)
        run.change(is_raw=is_raw, raw_t=t, raw_value=None if np.isnan(value) else value)
        run.advance(t)


def _judge_silence(run: Run, samples: Samples) -> None:
    """Alarm where the next reading comes too late; each reading ends the alarm and begins the wait anew."""
    t, last = samples.t, run.point.raw_t if run.point.is_raw else int(samples.t[0])
    if run.point.is_on:
        last = _heard(run, int(t[0]))
    for place in np.flatnonzero(np.diff(t, prepend=last) >= run.rule.on_delay_ms).tolist():
        run.change(is_raw=True, raw_t=last if place == 0 else int(t[place - 1]))
        run.advance(int(t[place]))
        _heard(run, int(t[place]))
    run.change(is_raw=True, raw_t=int(t[-1]))


def _heard(run: Run, t: int) -> int:
    run.change(is_on=False, is_raw=False, raw_t=t)
    run.condition_gone(t)
    return t


def _remember(run: Run, samples: Samples) -> None:
    """Keep the newest usable number, and up to when all is judged."""
    run.change(t=max(run.point.t, int(samples.t[-1])))
    places = np.flatnonzero(samples.usable())
    if len(places):
        run.change(value=float(samples.v[places[-1]]), value_t=int(samples.t[places[-1]]))
