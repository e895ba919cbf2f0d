"""A server that speaks MongoDB's wire protocol, for a laptop and for tests.

It answers the official drivers as a replica set of one member: sessions, retryable writes, transactions (snapshot,
all or nothing, write conflicts), SCRAM-SHA-256, users with roles by database, a TTL monitor, the `failCommand` fail
point. It evaluates the operators that the platform uses with MongoDB's own meaning (arrays, null, order of types) and
refuses every other. What needs the real product: query plans and speed, elections and read-only members, more than one
member's majority, disk and memory limits, the 60 s between runs of the TTL monitor, x.509 and LDAP sign-in.
"""

from local.servers.mongo.server import MongoServer

__all__ = ["MongoServer"]
