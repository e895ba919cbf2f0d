"""Fetches a signed URL into a file; no token goes along, the URL itself is the permission."""

from pathlib import Path

from cli.client import TIMEOUT_S, transport_failures
from cli.failures import Failed
from cli.texts import text


def download(url: str, path: Path) -> int:
    """Write the file complete or not at all; return its size in bytes."""
    import httpx

    draft = path.with_name(f".{path.name}.draft")
    try:
        with (
            transport_failures(url.partition("?")[0]),
            httpx.stream("GET", url, timeout=TIMEOUT_S) as response,
            draft.open("wb") as file,
        ):
            if response.is_error:
                raise Failed(text("error.download", status=response.status_code))
            for chunk in response.iter_bytes():
                file.write(chunk)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path.stat().st_size
