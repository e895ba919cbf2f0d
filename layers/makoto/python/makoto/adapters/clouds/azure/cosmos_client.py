"""Clients of a tenant's Cosmos DB account, and where the account keeps its data."""

from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds import Network
from makoto.adapters.clouds.azure.cosmos_errors import translated
from makoto.adapters.clouds.azure.transport import transport
from makoto.domain.clouds.azure import CosmosDatabase

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.cosmos import ContainerProxy, CosmosClient

CONTAINER = "documents"
CONNECT_WITHIN_S = 2
ANSWER_WITHIN_S = 10


def connect_account(
    database: CosmosDatabase,
    credential: "TokenCredential | str",
    network: Network,
    *,
    answer_within_s: float = ANSWER_WITHIN_S,
) -> "CosmosClient":
    """Open a client, which asks the account for its regions; a text is the account's key.

    Every request goes to the record's endpoint, never to one that the account names: those were not checked. Trying
    again is the port's business, so the SDK waits once, shortly.
    """
    from azure.cosmos import CosmosClient
    from azure.cosmos.documents import SSLConfiguration

    verified = SSLConfiguration()
    verified.SSLCaCerts = True  # else the SDK trusts whoever answers on loopback
    options: dict[str, Any] = {
        "enable_endpoint_discovery": False,
        "enable_compact_utf8_item_writes": True,  # else 2 MB are reached with 700,000 bytes of Japanese
        "retry_throttle_total": 1,
        "retry_throttle_backoff_max": 1,
        "retry_total": 1,
        "retry_connect": 1,
        "retry_read": 0,
        "retry_status": 0,
        "connection_timeout": CONNECT_WITHIN_S,
        "read_timeout": answer_within_s,
        "transport": transport(network),
        "ssl_config": verified,
    }
    with translated():
        return CosmosClient(database.endpoint, credential, **options)


def connect_container(
    database: CosmosDatabase,
    credential: "TokenCredential | str",
    network: Network,
    *,
    answer_within_s: float = ANSWER_WITHIN_S,
) -> "ContainerProxy":
    """Open a client of the tenant's container."""
    client = connect_account(database, credential, network, answer_within_s=answer_within_s)
    return client.get_database_client(database.database).get_container_client(CONTAINER)


def close_container(container: "ContainerProxy") -> None:
    """Close a container's client and its sockets."""
    container.client_connection.pipeline_client.__exit__()


def regions_of(client: "CosmosClient | ContainerProxy") -> frozenset[str]:
    """Return the regions that an account writes to or keeps copies in, as `japaneast`."""
    with translated():
        account = client.client_connection.GetDatabaseAccount()
    locations = [*account.WritableLocations, *account.ReadableLocations]
    return frozenset(region_name(str(location["name"])) for location in locations)


def region_name(shown: str) -> str:
    """Return a region's name from the one that is shown: `Japan East` is `japaneast`."""
    return "".join(shown.split()).lower()
