"""`python -m local.simulator`: run the devices of a folder, or record a line's history."""

import signal
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from local.simulator import clock, log
from local.simulator.catalogue import UnknownLine
from local.simulator.credentials import UnreadableCredentials, read_all
from local.simulator.fleet import Pace, assemble, run
from local.simulator.recorder import record

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Simulate a factory.")


@app.callback(invoke_without_command=True)
def simulate(
    context: typer.Context,
    credentials: Annotated[Path | None, typer.Option(help="Folder with one credentials file (JSON) a device.")] = None,
    rate: Annotated[float, typer.Option(min=0.01, max=50, help="Samples a second of each metric.")] = 1.0,
    flush: Annotated[float, typer.Option(min=0.05, help="Seconds of samples in one message.")] = 5.0,
    speed: Annotated[float, typer.Option(min=0.01, max=3600, help="How much faster the machines live.")] = 1.0,
    duration: Annotated[float | None, typer.Option(min=0, help="Seconds to run, endless if absent.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same factory.")] = 1,
    devices: Annotated[str, typer.Option(help="Comma-separated device ids, all if absent.")] = "",
) -> None:
    """Publish the telemetry of every device in the folder over MQTT until stopped."""
    if context.invoked_subcommand is not None:
        return
    if credentials is None:
        raise typer.BadParameter("is needed", param_hint="--credentials")
    log.configure()
    chosen = [name.strip() for name in devices.split(",") if name.strip()]
    try:
        found = read_all(credentials, chosen)
    except (UnreadableCredentials, OSError) as error:
        raise typer.BadParameter(str(error), param_hint="--credentials") from None
    pace = Pace(rate_hz=rate, flush_s=flush, speed=speed, seed=seed)
    run(assemble(found, pace, clock.now_ms()), pace, _stop_on_signal(), duration)


@app.command("record")
def record_history(
    line: Annotated[str, typer.Argument(help="machining-1 or food-1")],
    start: Annotated[str, typer.Option(help="ISO 8601 with a zone.")],
    end: Annotated[str, typer.Option(help="ISO 8601 with a zone.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1,
    step: Annotated[float, typer.Option(min=0.1, help="Seconds between two samples.")] = 10.0,
) -> None:
    """Write a line's recorded history as CSV."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"recording {line}", total=1.0)
        try:
            first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
            rows = record(
                line,
                seed,
                first,
                last,
                out,
                step_s=step,
                on_progress=lambda share: progress.update(task, completed=share),
            )
        except (UnknownLine, ValueError) as error:
            raise typer.BadParameter(str(error)) from None
    Console(stderr=True).print(f"{rows} rows written to {out}")


def _stop_on_signal() -> Event:
    stop = Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


if __name__ == "__main__":
    app()
