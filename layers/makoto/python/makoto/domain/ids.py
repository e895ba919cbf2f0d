"""Identifiers, each with the one pattern that makes it safe in a key, a name, an ARN and a topic."""

from typing import Annotated

from pydantic import StringConstraints

TENANT_ID_PATTERN = r"^t[0-9a-hjkmnp-tv-z]{12}$"
SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"

TenantId = Annotated[str, StringConstraints(pattern=TENANT_ID_PATTERN)]
"""Opaque and of one length, so that no tenant's id is a prefix of another's in a name or a wildcard."""

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
"""A name usable in an MQTT topic level, a thing attribute and an object key: lower case, digits, hyphen; 1-63."""

DeviceId = Slug

PLATFORM_TENANT_ID = "t000000000000"
"""The operator's own tenant: platform administrators belong to it and no customer's data does."""

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def new_tenant_id(random: bytes) -> str:
    """Make a tenant id from 12 random bytes (60 bits are used, Crockford base 32)."""
    return "t" + "".join(_CROCKFORD[byte & 31] for byte in random[:12])
