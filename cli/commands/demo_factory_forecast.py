"""A forecast in the factory's day: what the oil's temperature was going to be, and what it was."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cli.commands.demo_factory_masters import ZONE, utc
from cli.commands.demo_factory_pictures import paper
from cli.commands.demo_factory_story import Story
from cli.texts import text
from local.simulator.day_plan import PUMPS

METRIC, UNIT = "oil/temp", "°C"
STEP_MIN, RESOLUTION = 15, "15m"
FROM_MIN, AT_MIN, AHEAD = 6 * 60, 20 * 60, 8


def forecasted(story: Story) -> Iterator[str]:
    """Forecast the last two hours from those before, and count how many steps came to lie in the interval."""
    device = story.factory.device(PUMPS.stations[0])
    past = {"resolution": RESOLUTION, "past": (AT_MIN - FROM_MIN) // STEP_MIN, "season": "0"}
    asked = {"device": device, "metric": METRIC, "horizon": AHEAD, "to": utc(story.at(AT_MIN)), **past}
    made = story.get("telemetry", "forecast", **asked)
    seen = _seen(story, device)
    steps = [(_ms(each["time"]), each) for each in made["steps"]]
    held = sum(each["low"] <= seen[t_ms] <= each["high"] for t_ms, each in steps if t_ms in seen)
    story.figures["forecast"] = {**made, "held": held}
    (story.folder / "forecast.png").write_bytes(_drawn(device, seen, made))
    level = f"{100 * made['level']:.0f}"
    yield text("demo.day.forecasted", metric=METRIC, model=made["model"], held=held, steps=len(steps), level=level)


def _seen(story: Story, device: str) -> dict[int, float]:
    span = {"from": utc(story.at(FROM_MIN)), "to": utc(story.at(AT_MIN + AHEAD * STEP_MIN)), "resolution": RESOLUTION}
    series = story.get("telemetry", "series", device=device, metric=METRIC, **span)["series"][0]
    pairs = zip(map(_ms, series["times"]), series["values"]["mean"], strict=True)
    return {t_ms: value for t_ms, value in pairs if value is not None}


def _drawn(device: str, seen: dict[int, float], made: dict[str, Any]) -> bytes:
    from makoto.analytics.drawing import Forecast, TimeSeries, time_series

    steps = made["steps"]
    ahead = Forecast(
        [_ms(each["time"]) for each in steps],
        [each["mean"] for each in steps],
        [each["low"] for each in steps],
        [each["high"] for each in steps],
        made["level"],
    )
    title = text("demo.day.oil", device=device.rpartition("-")[0])
    return time_series(TimeSeries(title, list(seen), list(seen.values()), UNIT, (), ahead, ZONE), paper(width=12.0))


def _ms(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1000)
