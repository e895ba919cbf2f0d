"""Files that only their owner reads: sessions and private keys."""

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write complete or not at all, with mode 0600 from its first byte on, whatever was there before."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
