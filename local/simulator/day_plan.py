"""A day's factory: a machining line whose shafts an assembly line makes pumps of, in two shifts."""

from dataclasses import dataclass
from datetime import time

from local.simulator.catalogue import LinePlan, StationPlan
from local.simulator.machines.assembly_cell import AssemblyCell
from local.simulator.machines.machine import Pace
from local.simulator.machines.machining_centre import MachiningCentre
from local.simulator.reasons import CHIP_JAM, MEASURING, SPINDLE_OVERLOAD, Reason
from local.simulator.shifts import Pause, Shift, ShiftCalendar
from local.simulator.stops import Cause


class SteadyCentre(MachiningCentre):
    """A machining centre that stops less often than those of the live line."""

    CAUSES = (
        Cause(SPINDLE_OVERLOAD, 40 * 3600, 600, aborts=True),
        Cause(CHIP_JAM, 7 * 3600, 150),
        Cause(MEASURING, 6 * 3600, 70),
    )


_PAUSES = (Pause(120, 10), Pause(240, 45), Pause(390, 10))
TWO_SHIFTS = ShiftCalendar((Shift("early", time(6, 0), 480, _PAUSES), Shift("late", time(14, 0), 480, _PAUSES)))

SHAFTS = LinePlan(
    name="day-1",
    area="machining",
    calendar=TWO_SHIFTS,
    stations=(
        StationPlan("cnc-11", "mc-11", "Machining centre, roughing", SteadyCentre, Pace(51.0, 1.0, 200, 780.0)),
        StationPlan("cnc-12", "mc-12", "Machining centre, drilling", SteadyCentre, Pace(52.0, 1.0, 200, 660.0)),
        StationPlan("cnc-13", "mc-13", "Machining centre, finishing", SteadyCentre, Pace(53.0, 1.0, 200, 600.0)),
    ),
    buffers=(30.0, 30.0),
)
PUMPS = LinePlan(
    name="day-2",
    area="assembly",
    calendar=TWO_SHIFTS,
    stations=(
        StationPlan("asm-21", "cell-21", "Assembly cell, shaft", AssemblyCell, Pace(69.0, 1.0, 200, 480.0)),
        StationPlan("asm-22", "cell-22", "Assembly cell, cover", AssemblyCell, Pace(70.0, 1.0, 200, 420.0)),
        StationPlan("asm-23", "cell-23", "Assembly cell, leak test", AssemblyCell, Pace(71.0, 1.0, 200, 360.0)),
    ),
    buffers=(20.0, 20.0),
)
DAY_LINES = (SHAFTS, PUMPS)
CURRENT = "spindle/current"
"""Of machining centres, the highest of each minute in which they cut all the while, in A."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A failure of a machine, so many minutes after the day's midnight."""

    device_id: str
    at_min: float
    minutes: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A machine draws more current than it should while it works, as with a worn bearing."""

    device_id: str
    at_min: float
    minutes: float
    ampere: float


BREAKDOWNS = (Breakdown("cnc-12", 15 * 60 + 20, 38.0, SPINDLE_OVERLOAD),)
DISTURBANCES = (Disturbance("cnc-12", 11 * 60 + 50, 12.0, 30.0),)
