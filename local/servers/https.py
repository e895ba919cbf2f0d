"""An ASGI application served over TLS on loopback, in a thread of this process or as this process."""

import gc
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.servers.tls import Authority
from local.settings import HOST

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

READY_WITHIN_S = 20.0


def serve(app: "ASGIApp", port: int, authority: Authority) -> None:
    """Serve until the process is told to end."""
    _server(app, port, authority).run()


@contextmanager
def served(app: "ASGIApp", port: int, authority: Authority) -> Iterator[str]:
    """Serve in a thread and give the address."""
    server = _server(app, port, authority)
    thread = threading.Thread(target=server.run, daemon=True, name=f"https-{port}")
    thread.start()
    deadline = time.monotonic() + READY_WITHIN_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise TimeoutError(f"no server on port {port}")
        time.sleep(0.01)
    try:
        yield f"https://{HOST}:{port}"
    finally:
        server.should_exit = True
        thread.join(READY_WITHIN_S)
        _forget_transports()


def _forget_transports() -> None:
    """Collect the connections that were still saying goodbye over TLS when their loop ended; asyncio warns of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def _server(app: "ASGIApp", port: int, authority: Authority) -> "uvicorn.Server":
    import uvicorn

    certificate, key = authority.server_certificate()
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
