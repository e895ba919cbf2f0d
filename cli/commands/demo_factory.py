"""`makoto demo-factory`: a day of two lines through the whole platform, compared with what the simulator knows."""

import time
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.demo import timed
from cli.output import guarded, tell
from cli.texts import text

FOLDER = Path("makoto-factory")


@guarded
def demo_factory(
    out: Annotated[Path, typer.Option("--out", "-o", help=text("opt.factory_out"))] = FOLDER,
) -> None:
    """Run every step; figures that differ from the simulator's own end the story with exit code 1."""
    from cli.commands.demo_factory_report import reported
    from cli.commands.demo_factory_steps import STEPS, begin

    story = begin(out)
    started = time.perf_counter()
    for number, (name, step) in enumerate(STEPS.items(), 1):
        with timed(number, text(f"demo.day.{name}")):
            for line in step(story):
                tell(f"     {line}")
    reported(story)
    tell(text("demo.day.done", seconds=f"{time.perf_counter() - started:.1f}", folder=out), style="bold green")
