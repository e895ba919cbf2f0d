"""An assembly cell: a press that joins two parts, and a spindle that tightens the screws."""

from collections.abc import Mapping
from math import exp
from random import Random

from local.simulator.dynamics import approach
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.reasons import INLET_JAM, LIGHT_CURTAIN, MEASURING, MOTOR_TRIP
from local.simulator.shifts import Period
from local.simulator.stops import Cause

PRESS_FORCE_KN = 18.0
TORQUE_NM = 9.5
_PRESSING_UNTIL, _TIGHTENING_UNTIL = 0.45, 0.85


class AssemblyCell(Machine):
    METRICS = (
        Metric("press/force", "Double", "kN", 0, 60, 0.1, "DB20.PressForce", 0.12, 2),
        Metric("press/stroke", "Double", "mm", 0, 120, 0.1, "DB20.PressStroke", 0.05, 2),
        Metric("screw/torque", "Double", "Nm", 0, 30, 0.05, "DB21.Torque", 0.06, 2),
        Metric("screw/speed", "Double", "rpm", 0, 1500, 2, "DB21.Speed", 2.0, 0),
        Metric("motor/current", "Double", "A", 0, 40, 0.1, "DB21.MotorCurrent", 0.1, 2),
        Metric("motor/temp", "Double", "°C", 0, 120, 0.1, "DB21.MotorTemp", 0.06),
        Metric("oil/temp", "Double", "°C", 0, 90, 0.1, "DB22.OilTemp", 0.06),
        Metric("oil/pressure", "Double", "bar", 0, 250, 0.5, "DB22.OilPressure", 0.4, 1),
        Metric("air/pressure", "Double", "bar", 0, 10, 0.02, "DB23.AirPressure", 0.02),
        Metric("power/active", "Double", "kW", 0, 30, 0.05, "PM2.ActivePower", 0.03, 3),
    )
    CAUSES = (
        Cause(MOTOR_TRIP, 30 * 3600, 700, aborts=True),
        Cause(LIGHT_CURTAIN, 24 * 3600, 60, aborts=True),
        Cause(INLET_JAM, 5 * 3600, 110),
        Cause(MEASURING, 7 * 3600, 60),
    )

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.force_kn = self.stroke_mm = self.torque_nm = self.speed_rpm = 0.0
        self.motor_c = self.oil_c = 22.0

    def scrap_probability(self) -> float:
        """Cold oil presses unevenly."""
        return 0.006 + 0.03 * exp(-max(self.oil_c - 24.0, 0.0))

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        presses = self.producing and self.cycle < _PRESSING_UNTIL
        tightens = self.producing and _PRESSING_UNTIL <= self.cycle < _TIGHTENING_UNTIL
        self.force_kn = approach(self.force_kn, PRESS_FORCE_KN if presses else 0.0, 1.5, dt_s)
        self.stroke_mm = approach(self.stroke_mm, 84.0 if presses else 0.0, 2.0, dt_s)
        self.torque_nm = approach(self.torque_nm, TORQUE_NM if tightens else 0.0, 1.5, dt_s)
        self.speed_rpm = approach(self.speed_rpm, 620.0 if tightens else 0.0, 1.0, dt_s)
        self.motor_c = approach(self.motor_c, ambient_c + (24.0 if self.producing else 0.0), 1500.0, dt_s)
        self.oil_c = approach(self.oil_c, ambient_c + (17.0 if self.producing else 0.0), 2400.0, dt_s)

    def values(self) -> Mapping[str, float]:
        is_on = 1.0 if self.producing else 0.0
        current_a = 0.8 + 0.6 * is_on + 0.55 * self.torque_nm
        return {
            "press/force": self.force_kn,
            "press/stroke": self.stroke_mm,
            "screw/torque": self.torque_nm,
            "screw/speed": self.speed_rpm,
            "motor/current": current_a,
            "motor/temp": self.motor_c,
            "oil/temp": self.oil_c,
            "oil/pressure": 60.0 + 5.2 * self.force_kn,
            "air/pressure": 6.1 - 0.15 * is_on,
            "power/active": 0.6 + 0.28 * current_a + 0.11 * self.force_kn,
        }
