"""The document stores that a tenant may run; this folder is the registry: a product is a module of its name here."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from makoto.adapters.stores.place import HostAndPort, Place
from makoto.domain.clouds import MongoDatabase, PostgresDatabase
from makoto.ports.diagnosis import Probe
from makoto.ports.document_store import DocumentsDriver

__all__ = ["DocumentsProduct", "product_of"]


class DocumentsProduct(Protocol):
    """What each module of this folder offers; `place.settings` is the product's own class."""

    def hosts(self, database: Any) -> tuple[HostAndPort, ...]: ...

    def driver(self, place: Place[Any]) -> DocumentsDriver:
        """Open the documents; nothing is sent before the first use."""
        ...

    def reach(self, place: Place[Any]) -> None:
        """Log in and make nothing."""
        ...

    def make(self, place: Place[Any]) -> None:
        """Make the tenant's store; StoreTaken, StoreRefused."""
        ...

    def remove(self, place: Place[Any]) -> Sequence[str]:
        """Remove it if it is this tenant's, and name what stays."""
        ...

    def probes(self, place: Place[Any]) -> Iterable[Probe]:
        """The looks that only this product offers."""
        ...


def product_of(database: PostgresDatabase | MongoDatabase) -> DocumentsProduct:
    """Return the product's module; nothing of another product is imported."""
    return cast("DocumentsProduct", import_module(f"{__name__}.{database.product}"))
