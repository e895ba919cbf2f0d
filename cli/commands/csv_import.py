"""Sends a CSV file in parts: a part is sent again after a break, never twice in effect."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cli.client import ApiClient
from cli.context import path_of
from cli.failures import Failed
from cli.output import note, notes
from cli.texts import text

PART_BYTES = 1_000_000
MOST_SAID = 100


@dataclass(slots=True)
class Outcome:
    """Rows stored in this run, and those refused with their line and reason."""

    import_id: str
    offset: int
    total: int
    accepted: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """Count a part; the server says where the next one begins."""
        if not self.offset < answer["next_offset"] <= self.total:
            raise Failed(text("error.import_stuck", offset=answer["next_offset"], total=self.total))
        self.offset = answer["next_offset"]
        self.accepted += answer["accepted"]
        self.rejected += answer["rejected"]

    def explain(self) -> None:
        """Say which lines were refused and why."""
        for row in self.rejected[:MOST_SAID]:
            note(text("say.row_refused", line=row["line"], reason=row["reason"]))
        if len(self.rejected) > MOST_SAID:
            note(text("say.rows_refused", count=len(self.rejected) - MOST_SAID))


def import_file(api: ApiClient, path: str, file: Path, device: str) -> Outcome:
    """Start or resume the import of a file (known by its hash) and send what is missing, whole lines a part."""
    with file.open("rb") as source:
        total = file.stat().st_size
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        asked = {"device": device, "filename": file.name, "sha256": digest, "total_bytes": total}
        started = api.call("POST", path, json=asked)
        outcome = Outcome(started["import_id"], started["next_offset"], total)
        if outcome.offset:
            note(text("say.resumed", offset=outcome.offset, total=total))
        try:
            _send(api, path_of(path, outcome.import_id, "parts"), source, outcome)
        except (Failed, KeyboardInterrupt):
            outcome.explain()
            note(text("say.import_broken", offset=outcome.offset, total=total))
            raise
    return outcome


def _send(api: ApiClient, path: str, source: BinaryIO, outcome: Outcome) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=notes,
    )
    with bar:
        task = bar.add_task(Path(source.name).name, total=outcome.total, completed=outcome.offset)
        while outcome.offset < outcome.total:
            part = {"content": _part(source, outcome.offset), "params": {"offset": outcome.offset}}
            outcome.add(api.call("PUT", path, headers={"Content-Type": "text/csv"}, **part))
            bar.update(task, completed=outcome.offset)


def _part(source: BinaryIO, offset: int) -> bytes:
    source.seek(offset)
    return source.read(PART_BYTES) + source.readline()
