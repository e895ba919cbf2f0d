"""A tenant's own stores: made, looked at and removed with that tenant's own credentials."""

from collections.abc import Sequence
from typing import Protocol

from makoto.domain import TenantRecord
from makoto.errors import Conflict, Unavailable


class StoreTaken(Conflict):
    """A store of this name exists and was not made by this tenant's onboarding."""


class StoreNotReady(Unavailable):
    """A store is still being made or removed."""


class CloudProvisioner(Protocol):
    """One cloud's way to make a tenant's stores. Every act may be repeated after a crash at any point.

    A store carries its tenant's id as a mark, so that only what was made for this tenant is ever removed.
    """

    def provision(self, record: TenantRecord) -> None:
        """Make the stores and set every property, whatever of them exists; StoreTaken, StoreNotReady."""
        ...

    def contents(self, record: TenantRecord) -> str | None:
        """Name a kind of business content that the stores hold (never the content); None when there is none."""
        ...

    def remove(self, record: TenantRecord) -> Sequence[str]:
        """Remove the tenant's stores with what the platform itself put there; return the names still to be seen.

        A store with business content stays and is named.
        """
        ...
