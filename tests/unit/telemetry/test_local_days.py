"""Days as people in the factory count them, summed from half-hours where zones allow and from minutes where not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.telemetry.series import read_series
from functions.telemetry.series_model import AskSeries, Figure, SeriesAnswer
from makoto.domain import instant_from_ms
from tests.unit.codecs.messages import NOW_MS
from tests.unit.telemetry.rolled import DAY_MS, EDGE, Rolled

QUARTER_MS = 900_000
DAYS = 5


@pytest.fixture(scope="module")
def rolled() -> Rolled:
    """Five days of a value a quarter of an hour, the number of the quarter, all on pages."""
    rolled = Rolled().later(6 * DAY_MS)
    for start in range(NOW_MS, NOW_MS + DAYS * DAY_MS, 3_600_000):
        rolled.send(*((t, float(t // QUARTER_MS), 192) for t in range(start, start + 3_600_000, QUARTER_MS)))
    rolled.roll()
    return rolled


def ask(rolled: Rolled, zone: str, **changes: object) -> SeriesAnswer:
    asked = {
        "devices": (EDGE,),
        "metrics": ("a",),
        "start": instant_from_ms(NOW_MS + DAY_MS),
        "end": instant_from_ms(NOW_MS + 4 * DAY_MS),
        "resolution": "1d",
        "zone": zone,
        "figures": (Figure.SUM, Figure.COUNT),
    }
    return read_series(AskSeries.model_validate(asked | changes), rolled.world.tenant, rolled.history)


def by_hand(rolled: Rolled, zone: str) -> dict[str, float]:
    """Add up what was sent by the local date it was measured on."""
    sums: dict[str, float] = {}
    for t, value, _ in rolled.sent:
        day = datetime.fromtimestamp(t / 1000, ZoneInfo(zone)).date().isoformat()
        sums[day] = sums.get(day, 0.0) + value
    return sums


@pytest.mark.parametrize(
    ("zone", "needs_minutes"),
    [
        ("UTC", False),
        ("Asia/Tokyo", False),
        ("America/New_York", False),
        ("Asia/Kolkata", False),
        ("America/St_Johns", False),
        ("Asia/Kathmandu", True),
        ("Pacific/Chatham", True),
    ],
)
def test_a_local_day_has_what_was_measured_on_it(rolled: Rolled, zone: str, needs_minutes: bool) -> None:
    answer, expected = ask(rolled, zone), by_hand(rolled, zone)
    (found,) = answer.series
    for at, total in zip(found.times, found.values["sum"], strict=True):
        day = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
        assert (day.hour, day.minute, total) == (0, 0, expected[day.date().isoformat()])
    assert (answer.read.minutes + answer.read.files > 0) == needs_minutes
    assert (answer.read.days > 0) == (zone == "UTC")


def test_hours_of_a_zone_at_the_half_hour_begin_at_its_hours(rolled: Rolled) -> None:
    answer = ask(rolled, "Asia/Kolkata", resolution="1h")
    assert {at[14:16] for at in answer.series[0].times} == {"30"}
    assert (answer.read.minutes, answer.read.files) == (0, 0)
    assert set(answer.series[0].values["count"]) == {4}


def test_a_day_on_which_clocks_change_has_23_hours() -> None:
    rolled = Rolled()
    start = datetime(2026, 3, 8, tzinfo=ZoneInfo("America/New_York"))
    rolled.later(int((start.timestamp() * 1000) - NOW_MS) + 3 * DAY_MS)
    first_ms = int(start.timestamp()) * 1000
    rolled.send(*((first_ms + hour * 3_600_000, 1.0, 192) for hour in range(48)))
    rolled.roll()
    asked = {"start": start, "end": start + timedelta(days=1)}
    (found,) = ask(rolled, "America/New_York", **asked).series
    assert found.values["count"] == (23,)
