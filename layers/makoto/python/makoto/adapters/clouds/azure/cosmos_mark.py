"""Whose a container is: an item says so, made once, so that of several tenants one has the container.

Its partition is no text, so no key of the port names it or lies beside it; without a version no walk meets it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.azure.cosmos_errors import is_of_item
from makoto.adapters.clouds.azure.cosmos_items import NEVER, Item
from makoto.ports.provisioning import StoreNotReady

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy

MARK = "makoto-tenant"
PARTITION = True
PAGE = 200
AT_ONCE = 8


def owner_of(container: "ContainerProxy") -> str | None:
    """Return the tenant whose mark the container carries."""
    from azure.cosmos.exceptions import CosmosResourceNotFoundError

    try:
        return str(container.read_item(MARK, PARTITION)["tenant_id"])
    except CosmosResourceNotFoundError as error:
        if not is_of_item(error):
            raise
        return None


def claim(container: "ContainerProxy", tenant_id: str) -> str:
    """Mark the container and return whose it is now: of several that claim it at once, the first one's."""
    from azure.cosmos.exceptions import CosmosResourceExistsError

    try:
        container.create_item({"id": MARK, "_pk": PARTITION, "tenant_id": tenant_id, "ttl": NEVER})
    except CosmosResourceExistsError as error:
        owner = owner_of(container)
        if owner is None:
            raise StoreNotReady("documents: the container is being claimed by somebody") from error
        return owner
    return tenant_id


def is_empty(container: "ContainerProxy") -> bool:
    """Tell whether there is nothing but a mark."""
    return not _others(container, 1)


def empty_container(container: "ContainerProxy") -> None:
    """Delete every item, the mark last; what is done stays done when it breaks off."""
    while items := _others(container, PAGE):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda item: _delete(container, item), items))
    _delete(container, {"id": MARK, "_pk": PARTITION})


def _others(container: "ContainerProxy", wanted: int) -> Sequence[Item]:
    mark: list[dict[str, Any]] = [{"name": "@mark", "value": MARK}]
    asked = "SELECT c.id, c._pk FROM c WHERE c.id != @mark"
    found = container.query_items(asked, parameters=mark, max_item_count=wanted, enable_cross_partition_query=True)
    return list(islice(found, wanted))


def _delete(container: "ContainerProxy", item: Item) -> None:
    from azure.cosmos.exceptions import CosmosResourceNotFoundError
    from azure.cosmos.partition_key import NonePartitionKeyValue

    try:
        container.delete_item(item["id"], item.get("_pk", NonePartitionKeyValue))
    except CosmosResourceNotFoundError as error:
        if not is_of_item(error):
            raise
