"""`makoto simulate`: a simulated machine behind a registered device's credentials."""

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    credentials: Annotated[Path, typer.Option("--credentials", exists=True, file_okay=False)],
    rate: Annotated[float, typer.Option("--rate", min=0.01, max=50)] = 1.0,
    speed: Annotated[float, typer.Option("--speed", min=0.01, max=3600)] = 1.0,
    duration: Annotated[float | None, typer.Option("--duration", min=0)] = None,
    seed: Annotated[int, typer.Option("--seed")] = 1,
) -> None:
    from local.simulator.__main__ import app

    options = ["--credentials", str(credentials), "--rate", str(rate), "--speed", str(speed), "--seed", str(seed)]
    app(options + ([] if duration is None else ["--duration", str(duration)]))
