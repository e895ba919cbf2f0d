"""Pictures as files: what they may be called, and writing them."""

from pathlib import Path

import typer

from cli.output import note
from cli.texts import text

FORMS = {".png": "png", ".svg": "svg"}


def check_picture(target: Path | None, option: str = "--chart") -> None:
    """Refuse a file that cannot be drawn to, before anything is asked of the server."""
    if target is None:
        return
    if target.suffix.lower() not in FORMS:
        raise typer.BadParameter(text("error.chart"), param_hint=option)
    if not target.parent.is_dir():
        raise typer.BadParameter(text("error.no_folder", path=target.parent), param_hint=option)


def save_picture(image: bytes, target: Path) -> None:
    target.write_bytes(image)
    note(text("say.saved", path=target))
