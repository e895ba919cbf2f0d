"""Objects in an S3 bucket of one tenant; obstore carries the bytes, botocore signs addresses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode

from makoto.adapters.clouds.aws.credentials import TenantCredentials
from makoto.adapters.clouds.aws.errors import translated_object
from makoto.ports.clock import Clock
from makoto.ports.objects import Method, ObjectInfo, ObjectLimits, SignedUrl

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta
    from obstore.store import S3Credential, S3Store

PART_BYTES = 8 << 20
LIMITS = ObjectLimits(max_object_bytes=10_000 * PART_BYTES, max_single_put_bytes=PART_BYTES, max_signed_s=3300)
PARALLEL_PARTS = 4
_PLAIN = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"

Fetch = Callable[[float], TenantCredentials]
"""Return the tenant's credentials, good for that many seconds at least."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a bucket is; `endpoint_url` is the emulator's, where it is one."""

    name: str
    region: str
    endpoint_url: str | None = None

    @property
    def address(self) -> str:
        """The address under which the bucket's keys lie."""
        if self.endpoint_url is not None:
            return f"{self.endpoint_url}/{self.name}"
        return f"https://{self.name}.s3.{self.region}.amazonaws.com"


class S3Objects:
    """One bucket. A body longer than 8 MiB goes up in parts, four at a time, 32 MiB in memory."""

    limits = LIMITS

    def __init__(self, bucket: Bucket, fetch: Fetch, clock: Clock) -> None:
        self._bucket = bucket
        self._fetch = fetch
        self._clock = clock

    def put(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], when_absent: bool
    ) -> ObjectInfo:
        import obstore

        with translated_object(key):
            result = obstore.put(
                self._store,
                key,
                body,
                attributes=_attributes(content_type, metadata),
                mode="create" if when_absent else "overwrite",
                use_multipart=False,
            )
        return ObjectInfo(key, len(body), result["e_tag"] or "", self._clock.now(), content_type, dict(metadata))

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        import obstore

        with translated_object(key):
            obstore.put(
                self._store,
                key,
                body,
                attributes=_attributes(content_type, metadata),
                chunk_size=PART_BYTES,
                max_concurrency=PARALLEL_PARTS,
            )
        return self.head(key)

    def read(self, key: str, span: tuple[int, int] | None) -> bytes:

        with translated_object(key):
            return _read(self._store, key, span)

    def stream(self, key: str) -> Iterator[bytes]:
        import obstore

        with translated_object(key):
            opened = obstore.get(self._store, key)
        return _pieces(key, opened)

    def head(self, key: str) -> ObjectInfo:
        import obstore

        with translated_object(key):
            found = obstore.get(self._store, key, options={"head": True})
        attributes = {name.lower(): value for name, value in found.attributes.items()}
        kind = attributes.pop("content-type", "")
        return _info(found.meta, kind, {name: unquote(value) for name, value in attributes.items()})

    def delete(self, key: str) -> None:
        import obstore

        with translated_object(key):
            obstore.delete(self._store, key)

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        import obstore

        with translated_object(prefix):
            listing = obstore.list(self._store, prefix or None, offset=after or None, chunk_size=wanted)
            return [_info(found) for found in next(listing, [])]

    def copy(self, source: str, target: str) -> None:
        import obstore

        with translated_object(source):
            obstore.copy(self._store, source, target)

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl:
        """Sign with credentials that live long enough (obstore's may be near their end, and it signs no headers)."""
        credentials = self._fetch(expires_in_s)
        expires_at = min(self._clock.now() + timedelta(seconds=expires_in_s), credentials.expires_at)
        url = f"{self._bucket.address}/{quote(key, safe='/~')}"
        if download_name is not None:
            url += "?" + urlencode({"response-content-disposition": _disposition(download_name)}, quote_via=quote)
        return SignedUrl(_signed(method, url, credentials, self._bucket.region, expires_in_s), {}, expires_at)

    @cached_property
    def _store(self) -> "S3Store":
        from obstore.store import S3Store

        is_emulator = self._bucket.endpoint_url is not None
        return S3Store(
            self._bucket.name,
            region=self._bucket.region,
            endpoint=self._bucket.endpoint_url or self._bucket.address,
            virtual_hosted_style_request=not is_emulator,
            client_options={
                "allow_http": self._bucket.endpoint_url is not None,
                "connect_timeout": "2s",
                "timeout": "60s",
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
            credential_provider=self._credential,
            checksum_algorithm="SHA256",
        )

    def _credential(self) -> "S3Credential":
        given = self._fetch(0)
        return {
            "access_key_id": given.access_key_id,
            "secret_access_key": given.secret_access_key,
            "token": given.session_token,
            "expires_at": given.expires_at,
        }


def _read(store: "S3Store", key: str, span: tuple[int, int] | None) -> bytes:
    import obstore
    from obstore.exceptions import GenericError

    try:
        return obstore.get(store, key, options={} if span is None else {"range": span}).bytes().to_bytes()
    except GenericError as error:
        if "<Code>InvalidRange</Code>" in str(error):  # the object ends before the range begins
            return b""
        raise


def _pieces(key: str, opened: "GetResult") -> Iterator[bytes]:
    with translated_object(key):
        yield from opened.stream(min_chunk_size=PART_BYTES)


def _attributes(content_type: str, metadata: Mapping[str, str]) -> dict[str, str]:
    """S3 keeps ASCII in metadata, so any other character is percent-encoded."""
    return {"Content-Type": content_type, **{name: quote(value, safe=_PLAIN) for name, value in metadata.items()}}


def _info(found: "ObjectMeta", content_type: str = "", metadata: Mapping[str, str] | None = None) -> ObjectInfo:
    return ObjectInfo(
        found["path"], found["size"], found["e_tag"] or "", found["last_modified"], content_type, metadata or {}
    )


def _disposition(name: str) -> str:
    """Name a download for every browser (RFC 6266): in ASCII, and in full."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in " ._-") else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _signed(method: Method, url: str, credentials: TenantCredentials, region: str, expires_in_s: int) -> str:
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method=method, url=url)
    keys = Credentials(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
    S3SigV4QueryAuth(keys, "s3", region, expires=expires_in_s).add_auth(request)
    return str(request.url)
