"""One process at a time: a lease on the tenant's blob container, which ends by itself if its holder dies."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from makoto.adapters.clouds.azure.blob_client import BlobClient
from makoto.adapters.clouds.azure.errors import translated
from makoto.errors import Conflict, NotFound, Unavailable
from makoto.ports.connection import Connection

LEASE_S = 30  # three calls to a vault, each of ten seconds at most
WAIT_S = 45.0
PAUSES_S = (0.05, 0.3)


@dataclass(frozen=True)
class CreationLease:
    """What a vault lacks: a step in which nobody else makes a secret. Blobs are read and written meanwhile as ever."""

    connection: Connection[BlobClient]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lease during the block; Unavailable where others hold it for too long."""
        held = self._taken()
        try:
            yield
        finally:
            self.connection.call(lambda client: _release(client, held))

    def _taken(self) -> str:
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                return self.connection.call(_acquire)
            except Conflict as error:
                if time.monotonic() > deadline:
                    raise Unavailable("another process does not end its turn") from error
                time.sleep(random.uniform(*PAUSES_S))  # noqa: S311  no secret


def _acquire(client: BlobClient) -> str:
    client.source.current()
    with translated():
        return str(client.admin.acquire_lease(LEASE_S).id)


def _release(client: BlobClient, held: str) -> None:
    from azure.storage.blob import BlobLeaseClient

    try:
        with translated():
            BlobLeaseClient(client.admin, lease_id=held).release()
    except (Conflict, NotFound):
        return  # it has ended by itself
