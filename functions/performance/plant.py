"""The plant that a question is about: its units, their calendars, run times and reasons, each read once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from functions.performance.model import NotAUnit
from makoto.analytics.performance.intervals import Span
from makoto.domain.factory import (
    ENTERPRISE,
    Equipment,
    EquipmentLevel,
    Material,
    Reason,
    RunTime,
    TimeCategory,
    Window,
    WorkCalendar,
    ancestors_of,
    is_within,
    reason_of,
    shift_windows,
)
from makoto.errors import FieldError
from makoto.ports.context import TenantContext
from makoto.ports.masters import NoSuchMaster, run_time_of

_QUARTER_MS = 900_000
"""No time zone changes its date within one (IANA: offsets are whole quarters of an hour)."""


@dataclass
class Plant:
    """Master data of one request."""

    place: str
    tenant: TenantContext
    _calendars: dict[str, WorkCalendar | None] = field(default_factory=dict)
    _materials: dict[str, Material | None] = field(default_factory=dict)
    _run_times: dict[str, tuple[RunTime, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.place != ENTERPRISE and self.place not in self.equipment:
            raise NoSuchMaster(f"there is no equipment {self.place}")

    @cached_property
    def equipment(self) -> dict[str, Equipment]:
        """All equipment of the place's site, or of all sites; sites whose names begin alike too."""
        site = self.place.split("/", maxsplit=1)[0]
        found = self.tenant.masters.all(Equipment, prefix=site)
        return {each.id: each for each in found}

    def require_unit(self) -> "Plant":
        """Refuse a place that has units below it."""
        if self.leaves != (self.place,):
            below = FieldError("/path/place", "unit", f"such as {self.leaves[0]}")
            raise NotAUnit(f"{self.place} has units below it, of which this is told", errors=[below])
        return self

    @cached_property
    def reasons(self) -> dict[int, Reason]:
        return self.tenant.masters.reasons()

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The units of the place: what nothing stands below."""
        parents = {above for each in self.equipment for above in ancestors_of(each)}
        return tuple(sorted(each for each in self.equipment if is_within(each, self.place) and each not in parents))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units that the place is judged by: of a work center with bottlenecks, these only (OPC 40001-1 C.2)."""
        narrow = {each for each in self.leaves if self.equipment[each].is_bottleneck}
        judged = {_center(each) for each in narrow}
        return tuple(each for each in self.leaves if each in narrow or _center(each) not in judged)

    def calendar_of(self, unit: str) -> WorkCalendar | None:
        """The calendar that a unit works by: its own, else its nearest ancestor's."""
        for place in (unit, *ancestors_of(unit)):
            stands = self.equipment.get(place)
            if stands is not None and stands.calendar is not None:
                return self._calendar(stands.calendar)
        return None

    def schedule_of(self, unit: str, window: Window) -> tuple[list[Span] | None, list[Span]]:
        """The shifts that touch a window and their breaks; None without a calendar."""
        calendar = self.calendar_of(unit)
        if calendar is None:
            return None, []
        shifts = list(shift_windows(calendar, window))
        return [(each.start_ms, each.end_ms) for each in shifts], [pause for each in shifts for pause in each.breaks]

    def zone_of(self, unit: str) -> tzinfo:
        """The time zone that the unit's days are counted in."""
        calendar = self.calendar_of(unit)
        return UTC if calendar is None else ZoneInfo(calendar.time_zone)

    def run_time_at(self, unit: str) -> Callable[[str, int], Decimal | None]:
        """PRU of a product at the unit by the moment's local day."""
        zone, known = self.zone_of(unit), dict[tuple[str, int], Decimal | None]()

        def at(product: str, t: int) -> Decimal | None:
            key = (product, t // _QUARTER_MS)
            if key not in known:
                on = datetime.fromtimestamp(t / 1000, zone).date()
                found = run_time_of(self._run_times_of(product), product, unit, on)
                known[key] = None if found is None else found.seconds_per_unit
            return known[key]

        return at

    def unit_of(self, product: str) -> str | None:
        """The unit that a product is counted in; None where it is not in the master data."""
        if product not in self._materials:
            self._materials[product] = self.tenant.masters.find(Material, product)
        found = self._materials[product]
        return None if found is None else found.unit

    def resolve(self, code: int) -> Reason | None:
        """The reason of a code."""
        return reason_of(code, self.reasons)

    def category_of(self, code: int) -> TimeCategory | None:
        found = self.resolve(code)
        return None if found is None else found.category

    def _calendar(self, calendar_id: str) -> WorkCalendar | None:
        if calendar_id not in self._calendars:
            self._calendars[calendar_id] = self.tenant.masters.find(WorkCalendar, calendar_id)
        return self._calendars[calendar_id]

    def _run_times_of(self, product: str) -> tuple[RunTime, ...]:
        if product not in self._run_times:
            self._run_times[product] = self.tenant.masters.run_times(product)
        return self._run_times[product]


def _center(unit: str) -> str:
    """The work center of a unit, or the unit itself where it stands higher."""
    return "/".join(unit.split("/")[: list(EquipmentLevel).index(EquipmentLevel.WORK_CENTER) + 1])
