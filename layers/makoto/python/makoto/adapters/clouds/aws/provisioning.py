"""Makes and removes a tenant's stores in AWS with that tenant's own credentials."""

from collections.abc import Sequence
from typing import Any

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.session import client_of, tenant_session
from makoto.adapters.clouds.aws.tenant_bucket import TenantBucket
from makoto.adapters.clouds.aws.tenant_resources import provisioning_policy
from makoto.adapters.clouds.aws.tenant_table import TenantTable
from makoto.domain import TenantRecord


class AwsProvisioner:
    """The hosted tenants' role or the customer's, narrowed to one tenant's names; no other credentials."""

    def __init__(self, broker: CredentialsBroker, endpoint_url: str | None) -> None:
        self._broker = broker
        self._endpoint_url = endpoint_url

    def reach(self, record: TenantRecord) -> None:
        self._broker.credentials(record, policy=provisioning_policy(record))

    def provision(self, record: TenantRecord) -> None:
        for store in self._stores(record):
            store.make()

    def remove(self, record: TenantRecord) -> Sequence[str]:
        return [store.name for store in self._stores(record) if not store.remove()]

    def _stores(self, record: TenantRecord) -> tuple[TenantTable, TenantBucket]:
        session = tenant_session(record, self._broker, policy=provisioning_policy(record))

        def client(service: str) -> Any:  # any service's client; the stores name its type
            return client_of(session, service, record.cloud.region, self._endpoint_url)

        return TenantTable(client("dynamodb"), record), TenantBucket(client("s3"), record)


def reach(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """See that the tenant's role is given."""
    _provisioner(dependencies).reach(record)


def provision(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Make the tenant's table and bucket."""
    _provisioner(dependencies).provision(record)


def remove(record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]:
    """Remove them; return what stays."""
    return _provisioner(dependencies).remove(record)


def _provisioner(dependencies: CloudDependencies) -> AwsProvisioner:
    from makoto.adapters.clouds.aws.session import platform_client

    broker = dependencies.connections.keep(
        CredentialsBroker, lambda: CredentialsBroker(platform_client("sts"), dependencies.clock)
    )
    return AwsProvisioner(broker, dependencies.endpoint_url)
