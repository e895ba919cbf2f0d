"""Figures of a tenant's plant: any level, versioned, restated when late facts come, drilled down to what made them."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from functions.performance import service
from functions.performance.model import NoSuchFigure, NotYet, Recompute, ReversedWindow, WindowTooLong
from functions.performance.views import FigureView, IntervalView
from makoto.domain.factory import Equipment, Material, RunTime
from makoto.events.telemetry import CountReport, StateReport
from makoto.ports.masters import NoSuchMaster
from tests.unit.performance.factory import END, LINE, MC1, MC2, SHIFT, World, instant, minute


@pytest.fixture
def world() -> World:
    return World()


def oee(world: World, place: str = MC1) -> FigureView:
    return service.read_oee(place, SHIFT, END, world.tenant)


def value(figure: FigureView, name: str = "oee") -> float | None:
    return figure.kpis[name].value


def test_the_published_example_of_oee_com_comes_out_of_facts(world: World) -> None:
    world.vorne()

    figure = oee(world)

    found = [value(figure, name) for name in ("availability", "effectiveness", "quality_ratio", "oee")]
    assert found == pytest.approx([0.8881, 0.8611, 0.9780, 0.7479], abs=5e-5)
    assert figure.local is not None
    assert figure.local.start == "2026-03-02T08:00:00+09:00"


def test_every_level_shows_what_its_units_make_together(world: World) -> None:
    """SysOEE #35: two screens, two calculators, two figures."""
    world.vorne(MC1)
    world.vorne(MC2)

    figures = [oee(world, place) for place in (MC1, LINE, "nagoya/machining", "nagoya", "")]

    assert [each.level for each in figures] == ["work_unit", "work_center", "area", "site", "enterprise"]
    assert {value(each) for each in figures} == {value(figures[0])}
    assert figures[1].terms["pq"].value == 2 * 19_271
    assert figures[1].silent == ()
    assert figures[-1].silent == ("nagoya/machining/line-10",)


def test_a_line_is_judged_by_its_bottleneck_where_it_has_one(world: World) -> None:
    world.vorne(MC1)
    world.started(unit=MC2)
    world.states((0, 11), unit=MC2)
    world.give(Equipment(id=MC1, name="MC 1", is_bottleneck=True))

    assert oee(world, LINE).units == (MC1,)
    assert value(oee(world, LINE)) == value(oee(world, MC1))
    assert value(oee(world, MC2), "availability") == 0.0


def test_a_unit_that_told_nothing_has_no_figure_and_says_so(world: World) -> None:
    figure = oee(world)

    assert value(figure) is None
    assert figure.kpis["oee"].reason == f"nothing was told of {MC1} yet"


def test_equipment_that_does_not_exist_is_not_found(world: World) -> None:
    with pytest.raises(NoSuchMaster, match="there is no equipment nagoya/machining/line-9"):
        oee(world, "nagoya/machining/line-9")


def test_a_reversed_a_too_long_and_a_future_window_are_refused(world: World) -> None:
    with pytest.raises(ReversedWindow):
        service.read_oee(MC1, END, SHIFT, world.tenant)
    with pytest.raises(WindowTooLong, match="at most 400 days"):
        service.read_oee(MC1, SHIFT - timedelta(days=401), SHIFT, world.tenant)
    with pytest.raises(NotYet):
        service.read_oee(MC1, world.clock.now(), world.clock.now() + timedelta(hours=1), world.tenant)


def test_too_many_units_for_too_long_are_refused_with_what_to_do(world: World) -> None:
    world.give(*(Equipment(id=f"nagoya/machining/line-3/mc-{at}", name=f"MC {at}") for at in range(100)))

    with pytest.raises(WindowTooLong, match="ask for a place below or less time"):
        service.read_oee("", SHIFT - timedelta(days=300), SHIFT, world.tenant)


def test_a_window_that_goes_on_is_computed_until_now_and_not_kept(world: World) -> None:
    world.vorne()
    world.at(instant(100))

    figure = oee(world)

    assert (figure.is_final, figure.revision, figure.until) == (False, None, instant(100))
    assert figure.terms["apt"].value == 100 * 60
    with pytest.raises(NoSuchFigure):
        service.list_revisions(figure.figure_id, 50, None, world.tenant)


def test_a_closed_window_is_kept_once_however_often_it_is_asked_for(world: World) -> None:
    world.vorne()

    revisions = {oee(world).revision for _ in range(3)}

    assert revisions == {1}
    assert world.told("figures_restated") == []


def test_late_facts_restate_the_figures_of_the_unit_and_of_all_above_it(world: World) -> None:
    world.vorne()
    before = {place: oee(world, place) for place in (MC1, LINE, "")}
    untouched = service.read_oee(MC1, SHIFT - timedelta(hours=2), SHIFT - timedelta(hours=1), world.tenant)

    world.counts((240, 9_000, 300), (470, 19_300, 430))
    world.states((300, 11), (310, 6))
    world.settle()

    for figure in before.values():
        first, second = service.list_revisions(figure.figure_id, 50, None, world.tenant).items[:2]
        assert first.kpis["oee"] == value(figure)
        assert {each.name for each in second.differences} & {"apt", "pq"}
    assert len(service.list_revisions(untouched.figure_id, 50, None, world.tenant).items) == 1
    assert {each["equipment"] for each in world.told("figures_restated")} == {MC1, LINE, ""}


def test_the_restatement_tells_before_and_after_and_the_terms_that_changed(world: World) -> None:
    world.vorne()
    first = oee(world)

    world.states((300, 11), (310, 6))
    world.settle()

    revisions = service.list_revisions(first.figure_id, 50, None, world.tenant).items
    differences = {each.name: (each.before, each.after) for each in revisions[1].differences}
    assert [differences[name] for name in ("apt", "adet_internal")] == [
        (373 * 60_000, 363 * 60_000),
        (47 * 60_000, 57 * 60_000),
    ]
    assert not {"pq", "oee"} & set(
        differences
    )  # a stop lowers availability and raises effectiveness: PRU x GQ / PBT stays
    assert revisions[1].cause == "facts came late or were corrected"
    (told,) = world.told("figures_restated")
    assert (told["revision"], told["before"]) == (2, value(first))


def test_following_the_same_facts_twice_changes_nothing_more(world: World) -> None:
    world.vorne()
    figure = oee(world)
    world.states((300, 11), (310, 6))

    world.settle()
    world.settle()

    assert len(service.list_revisions(figure.figure_id, 50, None, world.tenant).items) == 2


def test_revisions_come_page_by_page_with_the_difference_to_the_one_before(world: World) -> None:
    world.vorne()
    figure = oee(world)
    for at in (300, 320):
        world.states((at, 11), (at + 5, 6))
        world.settle()

    first = service.list_revisions(figure.figure_id, 2, None, world.tenant)
    second = service.list_revisions(figure.figure_id, 2, first.next_cursor, world.tenant)

    assert [each.revision for each in (*first.items, *second.items)] == [1, 2, 3]
    assert {each.name for each in second.items[0].differences} >= {"apt", "availability"}
    assert second.next_cursor is None


def test_a_corrected_run_time_counts_when_the_figures_are_computed_again(world: World) -> None:
    world.vorne()
    told = [oee(world, place).figure_id for place in (LINE, MC1, "")]
    world.give(
        RunTime(
            id="shaft-1",
            product="shaft",
            equipment=LINE,
            seconds_per_unit=Decimal("0.9"),
            effective_from=date(2026, 1, 1),
        )
    )

    answer = service.recompute(Recompute(equipment="nagoya/machining", start=SHIFT, end=END), world.tenant)

    assert [(each.figure_id, each.revision) for each in answer.restated] == [(name, 2) for name in told]
    assert {each.name for each in answer.restated[0].differences} >= {"planned_run_s", "effectiveness", "oee"}
    assert value(oee(world)) == pytest.approx(0.9 * 18_848 / 25_200)


def test_a_run_time_counts_from_the_local_day_on_which_it_begins(world: World) -> None:
    world.give(
        RunTime(
            id="shaft-2", product="shaft", equipment=MC1, seconds_per_unit=Decimal(2), effective_from=date(2026, 3, 3)
        )
    )
    world.started()
    world.counts((0, 0, 0), (60, 100, 0), (60 + 24 * 60, 150, 0))
    world.at(instant(3 * 24 * 60))

    figure = service.read_oee(MC1, SHIFT, SHIFT + timedelta(days=2), world.tenant)

    assert figure.terms["planned_run_s"].value == 100 * 1 + 50 * 2


def test_every_figure_drills_down_to_the_intervals_and_counts_it_comes_from(world: World) -> None:
    world.vorne()
    figure = oee(world)

    intervals = service.list_intervals(MC1, SHIFT, END, world.tenant, limit=500, cursor=None).items
    counts = service.list_counts(MC1, SHIFT, END, world.tenant, limit=500, cursor=None).items

    by_term = {name: sum(each.seconds for each in intervals if each.term == name) for name in ("apt", "adet_internal")}
    assert by_term == {name: figure.terms[name].value for name in by_term}
    assert sum(each.quantity for each in counts if each.role == "total" and each.is_counted) == 19_271
    assert {each.source for each in counts} == {"mc-01/total", "mc-01/scrap"}


def test_intervals_come_page_by_page_and_none_twice(world: World) -> None:
    world.vorne()
    world.vorne(MC2)
    whole = service.list_intervals(LINE, SHIFT, END, world.tenant, limit=500, cursor=None).items

    pages: list[IntervalView] = []
    cursor = None
    while True:
        page = service.list_intervals(LINE, SHIFT, END, world.tenant, limit=3, cursor=cursor)
        pages += page.items
        if (cursor := page.next_cursor) is None:
            break

    assert tuple(pages) == whole
    assert len(whole) > 6


def test_facts_in_any_order_and_twice_give_the_same_figures() -> None:
    states = [StateReport(t=minute(t), packml=6 if t % 20 else 11, mode=1) for t in range(0, 480, 10)]
    counts = [CountReport(t=minute(t), counters={"total": 30 * t, "scrap": t // 10}) for t in range(0, 481, 5)]

    def told(seed: int) -> dict[str, float | None]:
        world, random = World(), Random(seed)
        world.started()
        portions = [{"states": (each,)} for each in states] + [{"counts": (each,)} for each in counts]
        again = [*portions, *portions[:10]]
        random.shuffle(again)
        for portion in again if seed else portions:
            world.machine(MC1, **portion)
        return {name: each.value for name, each in oee(world).kpis.items()}

    in_order = told(0)
    assert in_order["oee"]
    assert told(1) == told(2) == in_order


def test_a_state_from_days_before_the_window_lasts_into_it(world: World) -> None:
    world.started(-60 * 24 * 5)
    world.states((-60 * 24 * 4, 11))
    world.counts((-60 * 24 * 4, 500, 0), (240, 600, 0))

    figure = oee(world)

    assert figure.terms["adet_internal"].value == 420 * 60
    assert figure.terms["pq"].value == 100


def test_an_order_at_the_line_stands_at_each_of_its_units(world: World) -> None:
    world.started(unit=LINE)
    world.states((0, 6))

    assert oee(world).terms["apt"].value == 420 * 60


def test_a_unit_that_is_too_fast_is_seen_in_a_line_that_is_not(world: World) -> None:
    world.vorne(MC1)
    world.started(unit=MC2)
    world.states((0, 6), unit=MC2)
    world.counts((0, 0, 0), (10, 2_000, 0), unit=MC2)
    world.states((20, 11), unit=MC2)

    line = oee(world, LINE)

    assert (value(line, "effectiveness") or 0) < 1
    assert "effectiveness_above_one" in line.flags


def test_pieces_and_kilograms_are_not_added_up(world: World) -> None:
    world.give(Material(id="shaft", name="Shaft"), Material(id="paste", name="Paste", unit="kg"))
    world.vorne(MC1)
    world.started(unit=MC2, order="wo-2", product="paste")
    world.states((0, 6), unit=MC2)
    world.counts((0, 0, 0), (470, 500, 0), unit=MC2)

    line = oee(world, LINE)

    assert value(oee(world, MC1)) == pytest.approx(0.7479, abs=5e-5)
    assert value(line) is None
    assert "mixed_units" in line.flags
    assert line.terms["pq"].value is None
    assert (line.kpis["quality_ratio"].reason or "").startswith("products counted in kg and pcs do not add up")


def test_another_tenant_sees_nothing_of_it(world: World) -> None:
    world.vorne()
    oee(world)

    with pytest.raises(NoSuchMaster):
        service.read_oee(MC1, SHIFT, END, world.neighbour)
    assert service.read_oee("", SHIFT, END, world.neighbour).units == ()
