"""The client of one blob container: obstore carries the bytes, azure-storage-blob does what it lacks."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from makoto.adapters.clouds import Network
from makoto.adapters.clouds.azure.credentials import TokenSource
from makoto.adapters.clouds.azure.errors import translated
from makoto.adapters.clouds.azure.transport import ANSWER_WITHIN_S, CONNECT_WITHIN_S, transport
from makoto.domain.clouds import BlobContainer

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient, ContainerClient, UserDelegationKey
    from obstore.store import AzureCredential, AzureStore

DELEGATION_LIFE = timedelta(hours=6)  # Azure allows a week; who revokes a delegation key ends every address
SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Container:
    """Where a container is. An endpoint that is not named after the account has the account in its path (Azurite)."""

    account: str
    name: str
    service: str

    @classmethod
    def of(cls, described: BlobContainer) -> "Container":
        endpoint = described.endpoint.rstrip("/")
        host = urlsplit(endpoint).hostname or ""
        is_named = host.startswith(f"{described.account}.")
        return cls(described.account, described.container, endpoint if is_named else f"{endpoint}/{described.account}")

    @property
    def address(self) -> str:
        """The address under which the container's keys lie."""
        return f"{self.service}/{self.name}"


class BlobClient:
    """One container opened with one source of tokens; the SDK is loaded when first needed."""

    def __init__(self, container: Container, source: TokenSource, network: Network) -> None:
        self.container = container
        self.source = source
        self._network = network
        self._lock = threading.RLock()
        self._delegation: tuple[UserDelegationKey, datetime] | None = None
        self._service: BlobServiceClient | None = None

    @cached_property
    def store(self) -> "AzureStore":
        """The data path. What it would read from the environment is said here, so that nothing is."""
        from obstore.store import AzureStore

        ca = self._network.ca_path
        return AzureStore(
            self.container.name,
            account_name=self.container.account,
            endpoint=self.container.service,
            use_emulator=False,
            use_azure_cli=False,
            skip_signature=False,
            client_options={
                "allow_http": self._network.allows_plaintext,
                "connect_timeout": timedelta(seconds=CONNECT_WITHIN_S),
                "read_timeout": timedelta(seconds=2 * ANSWER_WITHIN_S),
                "timeout": timedelta(minutes=15),
                **({"root_certificate": Path(ca).read_bytes()} if ca else {}),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
            credential_provider=self._credential,
        )

    @property
    def admin(self) -> "ContainerClient":
        """What obstore lacks: listing from a key, batch delete, copies that are waited for, the container itself."""
        return self._opened().get_container_client(self.container.name)

    def delegation(self, now: datetime, until: datetime) -> "UserDelegationKey":
        """Return a key that signs addresses in the application's name, good until then."""
        with self._lock:
            if self._delegation is None or self._delegation[1] < until:
                ends_at = now + DELEGATION_LIFE
                with translated():
                    self._delegation = self._opened().get_user_delegation_key(now - SKEW, ends_at), ends_at
            return self._delegation[0]

    def close(self) -> None:
        """Let go of the sockets; obstore's end with it."""
        with self._lock:
            if self._service is not None:
                self._service.close()

    def _opened(self) -> "BlobServiceClient":
        from azure.storage.blob import BlobServiceClient

        with self._lock:
            if self._service is None:
                self._service = BlobServiceClient(
                    self.container.service,
                    credential=self.source,
                    transport=transport(self._network),
                    retry_total=2,
                    initial_backoff=0,
                    increment_base=1,
                    random_jitter_range=1,
                )
            return self._service

    def _credential(self) -> "AzureCredential":
        given = self.source.current()
        return {"token": given.token, "expires_at": datetime.fromtimestamp(given.expires_on, UTC)}
