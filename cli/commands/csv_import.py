"""Sends a CSV file in parts: a part is sent again after a break, never twice in effect."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from cli.client import ApiClient
from cli.output import console, errors
from cli.texts import text

PART_BYTES = 1_000_000


@dataclass(slots=True)
class Outcome:
    """Rows stored, and those refused with their line and reason."""

    accepted: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)


def import_file(api: ApiClient, path: str, file: Path, device: str) -> Outcome:
    """Start or resume the import of a file (known by its hash) and send what is missing, whole lines a part."""
    total = file.stat().st_size
    asked = {"device": device, "filename": file.name, "sha256": _sha256(file), "total_bytes": total}
    started = api.call("POST", path, json=asked)
    outcome = Outcome()
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
    )
    with bar:
        task = bar.add_task(file.name, total=total, completed=started["next_offset"])
        for offset, part in _parts(file, started["next_offset"]):
            answer = api.call(
                "PUT",
                f"{path}/{started['import_id']}/parts",
                params={"offset": offset},
                content=part,
                headers={"Content-Type": "text/csv"},
            )
            _add(outcome, answer)
            bar.update(task, completed=answer["next_offset"])
    return outcome


def _add(outcome: Outcome, answer: dict[str, Any]) -> None:
    outcome.accepted += answer["accepted"]
    outcome.rejected += answer["rejected"]
    for row in answer["rejected"]:
        errors.print(text("say.row_refused", line=row["line"], reason=row["reason"]), highlight=False, markup=False)


def _parts(file: Path, offset: int) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as source:
        source.seek(offset)
        while part := source.read(PART_BYTES):
            part += source.readline()
            yield offset, part
            offset += len(part)


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
