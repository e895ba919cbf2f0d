"""How lots are related: every path between them, how many there are, and what share of a lot came along."""

from collections.abc import Iterable, Iterator, Mapping

from makoto.analytics.genealogy import Direction, Genealogy, Part, Step, in_order


def count_paths(genealogy: Genealogy, start: str, direction: Direction) -> dict[str, int]:
    """By lot reached, over how many different paths; two steps between the same lots are two paths. Exact."""
    counts = {start: 1}
    onward, steps = genealogy.onward(direction), genealogy.steps
    for lot in in_order(genealogy, [start], direction):
        for step in onward.get(lot, ()):
            for following in dict.fromkeys(part.lot for part in steps[step].after(direction)):
                counts[following] = counts.get(following, 0) + counts[lot]
    return counts


def paths_to(genealogy: Genealogy, start: str, target: str, direction: Direction) -> Iterator[tuple[str, ...]]:
    """Every path as lot, step, lot, …, lot, one after the other; there may be exponentially many."""
    onward, steps = genealogy.onward(direction), genealogy.steps
    leads = _leading_to(genealogy, target, direction)
    stack: list[tuple[str, ...]] = [(start,)]
    while stack:
        path = stack.pop()
        if path[-1] == target:
            yield path
            continue
        for step in reversed(onward.get(path[-1], ())):
            for following in dict.fromkeys(part.lot for part in steps[step].after(direction)):
                if following in leads:
                    stack.append((*path, step, following))


def shares(
    genealogy: Genealogy, starts: Iterable[str], direction: Direction, made: Mapping[str, float]
) -> dict[str, float | None]:
    """By lot reached, the share of it that is connected to the starts; None where amounts cannot be compared.

    Forward: the share of a lot that consists of the starts. Backward: the share of a lot that went into the starts.
    A step is taken as well mixed: each output holds of every input in proportion to what went in. `made` says how much
    of a lot came to be in all, in its own unit, since steps outside the graph may have given or taken of it too.
    """
    begun = set(starts)
    found: dict[str, float | None] = dict.fromkeys(begun, 1.0)
    back: Direction = "backward" if direction == "forward" else "forward"
    origins, steps = genealogy.onward(back), genealogy.steps
    through: dict[str, float | None] = {}
    for lot in in_order(genealogy, begun, direction):
        if lot in begun:
            continue
        for step in origins.get(lot, ()):
            if step not in through:
                through[step] = _of_step(steps[step].before(direction), found)
        found[lot] = _of_lot(lot, [steps[each] for each in origins.get(lot, ())], direction, through, made)
    return found


def _of_step(parts: Iterable[Part], known: Mapping[str, float | None]) -> float | None:
    """The mean of the parts' shares weighed by amounts; what is not connected counts as 0."""
    total = connected = 0.0
    for part in parts:
        share = known.get(part.lot, 0.0)
        if part.amount is None or share is None:
            return None
        total += part.amount
        connected += part.amount * share
    return connected / total if total > 0 else None


def _of_lot(
    lot: str,
    steps: Iterable[Step],
    direction: Direction,
    through: Mapping[str, float | None],
    made: Mapping[str, float],
) -> float | None:
    connected, total = 0.0, made.get(lot, 0.0)
    for step in steps:
        share = through[step.id]
        if share is None:
            return None
        connected += share * sum(part.own for part in step.after(direction) if part.lot == lot)
    return min(1.0, connected / total) if total > 0 else None


def _leading_to(genealogy: Genealogy, target: str, direction: Direction) -> set[str]:
    """The lots from which the target is reached."""
    back: Direction = "backward" if direction == "forward" else "forward"
    return set(in_order(genealogy, [target], back))
