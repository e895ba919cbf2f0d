"""Secrets in a KV version 2 engine of HashiCorp Vault, under one tenant's folder."""

from typing import Any

from makoto.adapters.stores.vault.errors import translated
from makoto.adapters.stores.vault.session import VaultSession
from makoto.errors import Throttled
from makoto.ports.connection import Connection
from makoto.ports.secrets import SecretNotFound

FIELD = "value"
WRITE_TRIES = 5


def folder_of(tenant_id: str) -> str:
    """Where a tenant's secrets lie; its policy in Vault grants that below `<mount>/data/` and `<mount>/metadata/`."""
    return f"makoto/{tenant_id}/"


class VaultSecrets:
    """One folder; every write names the version it replaces, and a delete leaves no version behind."""

    def __init__(self, connection: Connection[VaultSession], mount: str, tenant_id: str) -> None:
        self._connection = connection
        self._mount = mount
        self._folder = folder_of(tenant_id)

    def read(self, name: str) -> str:
        return self._connection.call(lambda session: self._read(session, name)[0])

    def create(self, name: str, value: str) -> bool:
        return self._connection.call(lambda session: self._write(session, name, value, 0))

    def update(self, name: str, value: str) -> bool:
        def act(session: VaultSession) -> bool:
            for _ in range(WRITE_TRIES):
                try:
                    _, version = self._read(session, name)
                except SecretNotFound:
                    return False
                if self._write(session, name, value, version):
                    return True
            raise Throttled("the tenant's secret is being written by many at once")

        return self._connection.call(act)

    def delete(self, name: str) -> None:
        def act(session: VaultSession) -> None:
            client = session.ready()
            with translated(is_proven=session.is_proven, writing=True):
                client.secrets.kv.v2.delete_metadata_and_all_versions(**self._at(name))

        self._connection.call(act)

    def _read(self, session: VaultSession, name: str) -> tuple[str, int]:
        from hvac.exceptions import InvalidPath

        client = session.ready()
        with translated(is_proven=session.is_proven):
            try:
                found = client.secrets.kv.v2.read_secret_version(**self._at(name), raise_on_deleted_version=True)
            except InvalidPath as error:
                if error.errors:  # there is no such engine; of a secret Vault says nothing
                    raise
                raise SecretNotFound(name) from error
        return found["data"]["data"][FIELD], found["data"]["metadata"]["version"]

    def _write(self, session: VaultSession, name: str, value: str, version: int) -> bool:
        from hvac.exceptions import InvalidRequest

        client = session.ready()
        with translated(is_proven=session.is_proven, writing=True):
            try:
                client.secrets.kv.v2.create_or_update_secret(**self._at(name), secret={FIELD: value}, cas=version)
            except InvalidRequest as error:
                if "check-and-set" not in str(error):
                    raise
                return False
        return True

    def _at(self, name: str) -> dict[str, Any]:
        return {"path": self._folder + name, "mount_point": self._mount}
