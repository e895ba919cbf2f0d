"""The keys to its own cloud that a tenant has entrusted to the platform, kept under the tenant's own session policy."""

from collections.abc import Mapping
from typing import Protocol

from makoto.domain import CloudAccount
from makoto.errors import Unavailable


class KeysMissing(Unavailable):
    """No keys were entrusted for this cloud, or they were taken back."""


class KeyRing(Protocol):
    """Keys by tenant and cloud account, names as the account's class tells them; values are never logged.

    A move holds the keys of two accounts at once, so they are kept per account.
    """

    def keys(self, tenant_id: str, account: CloudAccount) -> Mapping[str, str]:
        """Return the keys; KeysMissing."""
        ...

    def entrust(self, tenant_id: str, account: CloudAccount, keys: Mapping[str, str]) -> None:
        """Keep keys, over those kept for this account before (a rotation)."""
        ...

    def forget(self, tenant_id: str, account: CloudAccount) -> None:
        """Remove them; absent already is done already."""
        ...

    def renew(self, tenant_id: str, account: CloudAccount) -> None:
        """Let go of what is kept in this process: the keys were refused, so others may have been entrusted."""
        ...
