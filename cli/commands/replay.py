"""Plays a recorded file through the path that live data takes; what the server has is not sent again."""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.client import ApiClient
from cli.failures import Failed, Refused
from cli.output import note, notes
from cli.texts import text

PIECE_BYTES = 500_000
MOST_SAID = 20
BOM = b"\xef\xbb\xbf"
FORMATS = ("shdr", "mtconnect", "sparkplug-b", "opcua-json", "sitewise")
_AWAITED = "awaited"
_DOCUMENT = re.compile(rb"(?=<\?xml )|(?<=</MTConnectStreams>)(?!\s*<\?xml )")


@dataclass(slots=True)
class Replayed:
    """What became of a file: readings stored in this run, what was odd, and what was refused and why."""

    stream: str
    pieces: int
    accepted: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def add(self, report: dict[str, Any]) -> None:
        """Count a piece."""
        self.accepted += report["accepted"]
        self.counts.update(report["counts"])
        self.refused += report["refused"]

    def explain(self) -> None:
        """Say what was refused, and why."""
        for each in self.refused[:MOST_SAID]:
            note(text("say.point_refused", pointer=each["pointer"], reason=each["reason"], detail=each["detail"]))
        if len(self.refused) > MOST_SAID:
            note(text("say.rows_refused", count=len(self.refused) - MOST_SAID))


@dataclass(frozen=True, slots=True)
class _Piece:
    body: bytes
    topic: str = ""


def replay_file(api: ApiClient, path: str, file: Path, device: str, form: str) -> Replayed:
    """Send a file's pieces in turn; its content names the stream, so the same file goes on where it was."""
    data = _content(file).removeprefix(BOM)
    pieces = list(_pieces(data, form))
    digest = hashlib.sha256(f"{form}/".encode() + data).hexdigest()
    replayed = Replayed(f"replay-{digest[:32]}", len(pieces))
    from rich.progress import track

    asked = {"device": device, "format": form, "stream": replayed.stream}
    begun = 0
    for at, piece in enumerate(track(pieces, file.name, console=notes, transient=True)):
        if at < begun:
            continue
        try:
            replayed.add(_send(api, path, piece, asked | {"piece": at, "last": at == len(pieces) - 1}))
        except Refused as failed:
            begun = _awaited(failed)
            if begun <= at:
                raise
            note(text("say.replay_resumed", piece=begun, pieces=len(pieces)))
    return replayed


def _send(api: ApiClient, path: str, piece: _Piece, asked: dict[str, Any]) -> dict[str, Any]:
    params = asked | ({"topic": piece.topic} if piece.topic else {})
    headers = {"Content-Type": "application/octet-stream"}
    report: dict[str, Any] = api.call("POST", path, params=params, content=piece.body, headers=headers)
    return report


def _awaited(failed: Refused) -> int:
    """The piece that the server awaits, where that is why it refused one."""
    errors = failed.problem.get("errors", [])
    return next((int(each["detail"]) for each in errors if each["rule"] == _AWAITED), -1)


def _content(file: Path) -> bytes:
    """A file's bytes, unpacked where its name says that it is packed."""
    import gzip
    import lzma
    import zlib

    packed = file.read_bytes()
    try:
        if file.suffix == ".gz":
            return gzip.decompress(packed)
        if file.suffix == ".xz":
            return lzma.decompress(packed)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise Failed(text("error.packed", file=file.name, error=error)) from error
    return packed


def _pieces(data: bytes, form: str) -> Iterator[_Piece]:
    if form == "shdr":
        for at in range(0, max(1, len(data)), PIECE_BYTES):
            yield _Piece(data[at : at + PIECE_BYTES])
    elif form == "mtconnect":
        yield from (_Piece(each) for each in _DOCUMENT.split(data) if each.strip())
    elif form == "sparkplug-b":
        yield from (_recorded(at, line) for at, line in enumerate(data.splitlines(), 1) if line.strip())
    else:
        yield from _lists(data)


def _lists(data: bytes) -> Iterator[_Piece]:
    """The whole file is one document; or a message a line, as many to a piece as fit.

    A line that is no message is sent alone: it is refused with its reason, and its neighbours are not.
    """
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) < 2 or _is_message(data):
        yield _Piece(data)
        return
    held, size = list[bytes](), 0
    for line in lines:
        is_whole = _is_message(line)
        if held and (size + len(line) > PIECE_BYTES or not is_whole):
            yield _Piece(b"[" + b",".join(held) + b"]")
            held, size = [], 0
        if not is_whole:
            yield _Piece(line)
            continue
        held.append(line)
        size += len(line) + 1
    if held:
        yield _Piece(b"[" + b",".join(held) + b"]")


def _is_message(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def _recorded(at: int, line: bytes) -> _Piece:
    """A line of a recording: `{"topic": …, "payload": Base64}`."""
    try:
        said = json.loads(line)
        return _Piece(base64.b64decode(said["payload"], validate=True), said["topic"])
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(text("error.recording", line=at, error=error)) from error
