"""A tenant's container: made or taken, looked at and removed; each act may be repeated after a crash at any point."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.azure.cosmos_client import CONTAINER
from makoto.adapters.clouds.azure.cosmos_errors import translated
from makoto.adapters.clouds.azure.cosmos_items import NEVER
from makoto.adapters.clouds.azure.cosmos_mark import claim, empty_container, is_empty, owner_of
from makoto.adapters.clouds.azure.cosmos_properties import PARTITION_PATH, command, faults, indexing
from makoto.ports.provisioning import StoreRefused, StoreTaken

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy

FORBIDDEN = 403


def make_container(client: "CosmosClient", database: str, tenant_id: str) -> None:
    """Make the tenant's container, or take the empty one that its administrator has made.

    Cosmos DB lets only an account key or the resource manager make containers (403, 5300): a token finds one or is
    StoreRefused with what the administrator has to run. StoreTaken where it is another's or holds what nobody marked.
    """
    held = client.get_database_client(database)
    with translated():
        found = _found(held) or _made(held)
        container = held.get_container_client(CONTAINER)
        owner = owner_of(container) or _taken(container, found, database, tenant_id)
        if owner != tenant_id:
            raise StoreTaken(f"documents: the container {CONTAINER} exists and is not this tenant's")
        if faults(found):
            _mend(held, found)


def remove_container(client: "CosmosClient", database: str, tenant_id: str) -> bool:
    """Remove the tenant's container with all that is in it; true if there was one. Another tenant's is StoreTaken.

    One that a token may not delete stays, empty and unmarked. One without a mark holds nothing of ours.
    """
    from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError

    held = client.get_database_client(database)
    container = held.get_container_client(CONTAINER)
    with translated():
        owner = None if _found(held) is None else owner_of(container)
        if owner is None:
            return False
        if owner != tenant_id:
            raise StoreTaken(f"documents: the container {CONTAINER} is not this tenant's")
        try:
            held.delete_container(CONTAINER)
        except CosmosResourceNotFoundError:
            return False
        except CosmosHttpResponseError as error:
            if error.status_code != FORBIDDEN:
                raise
            empty_container(container)
    return True


def has_container(client: "CosmosClient", database: str) -> bool:
    """Tell whether the database has a container of our name, whosever it is."""
    with translated():
        return _found(client.get_database_client(database)) is not None


def _made(held: "DatabaseProxy") -> Mapping[str, Any]:
    from azure.cosmos import PartitionKey
    from azure.cosmos.exceptions import CosmosResourceExistsError

    try:
        with _allowed(f"there is no container {CONTAINER}", held.id):
            held.create_container(CONTAINER, PartitionKey(PARTITION_PATH), indexing(), NEVER)
    except CosmosResourceExistsError:
        pass  # made by another one in the meantime
    return held.get_container_client(CONTAINER).read()


def _taken(container: "ContainerProxy", found: Mapping[str, Any], database: str, tenant_id: str) -> str:
    """Take an unmarked container and return whose it is then."""
    if wrong := faults(found):
        raise StoreRefused(
            f"documents: the container {CONTAINER}: {', '.join(wrong)}; make it anew: {command(database)}"
        )
    if not is_empty(container):
        raise StoreTaken(f"documents: the container {CONTAINER} holds items of somebody else")
    return claim(container, tenant_id)


def _mend(held: "DatabaseProxy", found: Mapping[str, Any]) -> None:
    """Set what of the tenant's own container was changed."""
    from azure.cosmos import PartitionKey

    with _allowed(f"the container {CONTAINER} was changed: {', '.join(faults(found))}", held.id):
        held.replace_container(CONTAINER, PartitionKey(PARTITION_PATH), indexing(), NEVER)


@contextmanager
def _allowed(need: str, database: str) -> Iterator[None]:
    from azure.cosmos.exceptions import CosmosHttpResponseError

    try:
        yield
    except CosmosHttpResponseError as error:
        if error.status_code != FORBIDDEN:
            raise
        raise StoreRefused(
            f"documents: {need}, which the account lets its administrator alone set right: {command(database)}"
        ) from error


def _found(database: "DatabaseProxy") -> Mapping[str, Any] | None:
    """Read the container; NotFound of the database itself passes, as the tenant gives the database."""
    from azure.cosmos.exceptions import CosmosResourceNotFoundError

    try:
        return database.get_container_client(CONTAINER).read()
    except CosmosResourceNotFoundError:
        database.read()
        return None
