"""`makoto simulate`: simulated machines behind the credentials of registered devices."""

from pathlib import Path
from typing import Annotated

import typer

from cli.texts import text


def simulate(
    credentials: Annotated[
        Path, typer.Option("--credentials", exists=True, file_okay=False, help=text("opt.credentials"))
    ],
    rate: Annotated[float, typer.Option("--rate", min=0.01, max=50, help=text("opt.rate"))] = 1.0,
    speed: Annotated[float, typer.Option("--speed", min=0.01, max=3600, help=text("opt.speed"))] = 1.0,
    duration: Annotated[float | None, typer.Option("--duration", min=0, help=text("opt.duration"))] = None,
    seed: Annotated[int, typer.Option("--seed", help=text("opt.seed"))] = 1,
) -> None:
    from local.simulator.__main__ import app

    options = ["--credentials", str(credentials), "--rate", str(rate), "--speed", str(speed), "--seed", str(seed)]
    app(options + ([] if duration is None else ["--duration", str(duration)]))
