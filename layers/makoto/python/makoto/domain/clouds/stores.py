"""Stores that any provider may run: where each is, never how to open it (keys are in the platform's key ring)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from makoto.domain.value import Value

Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$", max_length=260)]
"""Scheme, host and port; whether plain http or a private address is allowed, the platform's settings say."""

Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")]
StoreName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
RegionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]
TlsMode = Literal["verify-full", "disable"]


class PostgresDatabase(Value):
    """A PostgreSQL database; the platform makes its tables in a schema of their own. Keys: `username`, `password`."""

    product: Literal["postgresql"] = "postgresql"
    host: Host
    port: int = Field(default=5432, ge=1, le=65535)
    database: StoreName
    schema_name: StoreName = "makoto"
    tls: TlsMode = "verify-full"


class MongoDatabase(Value):
    """A MongoDB replica set (transactions need one). Keys: `username`, `password`; empty where it asks for none."""

    product: Literal["mongodb"] = "mongodb"
    hosts: Annotated[tuple[str, ...], Field(min_length=1, max_length=9)]  # host:port
    replica_set: str | None = None
    database: StoreName
    tls: TlsMode = "verify-full"


class Bucket(Value):
    """A bucket of an S3-compatible store. Keys: `access_key_id`, `secret_access_key`."""

    product: Literal["s3"] = "s3"
    endpoint: Endpoint
    bucket: BucketName
    region: RegionName = "us-east-1"
    addressing: Literal["path", "virtual"] = "path"


class VaultMount(Value):
    """A KV version 2 engine of HashiCorp Vault. Keys: `token`, or `role_id` and `secret_id` (AppRole)."""

    product: Literal["vault"] = "vault"
    endpoint: Endpoint
    mount: StoreName = "secret"
    namespace: str | None = None
