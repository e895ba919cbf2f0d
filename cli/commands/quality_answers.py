"""Tells what became of several results or points that were sent at once."""

from typing import Any

import typer

from cli.output import note, show_json
from cli.texts import text


def tell_answers(answer: dict[str, Any], as_json: bool) -> None:
    """Say how many of several were taken, and why others were not; exit code 2 where one was refused."""
    if as_json:
        show_json(answer)
    else:
        note(text("say.recorded", recorded=answer["recorded"], refused=answer["refused"]))
        for item in answer["items"]:
            for each in item["errors"]:
                note(text("say.point_refused", pointer=each["pointer"], reason=each["rule"], detail=each["detail"]))
    if answer["refused"]:
        raise typer.Exit(2)
