"""Where a bucket is, what its store can do, and the client that carries its bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from makoto.ports.objects import ObjectLimits

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config, S3Credential, S3Store

PART_BYTES = 8 << 20
MAX_PARTS = 10_000


class Keys(Protocol):
    """Keys to a bucket, static or temporary."""

    @property
    def access_key_id(self) -> str: ...
    @property
    def secret_access_key(self) -> str: ...
    @property
    def session_token(self) -> str | None: ...
    @property
    def expires_at(self) -> datetime | None: ...


Fetch = Callable[[float], Keys]
"""Return keys that are good for that many seconds at least."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How far a store follows S3. A store that does not know a header ignores it, so nothing is assumed.

    `checksums`: it takes `x-amz-checksum-*` (without it the signed SHA-256 of each request guards the way).
    """

    checksums: bool = False
    creates_once: bool = True
    replaces_version: bool = True
    batch_delete: bool = True
    max_signed_s: int = 3300  # that of credentials that live for an hour, so that every store does the same

    def limits(self, *, holds_tenant_key: bool) -> ObjectLimits:
        """Declare what the driver can do on this store."""
        return ObjectLimits(
            max_object_bytes=MAX_PARTS * PART_BYTES,
            max_single_put_bytes=PART_BYTES,
            max_signed_s=self.max_signed_s,
            max_batch_delete=1000 if self.batch_delete else 100,
            creates_once=self.creates_once,
            replaces_version=self.replaces_version,
            checks_bodies=True,
            holds_tenant_key=holds_tenant_key,
        )


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket; `endpoint` is the store's address without the bucket's name. `key_id` encrypts what is written."""

    name: str
    region: str
    endpoint: str
    addressing: Literal["path", "virtual"] = "virtual"
    dialect: Dialect = Dialect()
    ca_path: str | None = None
    key_id: str | None = None

    @property
    def address(self) -> str:
        """The address under which the bucket's keys lie."""
        if self.addressing == "path":
            return f"{self.endpoint.rstrip('/')}/{self.name}"
        scheme, _, host = self.endpoint.rstrip("/").partition("://")
        return f"{scheme}://{self.name}.{host}"


def open_bucket(bucket: Bucket, fetch: Fetch) -> "S3Store":
    """Make the client; nothing is sent before its first use, and keys come from `fetch` alone."""
    from obstore.store import S3Store

    def credential() -> "S3Credential":
        given = fetch(0)
        return {
            "access_key_id": given.access_key_id,
            "secret_access_key": given.secret_access_key,
            "token": given.session_token,
            "expires_at": given.expires_at,
        }

    return S3Store(
        bucket.name,
        config=_config(bucket),
        client_options=_client_options(bucket),
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        credential_provider=credential,
    )


def _config(bucket: Bucket) -> "S3Config":
    is_virtual = bucket.addressing == "virtual"
    config: S3Config = {
        "region": bucket.region,
        "endpoint": bucket.address if is_virtual else bucket.endpoint.rstrip("/"),
        "virtual_hosted_style_request": is_virtual,
        "disable_bulk_delete": not bucket.dialect.batch_delete,
    }
    if bucket.dialect.checksums:
        config["checksum_algorithm"] = "SHA256"
    if bucket.key_id is not None:
        config["server_side_encryption"] = "aws:kms"
        config["sse_kms_key_id"] = bucket.key_id
        config["sse_bucket_key_enabled"] = True
    return config


def _client_options(bucket: Bucket) -> "ClientConfig":
    options: ClientConfig = {
        "allow_http": bucket.endpoint.startswith("http://"),
        "connect_timeout": "2s",
        "timeout": "60s",
    }
    if bucket.ca_path is not None:
        options["root_certificate"] = Path(bucket.ca_path).read_bytes()
    return options
