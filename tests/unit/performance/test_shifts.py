"""Shift reports: by the calendar's wall clock, over midnight and daylight saving; losses and failures of a plant."""

from datetime import date, datetime, time

import pytest
from pydantic import ValidationError

from functions.performance import service
from functions.performance.model import NoCalendar
from makoto.domain.factory import Equipment, ShiftPattern, WorkCalendar
from tests.unit.performance.factory import END, LINE, MC1, MC2, ON, SHIFT, World, instant


@pytest.fixture
def world() -> World:
    return World()


def test_a_shift_report_has_the_figures_and_losses_of_each_shift_of_the_day(world: World) -> None:
    world.vorne()
    world.at(instant(24 * 60))

    day, night = service.report_shifts(LINE, ON, world.tenant)

    assert (day.name, day.on, day.figure.start, day.figure.end) == ("Day", ON, SHIFT, END)
    assert day.figure.kpis["oee"].value == pytest.approx(0.7479, abs=5e-5)
    assert [(each.name, each.seconds / 60) for each in day.losses] == [("Without a reason", 47)]
    assert night.figure.local is not None
    assert (night.figure.local.start, night.figure.local.end) == (
        "2026-03-02T22:00:00+09:00",
        "2026-03-03T06:00:00+09:00",
    )


def test_a_shift_that_has_not_begun_is_not_reported_and_one_that_runs_is_not_final(world: World) -> None:
    world.at(instant(60))

    (only,) = service.report_shifts(LINE, ON, world.tenant)

    assert (only.name, only.figure.is_final) == ("Day", False)


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2026, 3, 28), 7), (date(2026, 3, 29), 8), (date(2026, 10, 24), 9), (date(2026, 10, 25), 8)]
)
def test_a_night_shift_over_the_change_of_the_clock_is_as_long_as_it_is_worked(
    world: World, on: date, hours: int
) -> None:
    nights = (ShiftPattern(name="Night", start=time(22), end=time(6)),)
    world.give(
        WorkCalendar(id="berlin", time_zone="Europe/Berlin", shifts=nights),
        Equipment(id="berlin", name="Berlin", calendar="berlin"),
    )
    world.at(datetime.fromisoformat("2026-12-01T00:00:00+00:00"))

    (night,) = service.report_shifts("berlin", on, world.tenant)

    assert (night.figure.end - night.figure.start).total_seconds() == hours * 3600


def test_a_shift_without_length_is_no_shift() -> None:
    with pytest.raises(ValidationError, match="has no length"):
        ShiftPattern(name="None", start=time(8), end=time(8))


def test_without_a_calendar_there_are_no_shifts(world: World) -> None:
    world.give(Equipment(id="kobe", name="Kobe"))

    with pytest.raises(NoCalendar):
        service.report_shifts("kobe", ON, world.tenant)


def test_the_shifts_of_a_day_add_up_to_the_day(world: World) -> None:
    world.started()
    world.states(*((at, 6 if at % 7 else 11) for at in range(0, 1440, 11)))
    world.counts(*((at, at * 3, at // 9) for at in range(0, 1440, 13)))
    world.at(instant(48 * 60))

    shifts = [each.figure for each in service.report_shifts(MC1, ON, world.tenant)]
    whole = service.read_figure(MC1, instant(0), instant(22 * 60), world.tenant)

    for name in ("apt", "adet", "pbt", "pq", "gq", "planned_run_s"):
        assert sum(each.terms[name].value or 0 for each in shifts) == pytest.approx(whole.terms[name].value)


def test_losses_of_a_line_are_those_of_its_units_by_reason_and_rolled_up(world: World) -> None:
    world.vorne()
    world.started(unit=MC2)
    world.states((0, 6), (30, 11), unit=MC2, reason=180100)
    world.states((60, 6), unit=MC2)

    found = service.read_losses(LINE, SHIFT, END, world.tenant)

    assert [(each.name, each.seconds / 60) for each in found.pareto] == [("Without a reason", 47), ("Spindle", 30)]
    assert found.pareto[-1].cumulative == 1.0
    assert {each.code: each.total_s / 60 for each in found.tree}[180000] == 30


def test_reliability_of_a_unit_says_how_it_was_computed(world: World) -> None:
    world.started()
    for start, end in ((20, 40), (150, 160), (300, 330)):
        world.states((start, 9), reason=180100)
        world.states((end, 6))

    found = service.read_reliability(MC1, SHIFT, END, world.tenant)

    assert found.mttr.seconds == 20 * 60
    assert (found.mttf.observed, found.mtbf.observed) == (2, 2)
    assert found.method.startswith("mean of the observed values")
    assert len(found.failures) == 3


def test_without_failures_the_means_are_null_and_say_why(world: World) -> None:
    world.vorne()

    found = service.read_reliability(MC1, SHIFT, END, world.tenant)

    assert (found.mtbf.seconds, found.mttr.reason) == (None, "no whole repair was observed")
