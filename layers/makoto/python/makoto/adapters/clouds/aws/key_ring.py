"""Tenants' keys to their own clouds, in the platform's Secrets Manager: one secret a tenant and account.

They are read with the hosted tenants' role narrowed to this one tenant's keys, so that no function can read another's.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from makoto.adapters.clouds import Connections, StoreKey
from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.names import secret_prefix, secrets_arn
from makoto.adapters.clouds.aws.policies import SECRET_ACTIONS
from makoto.adapters.clouds.aws.secrets import SecretsManagerSecrets
from makoto.adapters.clouds.aws.session import client_of, session_with
from makoto.domain import AwsAccount, CloudAccount, TenantRecord, TenantStatus
from makoto.ports.clock import Clock
from makoto.ports.ids import Ids
from makoto.ports.key_ring import KeysMissing
from makoto.ports.secrets import SecretNotFound, Secrets
from makoto.settings import RuntimeSettings

FOLDER = "cloud-keys/"


class AwsKeyRing:
    """Keys are kept for five minutes, and for an hour while Secrets Manager is down."""

    def __init__(
        self, broker: CredentialsBroker, hosted: AwsAccount, endpoint_url: str | None, *, clock: Clock, ids: Ids
    ) -> None:
        self._broker = broker
        self._hosted = hosted
        self._endpoint_url = endpoint_url
        self._clock = clock
        self._ids = ids
        self._connections = Connections(clock=clock)

    def keys(self, tenant_id: str, account: CloudAccount) -> Mapping[str, str]:
        try:
            kept = self._secrets(tenant_id).get(_name(account))
        except SecretNotFound as missing:
            raise KeysMissing("no keys to the tenant's cloud were entrusted") from missing
        return {str(name): str(value) for name, value in json.loads(kept.reveal()).items()}

    def entrust(self, tenant_id: str, account: CloudAccount, keys: Mapping[str, str]) -> None:
        self._secrets(tenant_id).put(_name(account), json.dumps(dict(keys), ensure_ascii=False))

    def forget(self, tenant_id: str, account: CloudAccount) -> None:
        self._secrets(tenant_id).delete(_name(account))

    def renew(self, tenant_id: str, account: CloudAccount) -> None:
        self._secrets(tenant_id).forget(_name(account))

    def _secrets(self, tenant_id: str) -> Secrets:
        return self._connections.keep(tenant_id, lambda: self._opened(tenant_id))

    def _opened(self, tenant_id: str) -> Secrets:
        record = _hosted_record(tenant_id, self._hosted)
        policy = _policy(record)

        def make() -> Any:  # Secrets Manager's client; its types are not installed in a function
            session = session_with(lambda: self._broker.credentials(record, policy=policy))
            return client_of(session, "secretsmanager", self._hosted.region, self._endpoint_url)

        connection = self._connections.connection(
            StoreKey(tenant_id, "keys"),
            make,
            close=lambda client: client.close(),
            renew=lambda: self._broker.forget(record),
        )
        return Secrets(SecretsManagerSecrets(connection, secret_prefix(tenant_id), self._ids), self._clock)


def _name(account: CloudAccount) -> str:
    return FOLDER + hashlib.sha256(account.model_dump_json().encode()).hexdigest()[:16]


def _hosted_record(tenant_id: str, hosted: AwsAccount) -> TenantRecord:
    """A tenant as if it were hosted: what the broker is asked for."""
    return TenantRecord(
        tenant_id=tenant_id, name=tenant_id, organization=tenant_id, status=TenantStatus.ACTIVE, cloud=hosted
    )


def _policy(record: TenantRecord) -> dict[str, Any]:
    resource = secrets_arn(record).removesuffix("*") + f"{FOLDER}*"
    actions = [f"secretsmanager:{action}" for action in SECRET_ACTIONS]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}


def connect(settings: RuntimeSettings) -> AwsKeyRing:
    """Use the platform's own account through the hosted tenants' role."""
    from makoto.adapters.clouds.aws.session import platform_client
    from makoto.adapters.system import SystemClock, SystemIds

    clock = SystemClock()
    hosted = AwsAccount(account_id=settings.account_id, region=settings.region, role_arn=settings.hosted_role_arn)
    broker = CredentialsBroker(platform_client("sts"), clock)
    return AwsKeyRing(broker, hosted, settings.emulator_url or None, clock=clock, ids=SystemIds())
