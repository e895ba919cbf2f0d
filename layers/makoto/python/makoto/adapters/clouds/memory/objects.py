"""Objects in a dictionary."""

import hashlib
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote, urlencode

from makoto.ports.clock import Clock
from makoto.ports.objects import (
    Method,
    ObjectChanged,
    ObjectExists,
    ObjectInfo,
    ObjectLimits,
    ObjectNotFound,
    Opened,
    SignedUrl,
)

LIMITS = ObjectLimits(max_object_bytes=1 << 30, max_single_put_bytes=8 << 20, max_signed_s=3300)
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Stored:
    info: ObjectInfo
    body: bytes


class MemoryObjects:
    """One tenant's objects; every method is atomic under one lock."""

    limits = LIMITS

    def __init__(self, tenant_id: str, clock: Clock) -> None:
        self._tenant_id = tenant_id
        self._clock = clock
        self._objects: dict[str, _Stored] = {}
        self._ordered: list[str] | None = None
        self._lock = threading.RLock()

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
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        info = ObjectInfo(key, len(body), etag, self._clock.now(), content_type, dict(metadata))
        with self._lock:
            if when_absent and key in self._objects:
                raise ObjectExists(key)
            if if_match is not None and (key not in self._objects or self._objects[key].info.etag != if_match):
                raise ObjectChanged(key)
            self._store(key, _Stored(info, body))
        return info

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        return self.put(key, b"".join(body), content_type, metadata)

    def read(self, key: str, span: tuple[int, int] | None, if_match: str | None) -> tuple[bytes, Mapping[str, str]]:
        found = self._stored(key, if_match)
        return found.body if span is None else found.body[span[0] : span[1]], found.info.metadata

    def stream(self, key: str, if_match: str | None) -> Opened:
        found = self._stored(key, if_match)
        starts = range(0, len(found.body), _PIECE_BYTES)
        return Opened(found.info, (found.body[start : start + _PIECE_BYTES] for start in starts))

    def head(self, key: str) -> ObjectInfo:
        return self._stored(key).info

    def delete(self, key: str) -> None:
        with self._lock:
            if self._objects.pop(key, None) is not None:
                self._ordered = None

    def delete_many(self, keys: Sequence[str]) -> Sequence[str]:
        for key in keys:
            self.delete(key)
        return ()

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        with self._lock:
            if self._ordered is None:
                self._ordered = sorted(self._objects)
            first = bisect_right(self._ordered, max(prefix, after))
            keys = [key for key in self._ordered[first : first + wanted] if key.startswith(prefix)]
            return [replace(self._objects[key].info, content_type="", metadata={}) for key in keys]

    def copy(self, source: str, target: str) -> None:
        with self._lock:
            found = self._stored(source)
            copied = replace(found.info, key=target, modified_at=self._clock.now())
            self._store(target, _Stored(copied, found.body))

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl:
        expires_at = self._clock.now() + timedelta(seconds=expires_in_s)
        asked: dict[str, str | int] = {"method": method, "expires": int(expires_at.timestamp())}
        if download_name is not None:
            asked["download_name"] = download_name
        return SignedUrl(f"memory://{self._tenant_id}/{quote(key)}?{urlencode(asked)}", {}, expires_at)

    def _stored(self, key: str, if_match: str | None = None) -> _Stored:
        try:
            found = self._objects[key]
        except KeyError as error:
            raise ObjectNotFound(key) from error
        if if_match is not None and found.info.etag != if_match:
            raise ObjectChanged(key)
        return found

    def _store(self, key: str, stored: _Stored) -> None:
        if key not in self._objects:
            self._ordered = None
        self._objects[key] = stored
