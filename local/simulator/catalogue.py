"""The factory: which lines there are, which machines stand in them, and how to build one for a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from local.simulator.line import Buffer, Line, Station
from local.simulator.machines.filler import Filler
from local.simulator.machines.freezer import Freezer
from local.simulator.machines.machine import Machine, Pace
from local.simulator.machines.machining_centre import MachiningCentre
from local.simulator.machines.mixer import Mixer
from local.simulator.machines.oven import Oven
from local.simulator.machines.packer import Packer
from local.simulator.shifts import FOOD_CALENDAR, MACHINING_CALENDAR, ShiftCalendar

# A line starts this long before its first snapshot, so that it is found at work and warm.
RUN_IN_MS = 2 * 3_600_000


class UnknownLine(ValueError):
    """No line of that name is in the catalogue."""


@dataclass(frozen=True, slots=True)
class StationPlan:
    device_id: str
    cell: str
    description: str
    make: Callable[[Pace, Random], Machine]
    pace: Pace


@dataclass(frozen=True, slots=True)
class LinePlan:
    """`buffers` holds the capacity between one station and the next, in pieces or kg."""

    name: str
    area: str
    calendar: ShiftCalendar
    stations: tuple[StationPlan, ...]
    buffers: tuple[float, ...]


MACHINING = LinePlan(
    name="machining-1",
    area="machining",
    calendar=MACHINING_CALENDAR,
    stations=(
        StationPlan("cnc-01", "cell-1", "Machining centre, roughing", MachiningCentre, Pace(45.0, 1.0, 420, 720.0)),
        StationPlan("cnc-02", "cell-2", "Machining centre, finishing", MachiningCentre, Pace(43.0, 1.0, 420, 600.0)),
        StationPlan("cnc-03", "cell-3", "Machining centre, drilling", MachiningCentre, Pace(44.0, 1.0, 420, 480.0)),
    ),
    buffers=(12.0, 12.0),
)
FOOD = LinePlan(
    name="food-1",
    area="food",
    calendar=FOOD_CALENDAR,
    stations=(
        StationPlan("mixer-01", "mixing", "Batch mixer", Mixer, Pace(440.0, 120.0, 24, 420.0)),
        StationPlan("oven-01", "baking", "Tunnel oven, three zones", Oven, Pace(20.0, 5.0, 560, 300.0)),
        StationPlan("freezer-01", "freezing", "Spiral freezer", Freezer, Pace(19.5, 5.0, 550, 180.0)),
        StationPlan("filler-01", "filling", "Volumetric filler", Filler, Pace(1.9, 0.5, 5400, 300.0)),
        StationPlan("packer-01", "packing", "Case packer", Packer, Pace(22.0, 6.0, 440, 300.0)),
    ),
    buffers=(600.0, 120.0, 400.0, 90.0),
)
LINES = {plan.name: plan for plan in (MACHINING, FOOD)}


def line_plan(name: str) -> LinePlan:
    try:
        return LINES[name]
    except KeyError:
        raise UnknownLine(f"unknown line {name!r}, choose one of {', '.join(LINES)}") from None


def build_line(plan: LinePlan, *, seed: int, start_ms: int, site: str = "") -> Line:
    """The same plan, seed, start and site always give the same data; `site` keeps two factories apart."""
    line_seed = f"{seed}/{site}/{plan.name}"
    stations = [_station(one, f"{line_seed}/{one.device_id}") for one in plan.stations]
    buffers = [Buffer(capacity, capacity / 2) for capacity in plan.buffers]
    return _run_in(Line(stations, buffers, plan.calendar, start_ms - RUN_IN_MS, Random(line_seed)), start_ms)


def single_machine(plan: StationPlan, name: str, calendar: ShiftCalendar, *, seed: int, start_ms: int) -> Line:
    """One machine alone, for a device that belongs to none of the lines here."""
    station = Station(name, plan.make(plan.pace, Random(f"{seed}/{name}")), Random(f"{seed}/{name}/sensors"))
    surroundings = Random(f"{seed}/{name}/surroundings")
    return _run_in(Line([station], [], calendar, start_ms - RUN_IN_MS, surroundings), start_ms)


def _run_in(line: Line, start_ms: int) -> Line:
    line.advance(start_ms)
    line.forget()
    return line


def _station(plan: StationPlan, seed: str) -> Station:
    return Station(plan.device_id, plan.make(plan.pace, Random(seed)), Random(f"{seed}/sensors"))
