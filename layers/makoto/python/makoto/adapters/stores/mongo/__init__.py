"""MongoDB as a tenant's document store, on any cloud."""

from makoto.adapters.stores.mongo.client import connect
from makoto.adapters.stores.mongo.documents import MongoDocuments
from makoto.adapters.stores.mongo.provisioning import make_store, remove_store

__all__ = ["MongoDocuments", "connect", "make_store", "remove_store"]
