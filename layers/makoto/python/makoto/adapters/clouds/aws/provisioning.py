"""Makes and removes a tenant's stores in AWS with that tenant's own credentials."""

from collections.abc import Sequence
from typing import Any

from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.session import client_of, tenant_session
from makoto.adapters.clouds.aws.tenant_bucket import TenantBucket
from makoto.adapters.clouds.aws.tenant_resources import provisioning_policy
from makoto.adapters.clouds.aws.tenant_table import TenantTable
from makoto.domain import TenantRecord
from makoto.settings import RuntimeSettings


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


def connect(settings: RuntimeSettings) -> AwsProvisioner:
    """Take the tenants' roles with the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client
    from makoto.adapters.system import SystemClock

    return AwsProvisioner(CredentialsBroker(platform_client("sts"), SystemClock()), settings.emulator_url or None)
