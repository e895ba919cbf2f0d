"""Draws where planned time went: the waterfall to OEE, and the Pareto chart of reasons."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.commands.performance_views import loss_name
from cli.factory import speaks_japanese
from cli.failures import Failed
from cli.pictures import FORMS, save_picture
from cli.texts import text, text_or
from cli.written import MINUTE

if TYPE_CHECKING:
    from makoto.analytics.drawing import Paper


def draw_losses(figure: dict[str, Any], losses: dict[str, Any], target: Path) -> None:
    """Draw planned busy time, the big losses, and what is left: the effective time."""
    from makoto.analytics.drawing import waterfall

    planned = figure["terms"].get("pbt", {}).get("value")
    missing = [name for name, seconds in losses["big"].items() if seconds is None]
    if planned is None or missing:
        names = ", ".join(text_or(name, f"loss.{name}") for name in missing) or "PBT"
        raise Failed(text("error.no_waterfall", names=names))
    shown = [(text_or(name, f"loss.{name}"), seconds / MINUTE) for name, seconds in losses["big"].items() if seconds]
    title = f"OEE  {figure['equipment'] or text('say.enterprise')}"
    start, end = (text("say.planned_time"), planned / MINUTE), text("say.effective_time")
    save_picture(waterfall(title, start, shown, end, unit="min", paper=_paper(target)), target)


def draw_pareto(losses: dict[str, Any], target: Path) -> None:
    """Draw the reasons by the time they cost."""
    from makoto.analytics.drawing import pareto

    causes = [(loss_name(each), each["seconds"] / MINUTE) for each in losses["pareto"]]
    place = losses["equipment"] or text("say.enterprise")
    save_picture(pareto(text("say.losses") + f"  {place}", causes, unit="min", paper=_paper(target)), target)


def _paper(target: Path) -> "Paper":
    from makoto.analytics.drawing import Format, Language, Paper

    language = Language.JA if speaks_japanese() else Language.EN
    return Paper(format=Format(FORMS[target.suffix.lower()]), language=language)
