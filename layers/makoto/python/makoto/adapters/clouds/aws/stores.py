"""One tenant's stores in AWS, put together."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.aws.credentials import CredentialsBroker, TenantCredentials
from makoto.adapters.clouds.aws.documents import DynamoDocuments
from makoto.adapters.clouds.aws.names import bucket_name, secret_prefix, table_name
from makoto.adapters.clouds.aws.objects import Bucket, S3Objects
from makoto.adapters.clouds.aws.policies import walk_policy
from makoto.adapters.clouds.aws.secrets import SecretsManagerSecrets
from makoto.adapters.clouds.aws.session import client_of, session_with, tenant_session
from makoto.domain import TenantRecord
from makoto.ports.context import TenantStores
from makoto.ports.cursors import Cursors
from makoto.ports.documents import Documents
from makoto.ports.objects import Objects
from makoto.ports.secrets import Secrets

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


class TenantCloud:
    """One tenant's part of AWS: a session with the broker's credentials, and clients made when first used."""

    def __init__(self, record: TenantRecord, broker: CredentialsBroker, endpoint_url: str | None) -> None:
        self._record = record
        self._broker = broker
        self._endpoint_url = endpoint_url

    def stores(self, dependencies: CloudDependencies) -> TenantStores:
        """Put the three stores together."""
        tenant_id, clock, ids = self._record.tenant_id, dependencies.clock, dependencies.ids
        bucket = Bucket(bucket_name(tenant_id), self._record.cloud.region, self._endpoint_url)
        secrets = Secrets(SecretsManagerSecrets(self._secrets_client, secret_prefix(tenant_id), ids), clock)
        cursors = Cursors.of_tenant(tenant_id, secrets, ids)
        table = DynamoDocuments(self._documents_client, table_name(tenant_id), ids, self._walker)
        documents = Documents(table, cursors, clock, ids)
        return TenantStores(documents, Objects(S3Objects(bucket, self._credentials, clock), cursors), secrets)

    def _credentials(self, life_s: float = 0) -> TenantCredentials:
        return self._broker.credentials(self._record, life_s=life_s)

    @cached_property
    def _session(self) -> "Session":
        return session_with(self._credentials)

    def _client(self, service: str) -> object:
        return client_of(self._session, service, self._record.cloud.region, self._endpoint_url)

    def _documents_client(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._client("dynamodb"))

    def _walker(self) -> "DynamoDBClient":
        session = tenant_session(self._record, self._broker, policy=walk_policy(self._record))
        return cast("DynamoDBClient", client_of(session, "dynamodb", self._record.cloud.region, self._endpoint_url))

    def _secrets_client(self) -> "SecretsManagerClient":
        return cast("SecretsManagerClient", self._client("secretsmanager"))
