"""Secrets of one tenant in a key vault."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar

from makoto.adapters.clouds.azure.errors import code_of, inner_code_of, translated
from makoto.adapters.clouds.azure.secret_names import own_name, vault_name
from makoto.adapters.clouds.azure.vault_client import VaultClient
from makoto.errors import Conflict, Forbidden, NotFound, Unavailable
from makoto.ports.connection import Connection
from makoto.ports.secrets import SecretNotFound

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretClient

POLL_S = 0.25
SETTLED_WITHIN_S = 30.0
_Result = TypeVar("_Result")


class SecretGoing(Unavailable):
    """The secret was deleted a moment ago; its name is free again soon."""


class KeyVaultSecrets:
    """One tenant's secrets, told apart by their prefix. A deleted one is purged, unless the vault forbids that.

    A vault stores without asking what was there, so a new secret is made `alone`: no other process makes one meanwhile.
    """

    def __init__(
        self, connection: Connection[VaultClient], tenant_id: str, alone: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._alone = alone

    def read(self, name: str) -> str:
        try:
            found = self._do(lambda vault: vault.get_secret(self._kept(name)).value)
        except NotFound as error:
            raise SecretNotFound(name) from error
        return found or ""

    def create(self, name: str, value: str) -> bool:
        with self._alone():
            if self._exists(name):
                return False
            self._store(name, value)
        return True

    def update(self, name: str, value: str) -> bool:
        if not self._exists(name):
            return False
        self._store(name, value)
        return True

    def delete(self, name: str) -> None:
        kept = self._kept(name)
        try:
            self._do(lambda vault: vault.begin_delete_secret(kept, _polling_interval=POLL_S).wait(), writing=True)
        except NotFound:
            return  # gone, or deleted by a call that ended before it had purged: storing anew looks after that
        self._purge(kept)

    def names(self) -> list[str]:
        """Return the names of all secrets of this tenant."""
        found = self._do(lambda vault: [(each.name, each.tags) for each in vault.list_properties_of_secrets()])
        owned = (own_name(self._tenant_id, kept or "", tags or {}) for kept, tags in found)
        return sorted(name for name in owned if name is not None)

    def _store(self, name: str, value: str) -> None:
        """Store a version. Where the name still belongs to a deleted secret, that one is purged or recovered first."""
        kept, tags = self._kept(name), {"makoto-tenant": self._tenant_id, "makoto-name": name}
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while True:
            try:
                self._do(lambda vault: vault.set_secret(kept, value, tags=tags), writing=True)
                return
            except Conflict as error:
                if time.monotonic() > deadline:
                    raise SecretGoing("the secret is still being removed") from error
                self._free(kept, error)

    def _free(self, kept: str, refusal: Conflict) -> None:
        from azure.core.exceptions import HttpResponseError

        cause = refusal.__cause__
        if isinstance(cause, HttpResponseError) and "Recoverable" in f"{code_of(cause)} {inner_code_of(cause)}":
            self._purge(kept, recovering=True)
        else:
            time.sleep(POLL_S)

    def _purge(self, kept: str, *, recovering: bool = False) -> None:
        """Remove a deleted secret for good. A vault with purge protection forbids it and keeps it out of sight."""
        try:
            self._do(lambda vault: vault.purge_deleted_secret(kept), writing=True)
        except NotFound:
            return
        except Forbidden:
            if recovering:
                self._do(
                    lambda vault: vault.begin_recover_deleted_secret(kept, _polling_interval=POLL_S).wait(),
                    writing=True,
                )

    def _exists(self, name: str) -> bool:
        try:
            self.read(name)
        except SecretNotFound:
            return False
        return True

    def _kept(self, name: str) -> str:
        return vault_name(self._tenant_id, name)

    def _do(self, act: "Callable[[SecretClient], _Result]", *, writing: bool = False) -> _Result:
        def done(client: VaultClient) -> _Result:
            client.source.current()
            with translated(writing=writing):
                return act(client.sdk)

        return self._connection.call(done)
