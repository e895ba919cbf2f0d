"""Tenants' keys in this process."""

from collections.abc import Mapping

from makoto.domain import CloudAccount
from makoto.ports.key_ring import KeysMissing
from makoto.settings import RuntimeSettings


class MemoryKeyRing:
    """Keys by tenant and account."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[str, str]] = {}

    def keys(self, tenant_id: str, account: CloudAccount) -> Mapping[str, str]:
        try:
            return self._kept[tenant_id, account.model_dump_json()]
        except KeyError as missing:
            raise KeysMissing("no keys to the tenant's cloud were entrusted") from missing

    def entrust(self, tenant_id: str, account: CloudAccount, keys: Mapping[str, str]) -> None:
        self._kept[tenant_id, account.model_dump_json()] = dict(keys)

    def forget(self, tenant_id: str, account: CloudAccount) -> None:
        self._kept.pop((tenant_id, account.model_dump_json()), None)

    def renew(self, tenant_id: str, account: CloudAccount) -> None:
        """Nothing is kept beside what was entrusted."""


def connect(settings: RuntimeSettings) -> MemoryKeyRing:
    """Start empty."""
    return MemoryKeyRing()
