"""A provider's list of models on this machine, over plain HTTP, with the Date that a test wants."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Wire:
    """What is answered next, and what was asked."""

    url: str = ""
    status: int = 200
    body: Any = field(default_factory=lambda: {"data": [{"id": "model-1"}, {"id": "model-2"}]})
    headers: dict[str, str] = field(default_factory=dict)
    date: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251  the answer's own clock
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Wire]:
    """Serve in a thread until the block ends."""
    wire = Wire()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wire.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            body = wire.body if isinstance(wire.body, bytes) else json.dumps(wire.body).encode()
            self.send_response_only(wire.status)
            for name, value in {**wire.headers, "Date": format_datetime(wire.date, usegmt=True)}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    wire.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
