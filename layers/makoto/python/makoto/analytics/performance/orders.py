"""Which order is registered at a unit, by what production says; and a unit's states where no machine tells them."""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from makoto.analytics.performance.states import ORDER, StateFact
from makoto.domain.factory import PackmlMode, PackmlState


class OrderStep(IntEnum):
    """What happened to an operation, in the order that holds within one millisecond."""

    STARTED = 0
    PAUSED = 1
    COMPLETED = 2


class OrderFact(NamedTuple):
    """An operation of an order began (or went on), paused or ended at a unit."""

    t: int
    step: int
    order: str
    sequence: int
    product: str
    is_setup: bool = False
    reason: int | None = None


class Registration(NamedTuple):
    """An order stands at a unit over `start <= t < end`, pauses included; `is_setup` while it is prepared."""

    start: int
    end: int
    order: str
    sequence: int
    product: str
    is_setup: bool = False


def registrations(facts: Iterable[OrderFact], until: int) -> list[Registration]:
    """Each from its start to its completion, an open one until `until`; in whatever order the facts came."""
    since: dict[tuple[str, int], OrderFact] = {}
    made: list[Registration] = []
    for fact in sorted(set(facts), key=_place):
        if fact.t >= until:
            break
        key = (fact.order, fact.sequence)
        begun = since.get(key)
        if begun is not None and (fact.step == OrderStep.COMPLETED or _changes(begun, fact)):
            made.append(Registration(begun.t, fact.t, *key, begun.product, begun.is_setup))
            del since[key]
        if fact.step == OrderStep.STARTED:
            since.setdefault(key, fact)
    made += [Registration(begun.t, until, *key, begun.product, begun.is_setup) for key, begun in since.items()]
    return sorted(each for each in made if each.start < each.end)


def told_states(facts: Iterable[OrderFact]) -> list[StateFact]:
    """The states of a unit whose machine tells none: executing while an operation runs, held while all pause."""
    standing: dict[tuple[str, int], OrderFact] = {}
    made: list[StateFact] = []
    for fact in sorted(set(facts), key=_place):
        key = (fact.order, fact.sequence)
        if fact.step == OrderStep.COMPLETED:
            standing.pop(key, None)
        elif fact.step == OrderStep.STARTED or key in standing:
            standing[key] = fact
        made.append(_state(fact.t, list(standing.values())))
    return made


def _state(t: int, standing: list[OrderFact]) -> StateFact:
    running = [each for each in standing if each.step == OrderStep.STARTED]
    if running:
        mode = PackmlMode.SETUP if all(each.is_setup for each in running) else PackmlMode.PRODUCTION
        return StateFact(t, PackmlState.EXECUTE, mode, None, running[-1].order, ORDER)
    if standing:
        paused = standing[-1]
        return StateFact(t, PackmlState.HELD, PackmlMode.PRODUCTION, paused.reason, paused.order, ORDER)
    return StateFact(t, PackmlState.IDLE, PackmlMode.PRODUCTION, None, None, ORDER)


def _changes(begun: OrderFact, fact: OrderFact) -> bool:
    """Whether setup turns into production, or back."""
    return fact.step == OrderStep.STARTED and fact.is_setup != begun.is_setup


def _place(fact: OrderFact) -> tuple[int, int, str, int, str, bool, int]:
    """Of one moment, setup comes before production."""
    return (fact.t, fact.step, fact.order, fact.sequence, fact.product, not fact.is_setup, fact.reason or 0)
