"""The demonstration factory's master data: two lines of a site of its own, what they make and of what."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from local.simulator import reasons
from local.simulator.catalogue import LinePlan, StationPlan
from local.simulator.day_orders import Material
from local.simulator.day_plan import DAY_LINES, PUMPS, SHAFTS
from local.simulator.day_quality import NOMINAL_MM, TOLERANCE_MM
from local.simulator.shifts import Shift

Record = dict[str, Any]  # a record of master data, as the API takes it
ZONE = "Asia/Tokyo"
IDEAL_SHARE = 0.94
"""Of a machine's cycle: a part should take so much of what it takes at best here."""

PLANNED_ORDERS = 8
BAR, HOUSING = "bar-s45c", "housing-adc12"
_CATEGORIES = {
    "setup": (reasons.SETUP,),
    "planned": (reasons.OPERATOR_BREAK, reasons.NO_SHIFT),
    "delay_external": (reasons.STARVED, reasons.BLOCKED),
    "corrective_maintenance": (
        reasons.SPINDLE_OVERLOAD,
        reasons.SERVO_ALARM,
        reasons.MOTOR_TRIP,
        reasons.LIGHT_CURTAIN,
    ),
    "delay_internal": (reasons.INLET_JAM, reasons.TOOL_CHANGE, reasons.CHIP_JAM, reasons.MEASURING),
}
_LOSSES = {"setup": "setup", "corrective_maintenance": "breakdown", "planned": None}


@dataclass(frozen=True)
class Factory:
    """One run's factory: `stamp` keeps it apart from those of other runs; `on` is the local day that it lives."""

    stamp: str
    on: date

    @property
    def site(self) -> str:
        return f"day-{self.stamp}"

    @property
    def characteristic(self) -> str:
        return f"journal-{self.stamp}"

    def place(self, plan: LinePlan, station: StationPlan | None = None) -> str:
        line = f"{self.site}/{plan.area}/{plan.name}"
        return line if station is None else f"{line}/{station.cell}"

    def device(self, station: StationPlan) -> str:
        return f"{station.device_id}-{self.stamp}"

    def orders(self, plan: LinePlan) -> tuple[str, ...]:
        kind = "s" if plan is SHAFTS else "p"
        return tuple(f"wo-{self.stamp}-{kind}{number}" for number in range(1, PLANNED_ORDERS + 1))

    def materials(self, plan: LinePlan) -> dict[str, Material]:
        """What each order makes: shafts of two diameters in turn, or pumps of the first."""
        if plan is PUMPS:
            pump = Material(self.named("pump"), self.named("pump-unfinished"), (self.named("shaft-20"), HOUSING))
            return dict.fromkeys(self.orders(plan), pump)
        both = [Material(self.named(f"shaft-{size}"), self.named("shaft-unfinished"), (BAR,)) for size in (20, 25)]
        return {order: both[number % 2] for number, order in enumerate(self.orders(plan))}

    def named(self, material: str) -> str:
        return f"{material}-{self.stamp}"

    def records(self) -> list[Record]:
        """Everything, in any order: the import sorts out what refers to what."""
        made = [*_reasons(), _calendar(), *_raw(), self._characteristic(), *self._places(), *self._unfinished()]
        for product, name, plan, parts in self._products():
            made += [_material(product, name, "finished"), self._bom(product, parts), self._routing(product, plan)]
            made += self._run_times(product, plan)
        return made

    def run_time_s(self, station: StationPlan) -> str:
        return f"{station.pace.cycle_s * IDEAL_SHARE:.2f}"

    def _products(self) -> list[tuple[str, str, LinePlan, tuple[str, ...]]]:
        shafts = [(self.named(f"shaft-{size}"), f"シャフト φ{size}", SHAFTS, (BAR,)) for size in (20, 25)]
        return [*shafts, (self.named("pump"), "ポンプ P20", PUMPS, (self.named("shaft-20"), HOUSING))]

    def _unfinished(self) -> list[Record]:
        names = (("shaft-unfinished", "シャフト 仕掛品"), ("pump-unfinished", "ポンプ 仕掛品"))
        return [_material(self.named(each), name, "intermediate") for each, name in names]

    def _places(self) -> list[Record]:
        found = [_place(self.site, f"実演工場 {self.stamp}", calendar=_calendar()["id"])]
        for plan in DAY_LINES:
            found.append(_place(f"{self.site}/{plan.area}", {"machining": "加工", "assembly": "組立"}[plan.area]))
            found.append(_place(self.place(plan), plan.name, work_center="production_line"))
            found += [_place(self.place(plan, each), each.device_id) for each in plan.stations]
        return found

    def _bom(self, product: str, parts: tuple[str, ...]) -> Record:
        lines = [{"material": each, "quantity": "1", "unit": "pcs", "scrap": "0.01"} for each in parts]
        return {"kind": "bom", "id": product, "product": product, "effective_from": self._since, "lines": lines}

    def _routing(self, product: str, plan: LinePlan) -> Record:
        steps = [
            {
                "sequence": 10 * number,
                "name": station.description,
                "equipment": [self.place(plan, station)],
                "setup_s": str(round(station.pace.setup_s)),
            }
            for number, station in enumerate(plan.stations, 1)
        ]
        about = {"kind": "routing", "id": product, "product": product, "effective_from": self._since}
        return {**about, "operations": steps}

    def _run_times(self, product: str, plan: LinePlan) -> list[Record]:
        return [
            {
                "kind": "run_time",
                "id": f"{product}-{station.cell}",
                "product": product,
                "equipment": self.place(plan, station),
                "effective_from": self._since,
                "seconds_per_unit": self.run_time_s(station),
            }
            for station in plan.stations
        ]

    def _characteristic(self) -> Record:
        limits = {"lower": f"{NOMINAL_MM - TOLERANCE_MM}", "upper": f"{NOMINAL_MM + TOLERANCE_MM}"}
        about = {"kind": "characteristic", "id": self.characteristic, "name": "ジャーナル外径", "unit": "mm"}
        return {**about, "nominal": f"{NOMINAL_MM}", **limits}

    @property
    def _since(self) -> str:
        return (self.on - timedelta(days=1)).isoformat()


def utc(t_ms: int) -> str:
    """An instant as the API takes it."""
    return instant_of(t_ms).isoformat(timespec="milliseconds")


def instant_of(t_ms: int) -> datetime:
    return datetime.fromtimestamp(t_ms / 1000, UTC)


def _material(material: str, name: str, of: str) -> Record:
    return {"kind": "material", "id": material, "name": name, "of": of, "unit": "pcs"}


def _raw() -> list[Record]:
    return [_material(BAR, "丸棒 S45C", "raw"), _material(HOUSING, "ハウジング ADC12", "raw")]


def _place(place: str, name: str, **more: Any) -> Record:
    return {"kind": "equipment", "id": place, "name": name, **more}


def _calendar() -> Record:
    shifts = [_shift(each) for each in SHAFTS.calendar.shifts]
    return {"kind": "calendar", "id": "day-two-shifts", "name": "二交替", "time_zone": ZONE, "shifts": shifts}


def _shift(shift: Shift) -> Record:
    begin = shift.start.hour * 60 + shift.start.minute
    breaks = [
        {"start": _clock(begin + each.after_min), "end": _clock(begin + each.after_min + each.minutes)}
        for each in shift.pauses
    ]
    name = {"early": "一直", "late": "二直"}[shift.name]
    return {"name": name, "start": _clock(begin), "end": _clock(begin + shift.minutes), "breaks": breaks}


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}:00"


def _reasons() -> list[Record]:
    return [
        {
            "kind": "reason",
            "id": str(each.code),
            "name": each.en,
            "name_ja": each.ja,
            "category": category,
            "loss": _LOSSES.get(category, "minor_stop"),
        }
        for category, group in _CATEGORIES.items()
        for each in group
    ]
