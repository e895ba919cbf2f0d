"""Azure as Azurite and our stand-ins for Cosmos DB, Entra ID and a key vault play it."""

import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt

from local.servers.azurite import ACCOUNT, Azurite
from local.servers.cosmos.access import KEY
from local.servers.entra import Entra, application, signing_key
from local.servers.https import served
from local.servers.key_vault import KeyVault
from local.servers.tls import Authority
from makoto.adapters.clouds import CloudDependencies, Connections, Network, account_of, open_cloud
from makoto.adapters.clouds.azure.cosmos_client import connect_account
from makoto.adapters.clouds.azure.credentials import audience
from makoto.adapters.clouds.azure.provisioning import provision
from makoto.adapters.clouds.azure.stores import TenantCloud
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import AzureAccount, TenantRecord
from makoto.ports.context import TenantStores
from tests.builders import tenant_record
from tests.contract.clouds.cosmos_world import made_beforehand, running_cosmos

ISSUER = "https://sts.makoto.test"
SUBJECT = "arn:aws:iam::000000000000:role/makoto-test"
SECRET = "kept-by-the-tenant-1"
REGION = "japaneast"
_NUMBERS = itertools.count(int(time.time()) % 10**8)


class Issuer:
    """The platform's identity as the tenants' directories see it."""

    def __init__(self, folder: Path) -> None:
        self._key = signing_key(folder / "platform.pem")
        self.shown: list[str] = []

    def token(self, audience: str, **changes: object) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": audience, "iat": now, "exp": now + 300}
        token = jwt.encode(claims | changes, self._key, algorithm="RS256", headers={"kid": "platform"})
        self.shown.append(token)
        return token

    def jwks(self) -> dict[str, Any]:
        from jwt.algorithms import RSAAlgorithm

        return {"keys": [{**RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True), "kid": "platform"}]}


@dataclass
class AzureWorld:
    """Each tenant has an application of its own in a directory of its own, and a container of its own."""

    entra: Entra
    vault: KeyVault
    issuer: Issuer
    network: Network
    urls: dict[str, str]
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    keys: MemoryKeyRing = field(default_factory=MemoryKeyRing)
    authentication: str = "federation"
    keys_only_manage: bool = False
    opened: list[Connections] = field(default_factory=list)

    def record(self, **changes: Any) -> TenantRecord:
        """Describe a tenant whose stores are not made yet."""
        number = next(_NUMBERS)
        tenant_id, account = f"t{number:012d}", self.account(number, **changes)
        record = tenant_record(tenant_id, cloud=account)
        self.trust(record)
        return record

    def account(self, number: int, **changes: Any) -> AzureAccount:
        given: dict[str, Any] = {
            "region": REGION,
            "directory_id": str(UUID(int=number)),
            "client_id": str(UUID(int=10**20 + number)),
            "authentication": self.authentication,
            "external_id": f"agreed-with-customer-{number}",
            "authority": self.urls["entra"],
            "documents": {"endpoint": self.urls["cosmos"], "database": f"makoto-{number}"},
            "objects": {"endpoint": self.urls["blob"], "account": ACCOUNT, "container": f"objects-{number}"},
            "secrets": {"endpoint": self.urls["vault"]},
        }
        return AzureAccount.model_validate(given | changes)

    def trust(self, record: TenantRecord, secret: str = SECRET) -> None:
        """Register the tenant's application in its directory, and entrust its secret to the platform."""
        account = record.cloud
        assert isinstance(account, AzureAccount)
        trust = {"issuer": ISSUER, "subject": SUBJECT, "audience": audience(account)}
        described = application(secrets=(secret,), trusts=({**trust, "jwks": self.issuer.jwks()},))
        self.entra.register(account.directory_id, account.client_id, described)
        if account.authentication == "client_secret":
            self.keys.entrust(record.tenant_id, account, {"client_secret": secret})

    def tenant(self, **changes: Any) -> TenantRecord:
        record = self.record(**changes)
        self.make_database(record)
        provision(record, self.dependencies())
        return record

    def make_database(self, record: TenantRecord) -> None:
        """Make the database as the tenant's administrator does, and what no token may make in it."""
        described = account_of(record, AzureAccount).documents
        with connect_account(described, KEY, self.network) as client:
            client.create_database_if_not_exists(described.database)
            if self.keys_only_manage:
                made_beforehand(client, described.database)

    def open(self, record: TenantRecord) -> TenantStores:
        return open_cloud("azure", record, self.dependencies())

    def cloud(self, record: TenantRecord) -> TenantCloud:
        return TenantCloud(record, self.dependencies())

    def dependencies(self) -> CloudDependencies:
        """What a process of its own would have."""
        self.opened.append(Connections(clock=self.clock))
        return CloudDependencies(
            self.clock,
            SystemIds(),
            connections=self.opened[-1],
            key_ring=lambda: self.keys,
            web_identity=lambda: self.issuer,
            network=self.network,
        )

    def set_clock(self) -> None:
        """Bring the clock, which tests move, to the servers' own."""
        self.clock.advance((SystemClock().now() - self.clock.now()).total_seconds())

    def close(self) -> None:
        """End the processes of this world."""
        while self.opened:
            self.opened.pop().close()

    def deny(self, record: TenantRecord, *acts: str) -> None:
        """Take permissions in the vault from a tenant's application."""
        account = record.cloud
        assert isinstance(account, AzureAccount)
        file = self.vault.folder / "denied.json"
        denied = json.loads(file.read_text()) if file.exists() else {}
        self.vault.folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**denied, account.client_id: acts}))


@contextmanager
def azure_world(folder: Path, *, keys_only_manage: bool = False) -> Iterator[AzureWorld]:
    """Start the servers, each on a free port; `keys_only_manage`: Cosmos DB makes no container for a token."""
    authority = Authority.in_folder(folder / "tls")
    entra = Entra(folder / "entra")
    entra.jwks()  # makes the key that signs
    options = [
        "--signing-key",
        str(entra.folder / "signing.pem"),
        *(["--keys-only-manage"] if keys_only_manage else []),
    ]
    with ExitStack() as running:
        entra_url = running.enter_context(served(entra.app(), free_port(), authority))
        vault = KeyVault(folder / "vault", entra_url, authority.ca_path)
        urls = {
            "entra": entra_url,
            "vault": running.enter_context(served(vault.app(), free_port(), authority)),
            "blob": running.enter_context(Azurite(folder / "blobs", free_port(), authority).running()),
            "cosmos": running.enter_context(running_cosmos(folder, *options))[0],
        }
        network = Network(allows_private=True, ca_path=str(authority.ca_path))
        yield AzureWorld(entra, vault, Issuer(folder), network, urls, keys_only_manage=keys_only_manage)


def elsewhere(url: str) -> dict[str, str]:
    """Describe a container of another storage account."""
    return {"endpoint": url, "account": ACCOUNT, "container": "elsewhere"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
