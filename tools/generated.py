"""Write a generated document, or with `--check` fail when the file is not what the code says."""

import json
import sys
from pathlib import Path
from typing import Any


def deliver(documents: dict[Path, Any], *, check: bool) -> None:
    """Write each document as stable JSON; in check mode name those that differ and exit 1."""
    stale = [path for path, document in documents.items() if not _is_current(path, _text(document))]
    if check and stale:
        sys.exit("run `make docs`: not what the code says: " + ", ".join(map(str, stale)))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(documents[path]))


def arguments() -> tuple[bool, Path]:
    """Read `[--check] PATH`."""
    return "--check" in sys.argv, Path(sys.argv[-1])


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text
