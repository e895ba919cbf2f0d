"""Vault under contract: each tenant a policy and a login of its own, the other stores from the memory cloud."""

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import hvac

from makoto.adapters.clouds import CloudDependencies, Connections, KeptConnection, Network, StoreKey, open_cloud
from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.stores.vault import VaultSecrets, VaultSession, folder_of, open_session
from makoto.adapters.system import SystemClock
from makoto.domain import TenantRecord
from makoto.domain.clouds import VaultMount
from makoto.ports.context import TenantStores
from tests.contract.clouds.worlds import new_tenant

REAL_SERVER = "MAKOTO_TEST_VAULT_URL"
REAL_TOKEN = "MAKOTO_TEST_VAULT_TOKEN"
REAL_CA = "MAKOTO_TEST_VAULT_CA"
ROOT = "hvs.root-of-the-test"
TTL_S = 1200


@dataclass
class VaultWorld:
    """A server, its administrator, and the tenants' keys to it."""

    vault: VaultMount
    admin: Any  # hvac names no types
    network: Network
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    connections: Connections = field(init=False)
    dependencies: CloudDependencies = field(init=False)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connections = Connections(clock=self.clock)
        self.dependencies = CloudDependencies(self.clock, CountingIds())

    @classmethod
    def at(cls, url: str, root: str, ca_path: Path | None) -> Self:
        admin = hvac.Client(url=url, token=root, verify=str(ca_path) if ca_path else True)
        network = Network(allows_private=True, allows_plaintext=True, ca_path=str(ca_path) if ca_path else None)
        return cls(VaultMount(endpoint=url), admin, network)

    @classmethod
    def real(cls) -> Self | None:
        """Stand on the server that the environment names; its token may write policies, roles and `secret/`."""
        url = os.environ.get(REAL_SERVER)  # noqa: TID251  a test against a real service
        if url is None:
            return None
        ca = os.environ.get(REAL_CA)  # noqa: TID251  the same
        world = cls.at(url, os.environ[REAL_TOKEN], Path(ca) if ca else None)  # noqa: TID251  the same
        if "approle/" not in world.admin.sys.list_auth_methods()["data"]:
            world.admin.sys.enable_auth_method("approle")
        return world

    def tenant(self) -> TenantRecord:
        record = new_tenant()
        record = record.model_copy(update={"tenant_id": f"t{os.getpid() % 10**6:06d}{record.tenant_id[-6:]}"})
        self.keys[record.tenant_id] = self.approle(record)
        return record

    def open(self, record: TenantRecord) -> TenantStores:
        others = open_cloud("memory", record, self.dependencies)
        fresh = replace(self.dependencies, connections=Connections(clock=self.clock))
        secrets = VaultSecrets(self.connection(record, fresh.connections), self.vault.mount, record.tenant_id)
        return replace(others, secrets=_again(others, self.clock).over(lambda _: secrets))

    def connection(self, record: TenantRecord, connections: Connections | None = None) -> KeptConnection[VaultSession]:
        key = StoreKey(record.tenant_id, "secrets", self.vault)
        return (connections or self.connections).connection(key, lambda: self.session(record), close=VaultSession.close)

    def session(self, record: TenantRecord) -> VaultSession:
        return open_session(self.vault, self.keys[record.tenant_id], self.network, self.clock)

    def policy(self, record: TenantRecord) -> str:
        """Grant a tenant its folder and nothing else, as the tenant's own administrator does."""
        folder = f"{folder_of(record.tenant_id)}*"
        grants = {
            f"{self.vault.mount}/data/{folder}": {"capabilities": ["create", "read", "update"]},
            f"{self.vault.mount}/metadata/{folder}": {"capabilities": ["read", "delete"]},
        }
        name = f"makoto-{record.tenant_id}"
        self.admin.sys.create_or_update_policy(name, json.dumps({"path": grants}))
        return name

    def approle(self, record: TenantRecord, *, ttl_s: int = TTL_S, longest_s: int = 0) -> dict[str, str]:
        """Make a role; several logins of it may live at once."""
        name = self.policy(record)
        self.admin.auth.approle.create_or_update_approle(
            name, token_policies=[name], token_ttl=f"{ttl_s}s", token_max_ttl=f"{longest_s}s"
        )
        role = self.admin.auth.approle.read_role_id(name)["data"]["role_id"]
        secret = self.admin.auth.approle.generate_secret_id(name)["data"]["secret_id"]
        return {"role_id": role, "secret_id": secret}

    def token(self, record: TenantRecord, *, ttl_s: int = TTL_S) -> dict[str, str]:
        """Make a token that can be renewed."""
        made = self.admin.auth.token.create(policies=[self.policy(record)], ttl=f"{ttl_s}s")
        return {"token": made["auth"]["client_token"]}


def _again(stores: TenantStores, clock: FixedClock) -> Any:
    """The same names, and nothing kept: another process."""
    return type(stores.secrets)(stores.secrets._driver, clock, stores.secrets._names)
