"""A simulated day: the same for the same seed, as planned where it was planned, and worth what its parts are worth."""

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

import pytest

from local.simulator.catalogue import LinePlan
from local.simulator.day import STEP_MS, Count, LineDay, MachineDay, simulate_day
from local.simulator.day_orders import Action, Lot, Material, Shopfloor, ShortOf, Stock
from local.simulator.day_plan import BREAKDOWNS, CURRENT, DAY_LINES, DISTURBANCES, PUMPS, SHAFTS
from local.simulator.day_quality import DRIFTS_FROM_MIN, NOMINAL_MM, measured
from local.simulator.day_sending import pieces_of
from local.simulator.day_truth import Truth, truth_of
from local.simulator.device import Device
from local.simulator.line import Status
from local.simulator.packml import Mode, State
from local.simulator.shifts import MINUTE_MS, TOKYO_OFFSET_MS

MIDNIGHT = round(datetime(2026, 6, 1, tzinfo=UTC).timestamp() * 1000) - TOKYO_OFFSET_MS
ORDERS = tuple(f"order-{number}" for number in range(8))
WHOLE = (MIDNIGHT, MIDNIGHT + 24 * 60 * MINUTE_MS)


@lru_cache
def day_of(plan: LinePlan, midnight: int = MIDNIGHT) -> LineDay:
    return simulate_day(plan, midnight, ORDERS)


def run_times(day: LineDay, seconds: int = 50) -> Mapping[tuple[str, str], Fraction]:
    return {(each.device_id, order): Fraction(seconds) for each in day.machines for order in ORDERS}


def at(minute: float) -> int:
    return MIDNIGHT + round(minute * MINUTE_MS)


def test_another_date_has_the_same_day() -> None:
    later = 3 * 24 * 60 * MINUTE_MS
    one, other = day_of(SHAFTS), simulate_day(SHAFTS, MIDNIGHT + later, ORDERS)

    for first, second in zip(one.machines, other.machines, strict=True):
        assert [(each.t_ms + later, each.state, each.order) for each in first.statuses] == [
            (each.t_ms, each.state, each.order) for each in second.statuses
        ]
        assert [each.values for each in first.columns.values()] == [each.values for each in second.columns.values()]


def test_the_planned_breakdown_stands_as_long_as_it_was_planned() -> None:
    planned = BREAKDOWNS[0]
    machine = next(each for each in day_of(SHAFTS).machines if each.device_id == planned.device_id)

    begins = next(each.t_ms for each in machine.statuses if each.t_ms >= at(planned.at_min) and each.reason)
    ends = next(each.t_ms for each in machine.statuses if each.t_ms > begins and each.state is State.CLEARING)

    assert begins - at(planned.at_min) <= STEP_MS
    assert (ends - begins) / MINUTE_MS == pytest.approx(planned.minutes, abs=0.2)


def test_the_current_is_too_high_only_while_it_is_disturbed() -> None:
    planned = DISTURBANCES[0]
    machine = next(each for each in day_of(SHAFTS).machines if each.device_id == planned.device_id)
    column = machine.columns[CURRENT]

    high = [t_ms for t_ms, value in zip(column.times, column.values, strict=True) if value and value > 60]

    assert high
    assert at(planned.at_min) <= min(high) <= max(high) < at(planned.at_min + planned.minutes)


@pytest.mark.parametrize("plan", DAY_LINES, ids=lambda plan: str(plan.name))
def test_the_shifts_are_worth_what_the_day_is_worth(plan: LinePlan) -> None:
    day = day_of(plan)

    shifts = [truth_of(day, run_times(day), at(begin), at(begin + 480)) for begin in (360, 840)]
    whole = truth_of(day, run_times(day), *WHOLE)

    for name, truth in whole.items():
        assert shifts[0][name] + shifts[1][name] == truth
        assert 0.4 < truth.oee < 1
        assert truth.produced_ms + truth.setup_ms < truth.planned_ms


@pytest.mark.parametrize("plan", DAY_LINES, ids=lambda plan: str(plan.name))
def test_what_the_counters_tell_is_all_that_was_made(plan: LinePlan) -> None:
    day = day_of(plan)
    truth = truth_of(day, run_times(day), *WHOLE)

    for each in day.machines:
        last = [shown for shown, after in zip(each.shown, (*each.shown[1:], Count(0, 0, 0)), strict=True)
                if after.good < shown.good]  # fmt: skip
        assert sum(shown.good for shown in last) == truth[each.device_id].good


def test_oee_of_a_day_that_can_be_reckoned_by_hand() -> None:
    day = day_of(PUMPS)
    model = day.machines[0]
    machine = MachineDay(model.station, "cell", ())
    machine.statuses += [
        Status(at(350), State.STOPPED, Mode.PRODUCTION, 160000, None),
        Status(at(360), State.EXECUTE, Mode.PRODUCTION, None, ORDERS[0]),
        Status(at(420), State.ABORTED, Mode.PRODUCTION, 180001, ORDERS[0]),
        Status(at(450), State.EXECUTE, Mode.PRODUCTION, None, ORDERS[0]),
    ]
    machine.counts += [Count(at(350), 0, 0), Count(at(400), 40, 2), Count(at(470), 52, 3), Count(at(485), 60, 3)]

    truth = truth_of(LineDay(PUMPS, MIDNIGHT, ORDERS, (machine,)), run_times(day, 100), at(360), at(480))[
        model.device_id
    ]

    assert truth == Truth(120 * MINUTE_MS, 90 * MINUTE_MS, 0, 52, 3, Fraction(5500), 1)
    assert truth.oee == pytest.approx(100 * 52 / 7200)  # PRU x GQ / PBT


def test_messages_tell_the_whole_day_in_one_sequence() -> None:
    machine = day_of(SHAFTS).machines[0]
    device = Device(machine.device_id, "session", machine.metrics)

    messages = [each for piece in pieces_of(machine, device, MIDNIGHT, MIDNIGHT, 240) for each in piece]

    assert [each.seq for each in messages] == list(range(len(messages)))
    assert sum(each.readings for each in messages) == sum(len(each.times) for each in machine.columns.values())
    assert sum(each.kind == "s" for each in messages) == len(machine.statuses)
    assert sum(each.kind == "c" for each in messages) == len(machine.counts)


def floor_of(day: LineDay, bars: int = 2000) -> tuple[Shopfloor, list[Action]]:
    stock = Stock()
    stock.add(Lot("bars", "bar", bars, MIDNIGHT))
    floor = Shopfloor(day, dict.fromkeys(ORDERS, Material("shaft", "unfinished", ("bar",))), stock)
    return floor, floor.actions()


def lots(actions: list[Action], which: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in actions:
        for lot in each.body.get(which, ()):
            found[lot["lot_id"]] = found.get(lot["lot_id"], 0) + lot["quantity"]
    return found


def test_people_report_what_the_displays_show_and_use_no_lot_before_it_is_there() -> None:
    day = day_of(SHAFTS)

    floor, actions = floor_of(day)

    made, used = lots(actions, "produced"), lots(actions, "consumed")
    first = [each for each in actions if each.verb == "report" and each.sequence == 10]
    assert used["bars"] == sum(each.body["good"] + each.body["scrap"] for each in first)
    assert all(made.get(lot, 2000) >= quantity for lot, quantity in used.items())
    assert sum(each.quantity for each in floor.made) == sum(
        each.body["good"] for each in actions if each.verb == "report" and each.sequence == 30
    )
    born = {lot["lot_id"]: each.t_ms for each in actions for lot in each.body.get("produced", ())}
    assert all(
        born.get(lot["lot_id"], MIDNIGHT) <= each.t_ms for each in actions for lot in each.body.get("consumed", ())
    )


def test_an_operation_is_said_to_be_worked_on_in_order() -> None:
    _, actions = floor_of(day_of(SHAFTS))

    for order in {each.order for each in actions}:
        for sequence in (10, 20, 30):
            said = [each for each in actions if (each.order, each.sequence) == (order, sequence)]
            assert [each.t_ms for each in said] == sorted(each.t_ms for each in said)
            assert [each.verb for each in said][:1] in ([], ["start"])
            assert all(each.verb == "report" for each in said[1:-1])


def test_too_few_bars_are_told() -> None:
    with pytest.raises(ShortOf):
        floor_of(day_of(SHAFTS), bars=100)


def test_the_diameter_drifts_from_a_moment_on() -> None:
    found = list(measured(day_of(SHAFTS)))

    before = [sum(each.values) / 5 for each in found if each.t_ms < at(DRIFTS_FROM_MIN)]
    last = sum(found[-1].values) / 5

    assert all(abs(mean - NOMINAL_MM) < 0.006 for mean in before)
    assert last > NOMINAL_MM + 0.01
