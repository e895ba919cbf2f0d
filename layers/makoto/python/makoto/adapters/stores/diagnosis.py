"""Looks at stores that a tenant rents or runs one by one."""

from collections.abc import Iterator

from makoto.adapters.endpoint_probes import Endpoint, endpoint_probes
from makoto.adapters.stores.rented import RentedStores
from makoto.adapters.stores.vault import diagnosis as vault
from makoto.ports.diagnosis import Probe

GRANTS = {
    ("documents", "write"): "INSERT and UPDATE on the platform's schema (readWrite on the database for MongoDB)",
    ("documents", "read"): "SELECT on the platform's schema (readWrite on the database for MongoDB)",
    ("documents", "query"): "SELECT on the platform's schema (readWrite on the database for MongoDB)",
    ("documents", "atomic"): "INSERT, UPDATE and DELETE in one transaction (a replica set for MongoDB)",
    ("documents", "delete"): "DELETE on the platform's schema (readWrite on the database for MongoDB)",
    ("objects", "write"): "s3:PutObject on the bucket's objects",
    ("objects", "read"): "s3:GetObject on the bucket's objects",
    ("objects", "list"): "s3:ListBucket on the bucket",
    ("objects", "delete"): "s3:DeleteObject on the bucket's objects",
    ("secrets", "write"): 'capabilities "create" and "update" on <mount>/data/<tenant>/*',
    ("secrets", "read"): 'capability "read" on <mount>/data/<tenant>/*',
    ("secrets", "update"): 'capability "update" on <mount>/data/<tenant>/*',
    ("secrets", "delete"): 'capability "delete" on <mount>/metadata/<tenant>/*',
}


def rented_probes(rented: RentedStores) -> Iterator[Probe]:
    """Endpoints, clocks, and identities that may do more than is needed."""
    clock, network = rented.dependencies.clock, rented.dependencies.network
    yield from endpoint_probes(Endpoint("objects", rented.bucket.address, network), clock)
    yield from endpoint_probes(Endpoint("secrets", rented.vault.endpoint, network), clock)
    yield from rented.product.probes(rented.documents_place)
    yield from vault.probes(rented.vault_connection)
