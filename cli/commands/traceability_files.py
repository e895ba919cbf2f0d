"""Documents that come in pages and are kept as one file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.factory import Domain
from cli.texts import text

if TYPE_CHECKING:
    import httpx

FOLLOWING = "X-Next-Cursor"


def check_file(out: Path) -> None:
    """Refuse a file that cannot be written, before anything is asked of the server."""
    if not out.parent.is_dir():
        raise typer.BadParameter(text("error.no_folder", path=out.parent), param_hint="--out")


def pages_of(traceability: Domain, asked: Mapping[str, str], *rest: str) -> Iterator["httpx.Response"]:
    """Fetch page after page; what follows is said in a header."""
    cursor: str | None = None
    while True:
        query = {**asked, **({"cursor": cursor} if cursor else {})}
        page = traceability.api.fetch("GET", traceability.path(*rest), params=query)
        yield page
        cursor = page.headers.get(FOLLOWING)
        if not cursor:
            return
