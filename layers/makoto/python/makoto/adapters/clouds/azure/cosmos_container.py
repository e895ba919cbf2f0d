"""A tenant's container: made, looked at and removed; each act may be repeated after a crash at any point."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.azure.cosmos_client import CONTAINER
from makoto.adapters.clouds.azure.cosmos_errors import translated
from makoto.adapters.clouds.azure.cosmos_items import NEVER
from makoto.ports.provisioning import StoreRefused, StoreTaken

if TYPE_CHECKING:
    from azure.cosmos import CosmosClient, DatabaseProxy

PARTITION_PATH = "/_pk"
UNIQUE_PATH = "/_id"


def make_container(client: "CosmosClient", database: str, tenant_id: str) -> None:
    """Make the tenant's container with every property, whatever of it exists; StoreTaken where it is not the tenant's.

    StoreRefused where the credential may not make containers: Cosmos DB lets only an account key or the resource
    manager do that, so the message carries what the tenant's administrator has to run.
    """
    from azure.cosmos import PartitionKey
    from azure.cosmos.exceptions import CosmosResourceExistsError

    held = client.get_database_client(database)
    key = PartitionKey(path=PARTITION_PATH)
    with translated():
        found = _found(held)
        if found is None:
            try:
                with _allowed(database, tenant_id):
                    held.create_container(CONTAINER, key, indexing_policy=indexing(tenant_id), default_ttl=NEVER)
                return
            except CosmosResourceExistsError:  # made by another one in the meantime
                found = held.get_container_client(CONTAINER).read()
        _check_owner(found, tenant_id)
        if not _is_as_wished(found, tenant_id):
            with _allowed(database, tenant_id):
                held.replace_container(CONTAINER, key, indexing_policy=indexing(tenant_id), default_ttl=NEVER)


def remove_container(client: "CosmosClient", database: str, tenant_id: str) -> bool:
    """Remove the tenant's container with all that is in it; true if there was one. Another tenant's is StoreTaken."""
    from azure.cosmos.exceptions import CosmosResourceNotFoundError

    held = client.get_database_client(database)
    with translated():
        found = _found(held)
        if found is None:
            return False
        _check_owner(found, tenant_id)
        try:
            with _allowed(database, tenant_id):
                held.delete_container(CONTAINER)
        except CosmosResourceNotFoundError:
            return False
    return True


def has_container(client: "CosmosClient", database: str) -> bool:
    """Tell whether the database has a container of our name, whosever it is."""
    with translated():
        return _found(client.get_database_client(database)) is not None


def indexing(tenant_id: str) -> dict[str, Any]:
    """Return the indexing policy: the orders of queries and of a walk, and whose container it is.

    Only what is ordered by is indexed: filters look at a range of one partition's ids, as on every store, and each
    further path costs request units at every write. A container has no tags, so the tenant's id is the name of a path
    that no document has: it comes into being with the container, in one act.
    """
    return {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": f"{UNIQUE_PATH}/?"}, {"path": "/id/?"}],
        "excludedPaths": [{"path": "/*"}, {"path": _mark(tenant_id)}],
    }


@contextmanager
def _allowed(database: str, tenant_id: str) -> Iterator[None]:
    from azure.cosmos.exceptions import CosmosHttpResponseError

    try:
        yield
    except CosmosHttpResponseError as error:
        if error.status_code != 403:
            raise
        policy = json.dumps(indexing(tenant_id))
        command = f"az cosmosdb sql container create -d {database} -n {CONTAINER} -p {PARTITION_PATH} --ttl {NEVER}"
        raise StoreRefused(
            f"the account does not let us make or remove its container: {command} --idx '{policy}'"
        ) from error


def _mark(tenant_id: str) -> str:
    return f"/_made_for_{tenant_id}/?"


def _found(database: "DatabaseProxy") -> Mapping[str, Any] | None:
    """Read the container; NotFound of the database itself passes, as the tenant gives the database."""
    from azure.cosmos.exceptions import CosmosResourceNotFoundError

    try:
        return database.get_container_client(CONTAINER).read()
    except CosmosResourceNotFoundError:
        database.read()
        return None


def _check_owner(found: Mapping[str, Any], tenant_id: str) -> None:
    excluded = {each["path"] for each in found.get("indexingPolicy", {}).get("excludedPaths", [])}
    is_keyed = found.get("partitionKey", {}).get("paths") == [PARTITION_PATH]
    if _mark(tenant_id) not in excluded or not is_keyed:
        raise StoreTaken(f"the container {CONTAINER} exists and was not made for this tenant")


def _is_as_wished(found: Mapping[str, Any], tenant_id: str) -> bool:
    policy = found.get("indexingPolicy", {})
    included = {each["path"] for each in policy.get("includedPaths", [])}
    wished = {each["path"] for each in indexing(tenant_id)["includedPaths"]}
    return found.get("defaultTtl") == NEVER and wished <= included and policy.get("indexingMode") == "consistent"
