"""A way to a server on which requests meet with accidents."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Fault = Callable[[str, str], "str | None"]
"""Given method and path: None, "refuse" (503), "cut" (after it was passed on), or a body of another 400."""


@dataclass
class FaultyProxy:
    """`seen` are the methods and paths in the order in which they came."""

    url: str
    fault: Fault
    seen: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def faulty(upstream: str, fault: Fault) -> Iterator[FaultyProxy]:
    """Stand before a server."""
    place = urlsplit(upstream)
    proxy = FaultyProxy("", fault)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _passed(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            proxy.seen.append((self.command, self.path))
            accident = proxy.fault(self.command, self.path)
            if accident in ("refuse",) or (accident is not None and accident.startswith("<")):
                status, told = (503, b"") if accident == "refuse" else (400, accident.encode())
                self._answer(status, [], told)
                return
            status, headers, told = self._asked(body)
            if accident == "cut":
                self.close_connection = True
                self.connection.close()
                return
            self._answer(status, headers, told)

        def _asked(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)) as upstream:
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                return answer.status, answer.getheaders(), answer.read()

        def _answer(self, status: int, headers: list[tuple[str, str]], told: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                    self.send_header(name, value)
            length = next((value for name, value in headers if name.lower() == "content-length"), str(len(told)))
            self.send_header("Content-Length", length if self.command == "HEAD" else str(len(told)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(told)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _passed

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
