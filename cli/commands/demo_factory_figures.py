"""The day's figures as the platform says them, beside what the simulator knows."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cli.commands.demo import StoryBroken
from cli.commands.demo_factory_masters import utc
from cli.commands.demo_factory_story import Story
from cli.texts import text
from local.simulator.catalogue import LinePlan
from local.simulator.day import LineDay
from local.simulator.day_plan import DAY_LINES
from local.simulator.day_truth import Truth, truth_of

SHIFTS = {"early": (6 * 60, 14 * 60), "late": (14 * 60, 22 * 60), "day": (0, 24 * 60)}
OEE_WITHIN = 0.001
TIMES = ("apt", "pbt")
COUNTS = ("pq", "gq")


def read_figures(story: Story) -> Iterator[str]:
    """OEE of both lines by shift and day; losses and reliability of the day."""
    windows = [(plan, name) for plan in DAY_LINES for name in SHIFTS]
    story.figures["oee"] = {f"{plan.name}/{name}": _figure(story, plan, name) for plan, name in windows}
    units = [(plan, each) for plan in DAY_LINES for each in plan.stations]
    story.figures["units"] = {
        each.device_id: _terms(story.get("performance", "kpis", **_window(story, plan, "day", each.cell)))
        for plan, each in units
    }
    for plan in DAY_LINES:
        asked = _window(story, plan, "day")
        story.figures[f"losses/{plan.name}"] = story.get("performance", "losses", **asked)
        story.figures[f"reliability/{plan.name}"] = story.get("performance", "reliability", **asked)
    yield text("demo.day.figures_read", figures=len(windows) + len(units))


def compared(story: Story) -> Iterator[str]:
    """Compare with the simulator's own calculation; StoryBroken where they differ."""
    wrong: list[str] = []
    rows = list(_rows(story))
    for name, said, true, allowed in rows:
        if said is None or abs(said - true) > allowed:
            wrong.append(text("demo.day.differs", name=name, said=said, true=true))
    story.figures["compared"] = [{"name": name, "platform": said, "truth": true} for name, said, true, _ in rows]
    if wrong:
        raise StoryBroken("\n".join(wrong))
    yield text("demo.day.compared", figures=len(rows))


def _rows(story: Story) -> Iterator[tuple[str, float | None, float, float]]:
    """What is compared: name, the platform's figure, the simulator's, and how far they may lie apart."""
    for day in story.days:
        for name, (begin, end) in SHIFTS.items():
            found = story.figures["oee"][f"{day.plan.name}/{name}"]
            units = truth_of(day, _run_times(story, day), story.at(begin), story.at(end))
            whole = sum(units.values(), start=Truth())
            yield f"{day.plan.name} {name} OEE", found["oee"], whole.oee, OEE_WITHIN
            yield from _terms_compared(f"{day.plan.name} {name}", found, whole)
            if name == "day":
                for plan, each in zip(day.plan.stations, day.machines, strict=True):
                    said = story.figures["units"][plan.device_id]
                    yield from _terms_compared(plan.device_id, said, units[each.device_id])
                repaired = story.figures[f"reliability/{day.plan.name}"]["failures"]
                yield f"{day.plan.name} failures", len(repaired), whole.failures, 0


def _terms_compared(name: str, said: dict[str, Any], true: Truth) -> Iterator[tuple[str, float | None, float, float]]:
    yield f"{name} APT s", said["apt"], true.produced_ms / 1000, 0.0005
    yield f"{name} PBT s", said["pbt"], true.planned_ms / 1000, 0.0005
    yield f"{name} PQ", said["pq"], true.total, 0
    yield f"{name} GQ", said["gq"], true.good, 0


def _figure(story: Story, plan: LinePlan, name: str) -> dict[str, Any]:
    figure = story.get("performance", "kpis", **_window(story, plan, name))
    said = {each: figure["kpis"][each]["value"] for each in ("oee", "availability", "effectiveness", "quality_ratio")}
    return {**said, **_terms(figure), "revision": figure["revision"], "flags": figure["flags"]}


def _terms(figure: dict[str, Any]) -> dict[str, Any]:
    return {each: figure["terms"][each]["value"] for each in (*TIMES, *COUNTS, "asut")}


def _window(story: Story, plan: LinePlan, name: str, cell: str = "") -> dict[str, str]:
    begin, end = SHIFTS[name]
    place = story.factory.place(plan)
    return {"equipment": f"{place}/{cell}" if cell else place, "from": utc(story.at(begin)), "to": utc(story.at(end))}


def _run_times(story: Story, day: LineDay) -> dict[tuple[str, str], Fraction]:
    return {
        (each.device_id, order): Fraction(story.factory.run_time_s(station))
        for station, each in zip(day.plan.stations, day.machines, strict=True)
        for order in day.orders
    }
