"""Pictures of the factory's day: OEE, losses, the control chart, the anomaly, and where a lot went."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.commands.demo import StoryBroken
from cli.commands.demo_factory_masters import ZONE, utc
from cli.commands.demo_factory_report import loss_name
from cli.commands.demo_factory_story import Story
from cli.commands.demo_factory_work import disturbed_device
from cli.settings import cli_settings
from cli.texts import text
from local.simulator.day_plan import CURRENT, SHAFTS

if TYPE_CHECKING:
    from makoto.analytics.drawing import Paper

FIGURES = "figures.json"
LEAST_S = 60.0
"""Losses below that are left out of the picture."""


def drawn(story: Story) -> Iterator[str]:
    """Write every picture and figures.json, and name the files."""
    import json

    made = {
        "oee-waterfall.png": _waterfall(story),
        "losses-pareto.png": _pareto(story),
        "control-chart.png": _control_chart(story),
        "anomaly.png": _anomaly(story),
        "genealogy.png": _genealogy(story),
    }
    for name, image in made.items():
        (story.folder / name).write_bytes(image)
    kept = {name: value for name, value in story.figures.items() if name != "trace"}
    (story.folder / FIGURES).write_text(json.dumps(kept, ensure_ascii=False, indent=2), encoding="utf-8")
    yield "  ".join(sorted([*made, FIGURES, "forecast.png", "recall.csv", "epcis.jsonld"]))


def paper(**size: float) -> "Paper":
    from makoto.analytics.drawing import Format, Language, Paper

    return Paper(format=Format.PNG, language=Language(cli_settings().language), **size)


def _waterfall(story: Story) -> bytes:
    from makoto.analytics.drawing import waterfall

    figure, losses = story.figures["oee"][f"{SHAFTS.name}/day"], story.figures[f"losses/{SHAFTS.name}"]
    big = ((name, s) for name, s in losses["big"].items() if s and s >= LEAST_S)
    hours = [(text(f"demo.day.loss.{name}"), round(s / 3600, 2)) for name, s in big]
    title = text("demo.day.waterfall", line=SHAFTS.name, on=story.factory.on)
    begin = (text("demo.day.planned_busy"), round(figure["pbt"] / 3600, 2))
    return waterfall(title, begin, hours, text("demo.day.effective"), unit="h", paper=paper())


def _pareto(story: Story) -> bytes:
    from makoto.analytics.drawing import pareto

    rows = story.figures[f"losses/{SHAFTS.name}"]["pareto"]
    causes = [(loss_name(each), round(each["seconds"] / 60, 1)) for each in rows]
    return pareto(text("demo.day.pareto", line=SHAFTS.name), causes, unit="min", paper=paper())


def _control_chart(story: Story) -> bytes:
    """As the API draws it."""
    chart = story.figures["chart"]["chart_id"]
    window = {"from": utc(story.at(6 * 60)), "to": utc(story.at(22 * 60 + 1))}
    asked = {"format": "png", "lang": cli_settings().language, **window}
    where = story.path("quality", "charts", chart, "image")
    answer = story.api.answer("GET", where, params=asked, headers={"Accept": "image/png"})
    if not answer.content.startswith(b"\x89PNG"):
        raise StoryBroken(f"{answer.status_code} {answer.text[:200]}")
    return answer.content


def _anomaly(story: Story) -> bytes:
    from makoto.analytics.drawing import TimeSeries, time_series

    device = disturbed_device(story.factory)
    span = {"from": utc(story.at(6 * 60)), "to": utc(story.at(22 * 60)), "resolution": "1m", "max_points": 2000}
    answer = story.get("telemetry", "series", device=device, metric=CURRENT, tz=ZONE, **span)["series"][0]
    times = [_ms(each) for each in answer["times"]]
    marked = {_ms(each["at"]) // 60_000 for each in story.figures["anomalies"]}
    title = text("demo.day.current", device=device.rpartition("-")[0])
    places = [place for place, t_ms in enumerate(times) if t_ms // 60_000 in marked]
    series = TimeSeries(title, times, answer["values"]["mean"], unit="A", anomalies=places, zone=ZONE)
    return time_series(series, paper(width=12.0))


def _genealogy(story: Story) -> bytes:
    from cli.commands.demo_factory_graph import graph

    trace: dict[str, Any] = story.figures["trace"]
    title = text("demo.day.genealogy", lot=trace["lot_id"])
    return graph(title, trace, story.factory.stamp, paper(width=12.0, height=7.0))


def _ms(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1000)
