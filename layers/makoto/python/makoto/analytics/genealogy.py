"""Genealogy as a graph: which lots went into which steps, and what came out of them.

A step takes lots in and gives lots out (n to m), so lots and steps alternate along every path. The graph has no cycle:
a lot is never its own ancestor.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from makoto.errors import FieldError, Invalid

Direction = Literal["forward", "backward"]


class GenealogyCycle(Invalid):
    """A lot would be its own ancestor."""


class Part(NamedTuple):
    """So much of a lot on one side of a step.

    `amount` is in the unit in which the parts of that side are added up, None where they cannot be; `own` is in the
    lot's own unit.
    """

    lot: str
    amount: float | None = None
    own: float = 0.0


class Step(NamedTuple):
    """One activity: what went in and what came out."""

    id: str
    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]

    def after(self, direction: Direction) -> tuple[Part, ...]:
        """What is reached through the step."""
        return self.outputs if direction == "forward" else self.inputs

    def before(self, direction: Direction) -> tuple[Part, ...]:
        """What the step is reached from."""
        return self.inputs if direction == "forward" else self.outputs


@dataclass(frozen=True)
class Genealogy:
    """Steps by their id, and by lot the steps that it went into and came from."""

    steps: dict[str, Step] = field(default_factory=dict)
    uses: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, list[str]] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Add a step; the same step again changes nothing."""
        if step.id in self.steps:
            return
        self.steps[step.id] = step
        for lot in dict.fromkeys(part.lot for part in step.inputs):
            self.uses.setdefault(lot, []).append(step.id)
        for lot in dict.fromkeys(part.lot for part in step.outputs):
            self.sources.setdefault(lot, []).append(step.id)

    def onward(self, direction: Direction) -> Mapping[str, list[str]]:
        """By lot, the steps that lead away from it."""
        return self.uses if direction == "forward" else self.sources


def genealogy_of(steps: Iterable[Step]) -> Genealogy:
    """Build the graph of some steps."""
    made = Genealogy()
    for step in steps:
        made.add(step)
    return made


def reach(
    genealogy: Genealogy, starts: Iterable[str], direction: Direction, depth: int | None = None
) -> dict[str, int]:
    """Every lot reached with the fewest steps that lead to it, breadth first; the starts themselves are at 0."""
    levels = dict.fromkeys(starts, 0)
    onward, steps = genealogy.onward(direction), genealogy.steps
    seen: set[str] = set()
    frontier, level = list(levels), 0
    while frontier and (depth is None or level < depth):
        level += 1
        taken = {step for lot in frontier for step in onward.get(lot, ()) if step not in seen}
        seen |= taken
        frontier = []
        for step in taken:
            for part in steps[step].after(direction):
                if part.lot not in levels:
                    levels[part.lot] = level
                    frontier.append(part.lot)
    return levels


def in_order(genealogy: Genealogy, starts: Iterable[str], direction: Direction) -> Iterator[str]:
    """Every lot reached from the starts, each after all the lots that lead to it; `GenealogyCycle` if there is none.

    Kahn, A. B., Topological sorting of large networks, CACM 5 (1962).
    """
    onward, steps = genealogy.onward(direction), genealogy.steps
    reached = reach(genealogy, starts, direction)
    waiting = _arrivals(genealogy, reached, direction)
    ready = [lot for lot in reached if not waiting[lot]]
    told = 0
    while ready:
        lot = ready.pop()
        told += 1
        yield lot
        for step in onward.get(lot, ()):
            for following in dict.fromkeys(part.lot for part in steps[step].after(direction)):
                waiting[following] -= 1
                if not waiting[following]:
                    ready.append(following)
    if told < len(reached):
        raise _cycle(sorted(lot for lot, left in waiting.items() if left)[:5])


def require_acyclic(genealogy: Genealogy) -> None:
    """Refuse a graph in which a lot is its own ancestor."""
    for _ in in_order(genealogy, genealogy.uses, "forward"):
        pass


def _arrivals(genealogy: Genealogy, reached: Iterable[str], direction: Direction) -> dict[str, int]:
    """By lot, how many (lot, step) pairs lead to it from within what is reached."""
    onward, steps = genealogy.onward(direction), genealogy.steps
    waiting = dict.fromkeys(reached, 0)
    for lot in list(waiting):
        for step in onward.get(lot, ()):
            for following in dict.fromkeys(part.lot for part in steps[step].after(direction)):
                waiting[following] += 1
    return waiting


def _cycle(lots: Sequence[str]) -> GenealogyCycle:
    named = ", ".join(lots)
    return GenealogyCycle(f"lots are their own ancestors: {named}", errors=[FieldError("/lots", "loop", named)])
