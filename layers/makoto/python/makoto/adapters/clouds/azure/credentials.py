"""Tokens that open one tenant's stores: for the application in the tenant's directory that trusts the platform."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds import CloudDependencies, account_of
from makoto.adapters.clouds.azure.endpoints import check_endpoints, check_region, is_microsofts
from makoto.adapters.clouds.azure.errors import translated
from makoto.adapters.clouds.azure.transport import transport
from makoto.domain import AzureAccount, TenantRecord
from makoto.errors import Throttled, Unavailable
from makoto.ports.clock import Clock
from makoto.ports.connection import CredentialsRefused

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, AccessTokenInfo
    from azure.identity import ClientAssertionCredential, ClientSecretCredential

DOCUMENTS = "https://cosmos.azure.com/.default"
OBJECTS = "https://storage.azure.com/.default"
SECRETS = "https://vault.azure.net/.default"

AUDIENCE = "api://AzureADTokenExchange"
AHEAD = timedelta(minutes=6)  # the SDKs ask for a new one 5 minutes ahead
USABLE = timedelta(seconds=30)


class TokenSource:
    """The one credential of one client: tokens for one scope in one directory, whatever a server asks for.

    Kept shorter than they live and renewed ahead of their end; of callers at the same time one asks. A new client has
    a new source, so what was refused is forgotten with the client.
    """

    def __init__(self, issue: "Callable[[], AccessTokenInfo]", clock: Clock) -> None:
        self._issue = issue
        self._clock = clock
        self._kept: AccessTokenInfo | None = None
        self._lock = threading.Lock()

    def current(self) -> "AccessTokenInfo":
        """Return a token that is good for a while; CredentialsRefused, Unavailable."""
        with self._lock:
            if self._kept is None or not self._lasts(self._kept, AHEAD):
                self._kept = self._renewed(self._kept)
            return self._kept

    def get_token(self, *scopes: str, **options: Any) -> "AccessToken":
        """Serve the SDKs; scope, directory and claims that a server's challenge names are not heeded."""
        from azure.core.credentials import AccessToken

        found = self.current()
        return AccessToken(found.token, found.expires_on)

    def get_token_info(self, *scopes: str, options: Any = None) -> "AccessTokenInfo":
        return self.current()

    def _renewed(self, kept: "AccessTokenInfo | None") -> "AccessTokenInfo":
        try:
            return self._issue()
        except CredentialsRefused:
            raise
        except (Unavailable, Throttled):
            if kept is None or not self._lasts(kept, USABLE):
                raise
            return kept

    def _lasts(self, token: "AccessTokenInfo", span: timedelta) -> bool:
        return datetime.fromtimestamp(token.expires_on, UTC) - self._clock.now() > span


def token_source(record: TenantRecord, dependencies: CloudDependencies, scope: str) -> TokenSource:
    """Make the credential of a new client as the record says; there is no other way to a token.

    Each token is asked for with keys read at that moment, over a connection that is closed again: it is needed once an
    hour. Invalid where the record names a place that is not the tenant's to use.
    """
    account = account_of(record, AzureAccount)
    check_endpoints(account, dependencies.network)
    check_region(account.region, record.regions)
    open_credential = _by_federation if account.authentication == "federation" else _by_secret

    def issue() -> "AccessTokenInfo":
        with translated(), open_credential(record, account, dependencies) as credential:
            return credential.get_token_info(scope)

    return TokenSource(issue, dependencies.clock)


def audience(account: AzureAccount) -> str:
    """Name whom the platform's identity is shown to: a directory trusts it for the id that was agreed with it alone."""
    return f"{AUDIENCE}/{account.external_id}"


def _by_federation(
    record: TenantRecord, account: AzureAccount, dependencies: CloudDependencies
) -> "ClientAssertionCredential":
    from azure.identity import ClientAssertionCredential

    identity = dependencies.web_identity()
    return ClientAssertionCredential(
        account.directory_id,
        account.client_id,
        lambda: identity.token(audience(account)),
        **_options(account, dependencies),
    )


def _by_secret(
    record: TenantRecord, account: AzureAccount, dependencies: CloudDependencies
) -> "ClientSecretCredential":
    from azure.identity import ClientSecretCredential

    keys = dependencies.key_ring().keys(record.tenant_id, account)
    return ClientSecretCredential(
        account.directory_id, account.client_id, keys["client_secret"], **_options(account, dependencies)
    )


def _options(account: AzureAccount, dependencies: CloudDependencies) -> dict[str, Any]:
    return {
        "authority": account.authority.rstrip("/"),
        "disable_instance_discovery": not is_microsofts(account.authority),
        "transport": transport(dependencies.network),
        "retry_total": 2,
        "retry_backoff_factor": 0.2,
        "retry_backoff_max": 2,
    }
