"""An ASGI application served over TLS on loopback, in a thread of this process or as this process."""

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
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
    thread = threading.Thread(target=lambda: asyncio.run(_serve(server)), daemon=True, name=f"https-{port}")
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


async def _serve(server: "uvicorn.Server") -> None:
    """Serve, and end the connections that still say goodbye over TLS, which asyncio would leave open with its loop."""
    await server.serve()
    transports: Mapping[int, asyncio.Transport] = getattr(asyncio.get_running_loop(), "_transports", {})
    for transport in list(transports.values()):
        transport.abort()
    await asyncio.sleep(0.01)


def _server(app: "ASGIApp", port: int, authority: Authority) -> "uvicorn.Server":
    import uvicorn

    certificate, key = authority.server_certificate()
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
