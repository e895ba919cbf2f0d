"""The factory's day as tables."""

from typing import Any

from rich.table import Table

from cli.commands.demo_factory_story import Story
from cli.output import results
from cli.settings import cli_settings
from cli.texts import text
from local.simulator.day_plan import DAY_LINES

MOST_LOSSES = 6


def reported(story: Story) -> None:
    """Print what the day was worth, what was lost and why, and how far the platform lies from the truth."""
    for table in (_oee(story), _losses(story), _reliability(story)):
        results.print(table)


def _oee(story: Story) -> Table:
    names = ("line", "window", "availability", "effectiveness", "quality", "oee", "truth", "good", "scrap")
    table = _table("oee_title", names)
    truth = {each["name"]: each["truth"] for each in story.figures["compared"]}
    for name, found in story.figures["oee"].items():
        line, window = name.split("/")
        shares = (found[each] for each in ("availability", "effectiveness", "quality_ratio", "oee"))
        made = (f"{found['gq']:,.0f}", f"{found['pq'] - found['gq']:,.0f}")
        known = f"{truth[f'{line} {window} OEE']:.4f}"
        table.add_row(line, text(f"demo.day.{window}"), *(f"{each:.4f}" for each in shares), known, *made)
    return table


def _losses(story: Story) -> Table:
    table = _table("losses_title", ("line", "reason", "minutes", "stops", "share"))
    for plan in DAY_LINES:
        for each in story.figures[f"losses/{plan.name}"]["pareto"][:MOST_LOSSES]:
            minutes, share = f"{each['seconds'] / 60:.1f}", f"{100 * each['share']:.1f} %"
            table.add_row(plan.name, loss_name(each), minutes, str(each["stops"]), share)
    return table


def _reliability(story: Story) -> Table:
    table = _table("reliability_title", ("line", "failures", "mtbf", "mttr"))
    for plan in DAY_LINES:
        found = story.figures[f"reliability/{plan.name}"]
        means = (_minutes(found[each]["seconds"]) for each in ("mtbf", "mttr"))
        table.add_row(plan.name, str(len(found["failures"])), *means)
    return table


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds / 60:.1f}"


def loss_name(loss: dict[str, Any]) -> str:
    if loss["code"] is None:
        return text("demo.day.without_reason")
    return str((cli_settings().language == "ja" and loss["name_ja"]) or loss["name"])


def _table(title: str, names: tuple[str, ...]) -> Table:
    table = Table(title=text(f"demo.day.{title}"), title_justify="left", title_style="bold", header_style="bold")
    for name in names:
        is_text = name in ("line", "window", "reason")
        table.add_column(text(f"demo.day.column.{name}"), justify="left" if is_text else "right")
    return table
