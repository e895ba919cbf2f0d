"""The client of one key vault."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.azure.credentials import SECRETS, TokenSource, token_source
from makoto.adapters.clouds.azure.endpoints import is_microsofts
from makoto.adapters.clouds.azure.transport import transport
from makoto.domain import TenantRecord

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretClient


@dataclass(frozen=True, slots=True)
class VaultClient:
    """One vault opened with one source of tokens."""

    sdk: "SecretClient"
    source: TokenSource

    def close(self) -> None:
        self.sdk.close()


def open_vault(record: TenantRecord, endpoint: str, dependencies: CloudDependencies) -> VaultClient:
    """Make the client. What is refused for now is told at once: a vault says when to come back, and callers know."""
    from azure.keyvault.secrets import SecretClient

    source = token_source(record, dependencies, SECRETS)
    sdk = SecretClient(
        endpoint.rstrip("/"),
        source,
        transport=transport(dependencies.network),
        verify_challenge_resource=is_microsofts(endpoint),  # the resource is Azure's name, no other host ends in it
        retry_total=2,
        retry_status=0,
        retry_backoff_factor=0.2,
        retry_backoff_max=2,
    )
    return VaultClient(sdk, source)
