"""The factory's day against the API in this process: what needs neither broker nor events."""

from datetime import timedelta
from pathlib import Path

import pytest

from cli.commands import demo_factory_figures as figures
from cli.commands.demo import StoryBroken, sign_in
from cli.commands.demo_factory_graph import graph
from cli.commands.demo_factory_masters import Factory
from cli.commands.demo_factory_pictures import paper
from cli.commands.demo_factory_quality import frozen, signalled
from cli.commands.demo_factory_story import Story, wait_until
from cli.commands.demo_factory_work import plan_orders, prepare, simulate, tell_work
from local.simulator.day_truth import truth_of
from local.simulator.shifts import DAY_MS, TOKYO_OFFSET_MS
from tests.builders import TENANT
from tests.unit.cli.conftest import ADMIN, PASSWORD, Terminal, World


@pytest.fixture
def story(world: World, tmp_path: Path) -> Story:
    """A story of the day before yesterday by the world's clock, simulated."""
    now_ms = round(world.clock.now().timestamp() * 1000)
    midnight = (now_ms + TOKYO_OFFSET_MS) // DAY_MS * DAY_MS - 2 * DAY_MS - TOKYO_OFFSET_MS
    on = (world.clock.now() + timedelta(hours=9) - timedelta(days=2)).date()
    made = Story(sign_in(world.url, ADMIN, PASSWORD), TENANT, Factory("0601", on), midnight, tmp_path)
    list(simulate(made))
    return made


def test_people_work_on_the_orders_as_the_machines_count(story: Story) -> None:
    list(prepare(story))
    list(plan_orders(story))

    for plan, work in zip((day.plan for day in story.days), story.work, strict=True):
        assert tell_work(story, plan, work) == len(work)

    first = story.get("work-orders", story.work[0][0].order, "report")
    said = [each for each in story.work[0] if each.order == story.work[0][0].order and each.verb == "report"]
    good = sum(each.body["good"] for each in said if each.sequence == 30)
    assert (first["status"], float(first["good"])) == ("complete", good)


def test_the_drift_of_the_second_shift_is_a_signal_and_the_first_shift_has_none(story: Story) -> None:
    list(prepare(story))

    assert next(frozen(story)).startswith("Limits version 1")
    assert next(signalled(story)).startswith("Signal at")
    points = story.get("quality", "charts", story.figures["chart"]["chart_id"], "points", limit=200)["items"]
    late = [each for each in points if each["rules"]]
    assert late
    assert min(each["at"] for each in late) == story.figures["chart"]["at"]


def test_a_figure_that_differs_from_the_truth_breaks_the_story(story: Story) -> None:
    _say_the_truth(story)
    assert "agree" in next(figures.compared(story))

    story.figures["oee"]["day-1/late"]["gq"] += 1

    with pytest.raises(StoryBroken, match="day-1 late GQ"):
        next(figures.compared(story))


def _say_the_truth(story: Story) -> None:
    story.figures |= {"oee": {}, "units": {}}
    for day in story.days:
        times = figures._run_times(story, day)
        for name, (begin, end) in figures.SHIFTS.items():
            units = truth_of(day, times, story.at(begin), story.at(end))
            whole = sum(list(units.values())[1:], start=next(iter(units.values())))
            said = {"oee": whole.oee, "pq": whole.total, "gq": whole.good}
            said |= {"apt": whole.produced_ms / 1000, "pbt": whole.planned_ms / 1000}
            story.figures["oee"][f"{day.plan.name}/{name}"] = said
        for device, truth in units.items():
            said = {"apt": truth.produced_ms / 1000, "pbt": truth.planned_ms / 1000}
            story.figures["units"][device] = {**said, "pq": truth.total, "gq": truth.good}
        story.figures[f"reliability/{day.plan.name}"] = {"failures": [{}] * whole.failures}


def test_what_never_comes_ends_the_story() -> None:
    with pytest.raises(StoryBroken, match="the lots did not come within 0 s; last seen: 7"):
        wait_until(lambda: 7, lambda seen: seen == 8, "the lots", within_s=0)


def test_a_trace_is_drawn() -> None:
    lots = [("heat-1-x", 0), ("a-W1-x", 1), ("a-L1-x", 2)]
    affected = [
        {"lot_id": each, "level": level, "status": "on_hold", "made": "5", "share": None} for each, level in lots
    ]
    edges = [{"source": "heat-1-x", "target": "r1"}, {"source": "r1", "target": "a-W1-x"}]

    image = graph("trace", {"lot_id": "heat-1-x", "affected": affected, "edges": edges}, "x", paper())

    assert image.startswith(b"\x89PNG")


def test_without_a_laptop_cloud_the_story_says_how_to_start_one(
    makoto: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.commands import demo_factory_steps

    monkeypatch.setattr(demo_factory_steps, "laptop", lambda: None)

    said = makoto("demo-factory")

    assert (said.code, said.err) == (3, "This needs the laptop cloud: run `make up` first.\n")
