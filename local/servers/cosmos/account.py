"""An account put together: its engine, its data and its rules, for as long as a block lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.servers.cosmos.access import Access
from local.servers.cosmos.app import Account
from local.servers.cosmos.engine import Engine
from local.servers.cosmos.store import Store


@contextmanager
def opened(
    data: Path | None = None,
    access: Access | None = None,
    regions: tuple[str, ...] = ("Japan East",),
    consistency: str = "Session",
) -> Iterator[Account]:
    """Open an account; its data are in the file, or gone at the end."""
    engine = Engine()
    store = Store(engine, data)
    try:
        yield Account(store, engine, access or Access(), regions, consistency)
    finally:
        store.close()
        engine.close()
