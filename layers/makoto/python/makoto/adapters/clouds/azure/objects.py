"""Objects in a blob container of one tenant."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from makoto.adapters.clouds.azure.blob_client import BlobClient
from makoto.adapters.clouds.azure.blob_values import attributes_of, info_of, listed, metadata_of, signed
from makoto.adapters.clouds.azure.errors import translated, translated_object
from makoto.errors import Forbidden, NotFound, Unavailable
from makoto.ports.clock import Clock
from makoto.ports.connection import Connection
from makoto.ports.objects import (
    Method,
    ObjectChanged,
    ObjectInfo,
    ObjectLimits,
    ObjectNotFound,
    Opened,
    SignedUrl,
)

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient
    from obstore import GetOptions, GetResult, PutMode
    from obstore.store import AzureStore

PART_BYTES = 8 << 20
PARALLEL_PARTS = 4
LIMITS = ObjectLimits(
    max_object_bytes=50_000 * PART_BYTES,
    max_single_put_bytes=PART_BYTES,
    max_signed_s=3300,
    max_batch_delete=256,
    checks_bodies=False,  # obstore sends no Content-MD5; the checksum kept with the object is checked when it is read
    holds_tenant_key=False,  # a storage account encrypts with its own key or the one its owner set for all of it
)
PAST_A_FOLDER = "\U0010ffff"
PAST_THE_END = ("<Code>InvalidRange</Code>", "StartTooLarge")
COPIED_WITHIN_S = 60.0
_Result = TypeVar("_Result")


class BlobObjects:
    """One container. A body longer than 8 MiB goes up in blocks, four at a time, 32 MiB in memory.

    Blocks of an upload that breaks are never listed and Azure removes them after a week.
    """

    limits = LIMITS

    def __init__(self, connection: Connection[BlobClient], clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

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
        attributes = attributes_of(content_type, metadata)

        def act(store: "AzureStore") -> str:
            import obstore

            answer = obstore.put(store, key, body, attributes=attributes, mode=mode, use_multipart=False)
            return answer["e_tag"] or ""

        try:
            etag = self._carry(key, act)
        except ObjectNotFound as error:
            raise ObjectChanged(key) from error
        return ObjectInfo(key, len(body), etag, self._clock.now(), content_type, dict(metadata))

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        bodies = iter([body])  # what was sent once cannot be sent again with another token
        attributes = attributes_of(content_type, metadata)

        def act(store: "AzureStore") -> None:
            import obstore

            pieces = next(bodies, None)
            if pieces is None:
                raise Unavailable("the storage account refused the token halfway through an upload")
            obstore.put(
                store, key, pieces, attributes=attributes, chunk_size=PART_BYTES, max_concurrency=PARALLEL_PARTS
            )

        self._carry(key, act)
        return self.head(key)

    def read(self, key: str, span: tuple[int, int] | None, if_match: str | None) -> tuple[bytes, Mapping[str, str]]:
        return self._carry(key, lambda store: _read(store, key, _options(span, if_match)))

    def stream(self, key: str, if_match: str | None) -> Opened:
        def act(store: "AzureStore") -> "GetResult":
            import obstore

            return obstore.get(store, key, options=_options(None, if_match))

        opened = self._carry(key, act)
        return Opened(info_of(opened), _pieces(key, opened))

    def head(self, key: str) -> ObjectInfo:
        """Ask for no bytes; a refusal of that says nothing of its reason, so one byte is asked for then."""
        try:
            return self._carry(key, lambda store: _known(store, key, {"head": True}))
        except Forbidden:
            return self._carry(key, lambda store: _known(store, key, {"range": (0, 1)}))

    def delete(self, key: str) -> None:
        def act(admin: "ContainerClient") -> None:
            admin.delete_blob(key)

        try:
            self._administer(act, writing=True)
        except NotFound:
            return

    def delete_many(self, keys: Sequence[str]) -> Sequence[str]:
        def act(admin: "ContainerClient") -> list[bool]:
            return [_is_gone(answer) for answer in admin.delete_blobs(*keys, raise_on_any_failure=False)]

        answers = self._administer(act, writing=True)
        return [key for key, is_gone in zip(keys, answers, strict=True) if not is_gone]

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        """List from a key on, which the service includes; none of a folder whose end was asked for."""
        passed = after.removesuffix(PAST_A_FOLDER)

        def is_past(key: str) -> bool:
            return key != after if passed == after else not key.startswith(passed)

        def act(admin: "ContainerClient") -> list[ObjectInfo]:
            found: list[ObjectInfo] = []
            for blob in admin.list_blobs(prefix or None, results_per_page=wanted + 1, start_from=after or None):
                found += [listed(blob)] if is_past(blob.name) else []
                if len(found) == wanted:
                    break
            return found

        return self._administer(act)

    def copy(self, source: str, target: str) -> None:
        def act(admin: "ContainerClient") -> None:
            origin = f"{admin.url}/{quote(source, safe='/~')}"
            copied = admin.get_blob_client(target)
            state: str | None = str(copied.start_copy_from_url(origin)["copy_status"])
            deadline = time.monotonic() + COPIED_WITHIN_S
            while state == "pending" and time.monotonic() < deadline:
                time.sleep(0.2)
                state = copied.get_blob_properties().copy.status
            if state != "success":
                raise Unavailable("the storage account did not finish a copy")

        try:
            self._administer(act, writing=True)
        except NotFound as error:
            raise ObjectNotFound(source) from error

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl:
        """Sign in the application's name, with a key that is asked for a few times a day."""
        now = self._clock.now()
        expires_at = now + timedelta(seconds=expires_in_s)

        def act(client: BlobClient) -> SignedUrl:
            client.source.current()
            return signed(client.container, client.delegation(now, expires_at), key, method, expires_at, download_name)

        return self._connection.call(act)

    def _carry(self, key: str, act: "Callable[[AzureStore], _Result]") -> _Result:
        """Do an act of obstore; the token is asked for before, where its refusal is told as what it is."""

        def carried(client: BlobClient) -> _Result:
            client.source.current()
            with translated_object(key):
                return act(client.store)

        return self._connection.call(carried)

    def _administer(self, act: "Callable[[ContainerClient], _Result]", *, writing: bool = False) -> _Result:
        def administered(client: BlobClient) -> _Result:
            client.source.current()
            with translated(writing=writing):
                return act(client.admin)

        return self._connection.call(administered)


def _is_gone(answer: Any) -> bool:  # a part of a batch's answer, which the SDK does not type
    return bool(answer.status_code == 202 or answer.headers.get("x-ms-error-code") == "BlobNotFound")


def _read(store: "AzureStore", key: str, options: "GetOptions") -> tuple[bytes, Mapping[str, str]]:
    import obstore
    from obstore.exceptions import GenericError

    try:
        found = obstore.get(store, key, options=options)
        return found.bytes().to_bytes(), metadata_of(found.attributes)
    except GenericError as error:
        if any(sign in str(error) for sign in PAST_THE_END):
            return b"", {}
        raise


def _known(store: "AzureStore", key: str, options: "GetOptions") -> ObjectInfo:
    import obstore

    return info_of(obstore.get(store, key, options=options))


def _options(span: tuple[int, int] | None, if_match: str | None) -> "GetOptions":
    options: GetOptions = {}
    if span is not None:
        options["range"] = span
    if if_match is not None:
        options["if_match"] = if_match
    return options


def _pieces(key: str, opened: "GetResult") -> Iterator[bytes]:
    with translated_object(key):
        yield from opened.stream(min_chunk_size=PART_BYTES)
