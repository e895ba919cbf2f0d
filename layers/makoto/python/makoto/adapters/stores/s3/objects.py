"""Objects in a bucket of any S3-compatible store; obstore carries the bytes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from makoto.adapters.stores.s3.bucket import PART_BYTES, Bucket, Fetch
from makoto.adapters.stores.s3.errors import translated
from makoto.adapters.stores.s3.signing import disposition, signed
from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.clock import Clock
from makoto.ports.connection import Connection
from makoto.ports.objects import Method, ObjectChanged, ObjectInfo, ObjectLimits, ObjectNotFound, Opened, SignedUrl

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult, ObjectMeta, PutMode
    from obstore.store import S3Store

PARALLEL_PARTS = 4
MARK = ".makoto-tenant"
"""Says whose a bucket is; the platform's own, and no object of the tenant's."""
_PLAIN = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"


class S3Objects:
    """One bucket. A body longer than 8 MiB goes up in parts, four at a time in 32 MiB of memory, each tried again."""

    def __init__(self, bucket: Bucket, connection: "Connection[S3Store]", fetch: Fetch, clock: Clock) -> None:
        self._bucket = bucket
        self._connection = connection
        self._fetch = fetch
        self._clock = clock

    @property
    def limits(self) -> ObjectLimits:
        return self._bucket.dialect.limits(holds_tenant_key=self._bucket.key_id is not None)

    def put(
        self,
        key: str,
        body: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        when_absent: bool = False,
        if_match: str | None = None,
    ) -> ObjectInfo:
        mode: PutMode = "create" if when_absent else "overwrite" if if_match is None else {"e_tag": if_match}

        def act(store: "S3Store") -> str:
            import obstore

            with translated(key):
                attributes = _attributes(content_type, metadata)
                answer = obstore.put(store, key, body, attributes=attributes, mode=mode, use_multipart=False)
                return answer["e_tag"] or ""

        try:
            etag = self._connection.call(act)
        except ObjectNotFound as error:  # S3 answers so where `if_match` meets nothing
            raise ObjectChanged(key) from error
        return ObjectInfo(key, len(body), etag, self._clock.now(), content_type, dict(metadata))

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        bodies = iter([body])  # what was sent once cannot be sent again with other keys

        def act(store: "S3Store") -> None:
            import obstore

            pieces = next(bodies, None)
            if pieces is None:
                raise Unavailable("the object store refused the credentials halfway through an upload")
            with translated(key):
                obstore.put(
                    store,
                    key,
                    pieces,
                    attributes=_attributes(content_type, metadata),
                    chunk_size=PART_BYTES,
                    max_concurrency=PARALLEL_PARTS,
                )

        self.page("", "", 1)  # stale keys are found out and replaced here
        self._connection.call(act)
        return self.head(key)

    def read(self, key: str, span: tuple[int, int] | None, if_match: str | None) -> tuple[bytes, Mapping[str, str]]:
        options = _options(span, if_match)

        def act(store: "S3Store") -> tuple[bytes, Mapping[str, str]]:
            with translated(key):
                return _read(store, key, options)

        return self._connection.call(act)

    def stream(self, key: str, if_match: str | None) -> Opened:
        def act(store: "S3Store") -> "GetResult":
            import obstore

            with translated(key):
                return obstore.get(store, key, options=_options(None, if_match))

        opened = self._connection.call(act)
        return Opened(_known(opened), _pieces(key, opened))

    def head(self, key: str) -> ObjectInfo:
        return self._connection.call(lambda store: _head(store, key))

    def delete(self, key: str) -> None:
        self._delete(key, key)

    def delete_many(self, keys: Sequence[str]) -> Sequence[str]:
        try:
            self._delete(keys[0], list(keys))
        except Throttled:  # obstore does not say which are gone; deleting again is right
            return keys
        return ()

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        def act(store: "S3Store") -> list[ObjectInfo]:
            import obstore

            with translated(prefix):
                listing = obstore.list(store, prefix or None, offset=after or None, chunk_size=wanted + 1)
                return [_info(found) for found in next(listing, []) if found["path"] != MARK][:wanted]

        return self._connection.call(act)

    def copy(self, source: str, target: str) -> None:
        def act(store: "S3Store") -> None:
            import obstore

            with translated(source):
                obstore.copy(store, source, target)

        self._connection.call(act)

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl:
        """Sign with keys that live long enough (those of the client may be near their end)."""
        keys, now = self._fetch(expires_in_s), self._clock.now()
        expires_at = now + timedelta(seconds=expires_in_s)
        url = signed(
            method,
            f"{self._bucket.address}/{quote(key, safe='/~')}",
            keys,
            region=self._bucket.region,
            now=now,
            expires_in_s=expires_in_s,
            query=None if download_name is None else {"response-content-disposition": disposition(download_name)},
        )
        return SignedUrl(url, {}, min(expires_at, keys.expires_at or expires_at))

    def _delete(self, key: str, keys: str | list[str]) -> None:
        def act(store: "S3Store") -> None:
            import obstore

            with translated(key):
                obstore.delete(store, keys)

        self._connection.call(act)


def _read(store: "S3Store", key: str, options: "GetOptions") -> tuple[bytes, Mapping[str, str]]:
    import obstore
    from obstore.exceptions import GenericError

    try:
        found = obstore.get(store, key, options=options)
        return found.bytes().to_bytes(), _known(found).metadata
    except GenericError as error:
        if "<Code>InvalidRange</Code>" in str(error):  # the object ends before the range begins
            return b"", {}
        raise


def _head(store: "S3Store", key: str) -> ObjectInfo:
    """Ask for no bytes; a refusal of that says nothing of its reason, so one byte is asked for then."""
    import obstore

    try:
        with translated(key):
            return _known(obstore.get(store, key, options={"head": True}))
    except Forbidden:
        with translated(key):
            return _known(obstore.get(store, key, options={"range": (0, 1)}))


def _options(span: tuple[int, int] | None, if_match: str | None) -> "GetOptions":
    options: GetOptions = {}
    if span is not None:
        options["range"] = span
    if if_match is not None:
        options["if_match"] = if_match
    return options


def _pieces(key: str, opened: "GetResult") -> Iterator[bytes]:
    with translated(key):
        yield from opened.stream(min_chunk_size=PART_BYTES)


def _attributes(content_type: str, metadata: Mapping[str, str]) -> dict[str, str]:
    """S3 keeps ASCII in metadata, so any other character is percent-encoded."""
    return {"Content-Type": content_type, **{name: quote(value, safe=_PLAIN) for name, value in metadata.items()}}


def _known(found: "GetResult") -> ObjectInfo:
    attributes = {name.lower(): value for name, value in found.attributes.items()}
    kind = attributes.pop("content-type", "")
    return _info(found.meta, kind, {name: unquote(value) for name, value in attributes.items()})


def _info(found: "ObjectMeta", content_type: str = "", metadata: Mapping[str, str] | None = None) -> ObjectInfo:
    return ObjectInfo(
        found["path"], found["size"], found["e_tag"] or "", found["last_modified"], content_type, metadata or {}
    )
