"""Stores that a tenant rents one by one, under contract: a PostgreSQL, a bucket of another account, a Vault.

The bucket stands in the emulator under path-style addresses, in an account that is not the platform's. A real store is
taken where the environment names it: MAKOTO_TEST_S3_URL with _KEY, _SECRET and _REGION.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from makoto.adapters.clouds import CloudDependencies, Connections, Network, open_cloud
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.provisioning import TenantCloudsProvisioner
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import CustomStores, SakuraAccount, TenantRecord
from makoto.domain.clouds import Bucket
from makoto.domain.clouds.sakura import SakuraBucket
from makoto.ports.context import TenantStores
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import REGION, AwsWorld, new_tenant

ACCOUNT = "444444444444"
REAL = ("MAKOTO_TEST_POSTGRES_URL", "MAKOTO_TEST_S3_URL", "MAKOTO_TEST_VAULT_URL")
Account = CustomStores | SakuraAccount
MakeAccount = Callable[["RentedWorld", str], Account]


@dataclass
class RentedWorld:
    """Tenants whose stores were made as onboarding makes them."""

    make_account: MakeAccount
    aws: AwsWorld
    postgres: PostgresWorld
    vault: VaultWorld
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    ring: MemoryKeyRing = field(default_factory=MemoryKeyRing)
    opened: list[Connections] = field(default_factory=list)
    tenants: list[TenantRecord] = field(default_factory=list)

    def tenant(self) -> TenantRecord:
        record = self.onboarding()
        TenantCloudsProvisioner(self.dependencies()).provision(record)
        self.tenants.append(record)
        return record

    def onboarding(self) -> TenantRecord:
        """A tenant whose stores are not made yet."""
        number = new_tenant().tenant_id[-6:]
        tenant_id = f"t{os.getpid() % 10**6:06d}{number}"
        record = new_tenant().model_copy(update={"tenant_id": tenant_id, "cloud": self.make_account(self, tenant_id)})
        self.entrust(record, self.vault.approle(record))
        return record

    def entrust(self, record: TenantRecord, vault: dict[str, str], bucket: dict[str, str] | None = None) -> None:
        keys = {"documents": self.postgres.keys, "objects": bucket or bucket_keys(), "secrets": vault}
        dotted = {f"{store}.{name}": key for store, of in keys.items() for name, key in of.items()}
        self.ring.entrust(record.tenant_id, record.cloud, dotted)

    def open(self, record: TenantRecord) -> TenantStores:
        return open_cloud(record.cloud.provider, record, self.dependencies())

    def dependencies(self, network: Network | None = None) -> CloudDependencies:
        """Another process."""
        connections = Connections(8, self.clock)
        self.opened.append(connections)
        ca_path = self.vault.network.ca_path
        return CloudDependencies(
            self.clock,
            SystemIds(),
            endpoint_url=self.aws.endpoint_url,
            connections=connections,
            key_ring=lambda: self.ring,
            network=network or Network(allows_private=True, allows_plaintext=True, ca_path=ca_path),
        )

    def begin(self) -> None:
        """Set the clock right, which the test before may have moved."""
        self.clock = FixedClock(SystemClock().now())

    def close_opened(self) -> None:
        """End the processes of a test."""
        for connections in self.opened:
            connections.close()
        self.opened.clear()

    def close(self) -> None:
        """Remove what is made in servers that outlive the run; the session's own take it along."""
        for record in self.tenants if any(name in os.environ for name in REAL) else ():  # noqa: TID251  real services
            self.empty(record)
            TenantCloudsProvisioner(self.dependencies()).remove(record)
            self.close_opened()

    def empty(self, record: TenantRecord) -> None:
        objects = self.open(record).objects
        while found := objects.list(limit=1000).items:
            objects.delete_many([each.key for each in found])


def bucket_keys() -> dict[str, str]:
    real = os.environ.get("MAKOTO_TEST_S3_KEY")  # noqa: TID251  a test against a real service
    secret = os.environ.get("MAKOTO_TEST_S3_SECRET", "test")  # noqa: TID251  the same
    return {"access_key_id": real or ACCOUNT, "secret_access_key": secret}


def custom_account(world: RentedWorld, tenant_id: str) -> CustomStores:
    """Stores of its own, each tenant with a schema and a bucket."""
    url = os.environ.get("MAKOTO_TEST_S3_URL")  # noqa: TID251  a test against a real service
    region = os.environ.get("MAKOTO_TEST_S3_REGION", REGION)  # noqa: TID251  the same
    return CustomStores(
        region="jp-tokyo",
        documents=world.postgres.database.model_copy(update={"schema_name": f"makoto-{tenant_id}"}),
        objects=Bucket(endpoint=url or world.aws.endpoint_url, bucket=f"makoto-{tenant_id}-own", region=region),
        secrets=world.vault.vault,
    )


def sakura_account(world: RentedWorld, tenant_id: str) -> SakuraAccount:
    """A bucket that stands already, since only the vendor's console makes one."""
    name = f"makoto-{tenant_id}-sakura"
    console(world).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "jp-north-1"})
    return SakuraAccount(
        documents=world.postgres.database.model_copy(update={"schema_name": f"makoto-{tenant_id}"}),
        objects=SakuraBucket(bucket=name),
        secrets=world.vault.vault,
    )


def console(world: RentedWorld) -> Any:
    """The tenant itself at Sakura's console, which the emulator plays."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=world.aws.endpoint_url,
        region_name="jp-north-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
    )
