"""Where the command line keeps its session, which server it speaks to and in which language."""

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_URL = "http://127.0.0.1:8080"
LANGUAGE_VARIABLES = ("MAKOTO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class CliSettings:
    """Read once a command from the environment."""

    url: str
    folder: Path
    language: str


def cli_settings() -> CliSettings:
    """`MAKOTO_URL`, `MAKOTO_HOME` (default `~/.makoto`) and `MAKOTO_LANG`, else the locale's language."""
    locale = next(filter(None, map(os.environ.get, LANGUAGE_VARIABLES)), "en")
    return CliSettings(
        url=os.environ.get("MAKOTO_URL", "").rstrip("/"),
        folder=Path(os.environ.get("MAKOTO_HOME") or Path.home() / ".makoto"),
        language="ja" if locale.lower().startswith("ja") else "en",
    )
