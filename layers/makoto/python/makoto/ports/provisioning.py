"""A tenant's own stores: made, looked at and removed with that tenant's own credentials."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from makoto.domain import TenantRecord
from makoto.errors import Conflict, Unavailable


class StoreTaken(Conflict):
    """A store of this name exists and was not made by this tenant's onboarding."""


class StoreNotReady(Unavailable):
    """A store is still being made or removed."""


class StoreRefused(Unavailable):
    """The tenant's cloud refused an act; names the store and the permission, for the operator to grant it."""


class CloudProvisioner(Protocol):
    """One cloud's way to make a tenant's stores. Every act may be repeated after a crash at any point.

    A store carries its tenant's id as a mark, so that only what was made for this tenant is ever removed.
    """

    def reach(self, record: TenantRecord) -> None:
        """Take the tenant's credentials and make nothing; Unavailable when its cloud does not give them."""
        ...

    def try_keys(self, record: TenantRecord, keys: Mapping[str, str]) -> None:
        """Reach the tenant's cloud with these keys instead of the entrusted ones, over connections of their own."""
        ...

    def provision(self, record: TenantRecord) -> None:
        """Make the stores and set every property, whatever of them exists; StoreTaken, StoreNotReady."""
        ...

    def remove(self, record: TenantRecord) -> Sequence[str]:
        """Remove the tenant's stores and return the names of those still to be seen.

        An object store that holds objects stays and is named; whether the document store may go, the caller has asked.
        """
        ...
