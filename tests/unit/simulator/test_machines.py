"""The physical models: determinism, warm-up, wear, counters, cold chain."""

from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from local.simulator.catalogue import FOOD, LINES, MACHINING, LinePlan, UnknownLine, build_line, line_plan
from local.simulator.dynamics import Pid, approach
from local.simulator.line import Line, Snapshot
from local.simulator.machines.machining_centre import MachiningCentre
from local.simulator.machines.oven import Oven
from local.simulator.packml import State

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = datetime(2026, 1, 5, 4, 0, tzinfo=TOKYO)
MONDAY_MS = int(MONDAY.timestamp() * 1000)
MINUTE_MS = 60_000


def day_of(
    plan: LinePlan, seed: int, *, hours: int = 24, step_ms: int = MINUTE_MS, start_ms: int = MONDAY_MS
) -> list[dict[str, Snapshot]]:
    line = build_line(plan, seed=seed, start_ms=start_ms)
    result = []
    for minute in range(hours * 60 * MINUTE_MS // step_ms):
        line.advance(start_ms + minute * step_ms)
        result.append(line.snapshots())
    return result


def machine_of(line: Line, name: str) -> object:
    return next(station.machine for station in line.stations if station.name == name)


@pytest.mark.parametrize("plan", LINES.values(), ids=lambda plan: plan.name)
def test_the_same_seed_gives_the_same_day(plan: LinePlan) -> None:
    assert day_of(plan, 7, hours=6) == day_of(plan, 7, hours=6)


def test_another_seed_or_site_gives_another_day() -> None:
    first = build_line(MACHINING, seed=7, start_ms=MONDAY_MS, site="a").snapshots()
    assert first != build_line(MACHINING, seed=8, start_ms=MONDAY_MS, site="a").snapshots()
    assert first != build_line(MACHINING, seed=7, start_ms=MONDAY_MS, site="b").snapshots()


def test_an_unknown_line_names_the_known_ones() -> None:
    with pytest.raises(UnknownLine, match="machining-1, food-1"):
        line_plan("press-9")


@pytest.mark.parametrize("plan", LINES.values(), ids=lambda plan: plan.name)
def test_counters_only_grow_within_an_order_and_start_again_with_the_next(plan: LinePlan) -> None:
    line = build_line(plan, seed=7, start_ms=MONDAY_MS)
    seen: dict[str, tuple[str | None, int, int]] = {}
    resets = 0
    for minute in range(24 * 60):
        line.advance(MONDAY_MS + minute * MINUTE_MS)
        for station in line.stations:
            order, snapshot = station.machine.order, station.snapshot(line.t_ms)
            last_order, good, scrap = seen.get(station.name, (order, 0, 0))
            if order == last_order:
                assert snapshot.good >= good
                assert snapshot.scrap >= scrap
            elif last_order is not None:
                resets += 1
                assert snapshot.good == snapshot.scrap == 0
            seen[station.name] = (order, snapshot.good, snapshot.scrap)
    assert resets >= len(plan.stations)


def test_wear_grows_while_cutting_and_a_tool_change_resets_it() -> None:
    wear, tools, vibration = [], set(), []
    line = build_line(MACHINING, seed=7, start_ms=MONDAY_MS)
    centre = machine_of(line, "cnc-01")
    assert isinstance(centre, MachiningCentre)
    for minute in range(12 * 60):
        line.advance(MONDAY_MS + minute * MINUTE_MS)
        values = centre.values()
        wear.append(values["tool/wear"])
        tools.add(values["tool/number"])
        if values["spindle/speed"] > 7000:
            vibration.append((values["tool/wear"], values["spindle/vibration"]))
    falls = [before for before, after in pairwise(wear) if after < before]
    assert len(falls) >= 3
    assert all(before >= 95.0 for before in falls)
    assert len(tools) == len(falls) + 1
    sharp = [value for worn, value in vibration if worn < 20]
    blunt = [value for worn, value in vibration if worn > 80]
    assert min(blunt) > max(sharp)


def test_the_spindle_warms_up_with_its_time_constant() -> None:
    after_one_constant = approach(20.0, 50.0, 900.0, 900.0)
    assert after_one_constant == pytest.approx(50.0 - 30.0 * 0.3679, abs=0.01)
    in_small_steps = 20.0
    for _ in range(900):
        in_small_steps = approach(in_small_steps, 50.0, 900.0, 1.0)
    assert in_small_steps == pytest.approx(after_one_constant)


def test_the_oven_heats_before_its_shift_bakes_and_cools_in_the_break() -> None:
    line = build_line(FOOD, seed=7, start_ms=MONDAY_MS)
    oven = machine_of(line, "oven-01")
    assert isinstance(oven, Oven)
    temperature: dict[str, float] = {}
    states: dict[str, State] = {}
    for clock in ("04:59", "05:05", "05:40", "08:14", "08:40"):
        moment = datetime.combine(MONDAY.date(), time.fromisoformat(clock), TOKYO)
        line.advance(int(moment.timestamp() * 1000))
        temperature[clock] = oven.zones[1].temp_c
        states[clock] = oven.controller.state
    assert temperature["04:59"] < 40.0
    assert states["05:05"] is State.STARTING
    assert temperature["05:40"] == pytest.approx(235.0, abs=6.0)
    assert temperature["08:14"] < temperature["08:40"] - 10.0


def test_the_pid_does_not_wind_up_against_its_limit() -> None:
    pid = Pid(gain=2.5, integral_s=300.0, derivative_s=0.0)
    for _ in range(10_000):
        pid.step(235.0, 25.0, 1.0)
    assert pid.step(235.0, 250.0, 1.0) == 0.0


def test_the_freezer_keeps_the_cold_chain_overnight() -> None:
    evening = MONDAY_MS + 18 * 60 * MINUTE_MS
    line = build_line(FOOD, seed=7, start_ms=evening)
    for minute in range(0, 6 * 60, 5):
        line.advance(evening + minute * MINUTE_MS)
        assert machine_of(line, "freezer-01").values()["chamber/temp"] < -25.0  # type: ignore[attr-defined]  # a Freezer


@pytest.mark.parametrize("plan", LINES.values(), ids=lambda plan: plan.name)
def test_a_line_works_for_a_plausible_share_of_its_shift(plan: LinePlan) -> None:
    state: dict[str, State] = {}
    running: dict[str, int] = {}
    day = day_of(plan, 11, start_ms=MONDAY_MS + 2 * 3_600_000)[: 14 * 60]
    for snapshots in day:
        for name, snapshot in snapshots.items():
            state[name] = snapshot.statuses[-1].state if snapshot.statuses else state.get(name, State.UNDEFINED)
            running[name] = running.get(name, 0) + (state[name] is State.EXECUTE)
    for name, minutes in running.items():
        assert 0.4 < minutes / len(day) < 0.97, name


def test_a_coarse_step_makes_about_as_many_parts_as_a_fine_one() -> None:
    def parts(step_s: int) -> int:
        line = build_line(MACHINING, seed=2, start_ms=MONDAY_MS)
        start = line.stations[0].machine.good
        for second in range(0, 3600, step_s):
            line.advance(MONDAY_MS + second * 1000)
        return line.stations[0].machine.good - start

    assert parts(60) == pytest.approx(parts(5), abs=3)
