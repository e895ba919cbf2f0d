"""PostgreSQL: a tenant's documents as jsonb, in one table of a schema of the platform's own."""

from makoto.adapters.stores.postgres.client import connect
from makoto.adapters.stores.postgres.documents import PostgresDocuments
from makoto.adapters.stores.postgres.pool import PostgresPool
from makoto.adapters.stores.postgres.provisioning import make_store, remove_store
from makoto.adapters.stores.postgres.sweeping import sweep

__all__ = ["PostgresDocuments", "PostgresPool", "connect", "make_store", "remove_store", "sweep"]
