"""The trace through the store: breadth first, for each level one batch of activities and one of lots."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from functions.traceability import records
from functions.traceability.activities import Activity
from functions.traceability.balance import amounts_of
from functions.traceability.model import IN_PROGRESS, Lot
from makoto.analytics.genealogy import Direction, Genealogy, Part, Step, genealogy_of
from makoto.ports.context import TenantContext

MAX_LOTS = 100_000


@dataclass
class Explored:
    """What a trace reached: lots with their level, and the activities between them; cut off where not complete."""

    direction: Direction
    lots: dict[str, Lot] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    is_complete: bool = True

    @property
    def genealogy(self) -> Genealogy:
        """The graph of the activities, with amounts."""
        return genealogy_of(step_of(each) for each in self.activities.values())

    @property
    def ends(self) -> list[str]:
        """The lots from which nothing follows in this direction."""
        forward = self.direction == "forward"
        left = {
            line.lot_id
            for each in self.activities.values()
            if each.inputs and each.outputs
            for line in (each.inputs if forward else each.outputs)
        }
        return [each for each, lot in self.lots.items() if each not in left and lot.material != IN_PROGRESS]


def explore(
    starts: Iterable[str],
    direction: Direction,
    tenant: TenantContext,
    *,
    depth: int | None = None,
    max_lots: int = MAX_LOTS,
) -> Explored:
    """Follow lots through activities until nothing follows, `depth` activities deep, or until there are too many lots.

    Lots that do not exist are left out; activities that were reversed do not count.
    """
    explored = Explored(direction)
    frontier, level = list(dict.fromkeys(starts)), 0
    while frontier:
        lots = records.load_lots(frontier, tenant).lots
        explored.lots |= lots
        explored.levels |= dict.fromkeys(lots, level)
        activities = _next(lots.values(), explored, tenant)
        onward = [part.lot for each in activities for part in _after(each, direction)]
        frontier = [each for each in dict.fromkeys(onward) if each not in explored.levels]
        level += 1
        if frontier and (len(explored.lots) + len(frontier) > max_lots or (depth is not None and level > depth)):
            explored.is_complete = False
            return explored
        explored.activities |= {each.activity_id: each for each in activities}
    return explored


def step_of(activity: Activity) -> Step:
    """An activity as a step of the graph."""
    return Step(activity.activity_id, _parts(activity, "inputs"), _parts(activity, "outputs"))


def _next(lots: Iterable[Lot], explored: Explored, tenant: TenantContext) -> list[Activity]:
    forward = explored.direction == "forward"
    links = records.load_links(lots, "out" if forward else "in", tenant)
    wanted = dict.fromkeys(
        link.removeprefix("-") if forward else link
        for each in links.values()
        for link in each
        if not link.startswith("=")
    )
    found = records.load_activities([each for each in wanted if each not in explored.activities], tenant)
    return [each for each in found if each.counts]


def _after(activity: Activity, direction: Direction) -> Iterable[Part]:
    return (Part(each.lot_id) for each in (activity.outputs if direction == "forward" else activity.inputs))


def _parts(activity: Activity, side: str) -> tuple[Part, ...]:
    lines = activity.inputs if side == "inputs" else activity.outputs
    if not lines:
        return ()
    return tuple(
        Part(line.lot_id, amount, float(line.own)) for line, amount in zip(lines, amounts_of(lines), strict=True)
    )
