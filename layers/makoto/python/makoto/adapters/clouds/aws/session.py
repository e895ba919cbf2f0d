"""Sessions with AWS: the platform's own role, and each tenant's credentials from the broker."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from makoto.domain import TenantRecord

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials
    from botocore.loaders import Loader
    from botocore.session import Session

    from makoto.adapters.clouds.aws.credentials import CredentialsBroker, Policy, TenantCredentials

_CREATING = threading.Lock()  # creating a client is not thread-safe in boto3, using one is


@cache
def platform_client(service: str) -> Any:  # any service's client; the caller names its type
    """Return the process's one client of a service with the function's own role; `AWS_ENDPOINT_URL` is honoured."""
    with _CREATING:
        return _platform_session().create_client(service, config=client_config())


def tenant_session(record: TenantRecord, broker: "CredentialsBroker", *, policy: "Policy | None" = None) -> "Session":
    """Make a session that can touch only this tenant's resources; `policy` says what, if not the data path's."""
    return session_with(lambda: broker.credentials(record, policy=policy))


def client_of(session: "Session", service: str, region: str, endpoint_url: str | None) -> Any:
    """Create a client of a tenant's session."""
    with _CREATING:
        return session.create_client(service, region_name=region, endpoint_url=endpoint_url, config=client_config())


def session_with(fetch: Callable[[], "TenantCredentials"]) -> "Session":
    """Make a session whose credentials are fetched when first needed and before they end, and found nowhere else."""
    from botocore.session import Session

    session = Session()
    session.register_component("data_loader", _loader())
    session.register_component("credential_provider", _OnlyProvider(fetch))
    return session


@dataclass(frozen=True, slots=True)
class _OnlyProvider:
    """Stands where botocore would look into the environment, the profile and the machine's role."""

    fetch: Callable[[], "TenantCredentials"]

    def load_credentials(self) -> "RefreshableCredentials":
        from botocore.credentials import DeferredRefreshableCredentials

        return DeferredRefreshableCredentials(self._metadata, method="makoto-broker")

    def _metadata(self) -> dict[str, str]:
        given = self.fetch()
        return {
            "access_key": given.access_key_id,
            "secret_key": given.secret_access_key,
            "token": given.session_token,
            "expiry_time": given.expires_at.isoformat(),
        }


@cache
def _platform_session() -> "Session":
    from botocore.session import Session

    session = Session()
    session.register_component("data_loader", _loader())
    return session


@cache
def client_config() -> "Config":
    """Short timeouts and few tries: a function that waits is paid for, and its caller has a deadline."""
    from botocore.config import Config

    return Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        tcp_keepalive=True,
        max_pool_connections=16,
    )


@cache
def _loader() -> "Loader":
    """The service models, read from disk once for all tenants (reading them is most of a client's cost)."""
    from botocore.loaders import create_loader

    return create_loader()
