"""A Cosmos DB account as the service is: containers are made and removed with its key, a token has the items only."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.servers.cosmos.access import AUDIENCE, KEY
from local.servers.entra import signing_key
from makoto.adapters.clouds import Network
from makoto.adapters.clouds.azure.cosmos_client import CONTAINER, connect_account
from makoto.domain.clouds.azure import CosmosDatabase
from tests.contract.clouds.cosmos_world import CosmosWorld, running_cosmos

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy, CosmosClient

APPLICATION = "11111111-1111-1111-1111-111111111111"
OURS, THEIRS = "t000000000001", "t000000000002"
_NUMBERS = count(1)


class Token:
    """A credential with one token."""

    def __init__(self, folder: Path, **claims: object) -> None:
        import jwt

        now = int(time.time())
        told = {"aud": AUDIENCE, "oid": APPLICATION, "exp": now + 600, "iat": now, **claims}
        self._token = jwt.encode(told, signing_key(folder / "signing.pem"), algorithm="RS256")

    def get_token(self, *scopes: str, **options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, int(time.time()) + 600)


@dataclass
class Subscription:
    """One customer's account: its administrator has the key, the platform a token."""

    url: str
    network: Network
    folder: Path
    opened: ExitStack = field(default_factory=ExitStack)

    def database(self) -> CosmosDatabase:
        """Make a database of its own for a test."""
        made = CosmosDatabase(endpoint=self.url, database=f"d{next(_NUMBERS)}")
        self.administrator(made).create_database(made.database)
        return made

    def fail(self, *, times: int = 1, after: int = 0) -> None:
        """Let requests for items fail."""
        CosmosWorld(self.url, KEY, self.network).fault("fail", times=times, value=503, after=after)

    def administrator(self, database: CosmosDatabase) -> "CosmosClient":
        client: CosmosClient = self.opened.enter_context(connect_account(database, KEY, self.network))
        return client

    def platform(self, database: CosmosDatabase) -> "CosmosClient":
        client: CosmosClient = self.opened.enter_context(connect_account(database, Token(self.folder), self.network))
        return client


@contextmanager
def subscription(folder: Path) -> Iterator[Subscription]:
    """Start an account whose tokens make no containers."""
    signing_key(folder / "signing.pem")
    options = ["--signing-key", str(folder / "signing.pem"), "--principal", APPLICATION, "--keys-only-manage"]
    with running_cosmos(folder, *options) as (url, network):
        served = Subscription(url, network, folder)
        with served.opened:
            yield served


def container_of(client: "CosmosClient", database: str) -> "ContainerProxy":
    return client.get_database_client(database).get_container_client(CONTAINER)


def items_of(client: "CosmosClient", database: str) -> list[dict[str, Any]]:
    """Everything in the container, the mark too."""
    found = container_of(client, database).query_items("SELECT * FROM c", enable_cross_partition_query=True)
    return [dict(each) for each in found]
