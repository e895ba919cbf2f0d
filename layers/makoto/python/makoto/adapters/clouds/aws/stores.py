"""One tenant's stores in AWS, put together."""

from collections.abc import Callable
from typing import Any

from makoto.adapters.clouds import CloudDependencies, KeptConnection, StoreKey
from makoto.adapters.clouds.aws.credentials import CredentialsBroker, Policy, TenantCredentials
from makoto.adapters.clouds.aws.documents import DynamoDocuments
from makoto.adapters.clouds.aws.names import aws_account, bucket_name, secret_prefix, table_name
from makoto.adapters.clouds.aws.objects import bucket_of
from makoto.adapters.clouds.aws.policies import walk_policy
from makoto.adapters.clouds.aws.secrets import SecretsManagerSecrets
from makoto.adapters.clouds.aws.session import client_of, session_with
from makoto.adapters.stores.s3 import S3Objects, open_bucket
from makoto.domain import TenantRecord
from makoto.ports.assembly import assembled
from makoto.ports.context import TenantStores


class TenantCloud:
    """One tenant's part of AWS: clients made when first used, with the broker's credentials."""

    def __init__(self, record: TenantRecord, broker: CredentialsBroker, dependencies: CloudDependencies) -> None:
        self._record = record
        self._broker = broker
        self._dependencies = dependencies

    def stores(self) -> TenantStores:
        """Put the three stores together."""
        tenant_id, clock, ids = self._record.tenant_id, self._dependencies.clock, self._dependencies.ids
        folder = self._connection("secrets", self._client("secretsmanager"), close=_close)
        secrets = SecretsManagerSecrets(folder, secret_prefix(tenant_id), ids)
        return assembled(tenant_id, self._documents(), self._objects(), secrets, clock=clock, ids=ids)

    def _documents(self) -> DynamoDocuments:
        table, ids = table_name(self._record.tenant_id), self._dependencies.ids
        data = self._connection("documents", self._client("dynamodb"), close=_close)
        read_whole = self._client("dynamodb", walk_policy(self._record))
        return DynamoDocuments(data, table, ids, self._connection("documents", read_whole, "walk", _close))

    def _objects(self) -> S3Objects:
        account, fetch = aws_account(self._record), self._credentials
        bucket = bucket_of(
            bucket_name(self._record.tenant_id),
            account.region,
            endpoint_url=self._dependencies.endpoint_url,
            key_id=account.kms_key_arn,
        )
        connection = self._connection("objects", lambda: open_bucket(bucket, fetch))
        return S3Objects(bucket, connection, fetch, self._dependencies.clock)

    def _connection(
        self, store: str, make: Callable[[], Any], use: str = "data", close: Callable[[Any], None] | None = None
    ) -> KeptConnection[Any]:
        return self._dependencies.connections.connection(
            StoreKey(self._record.tenant_id, store, (self._record.cloud, use)),
            make,
            close=close,
            renew=lambda: self._broker.forget(self._record),
        )

    def _client(self, service: str, policy: Policy | None = None) -> Callable[[], Any]:
        """Make a client with a session of its own: one that is kept longer would keep refused credentials."""
        return lambda: client_of(
            session_with(lambda: self._broker.credentials(self._record, policy=policy)),
            service,
            self._record.cloud.region,
            self._dependencies.endpoint_url,
        )

    def _credentials(self, life_s: float = 0) -> TenantCredentials:
        return self._broker.credentials(self._record, life_s=life_s)


def _close(client: Any) -> None:
    client.close()
