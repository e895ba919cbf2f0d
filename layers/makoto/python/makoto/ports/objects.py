"""Objects (files) of one tenant: the portable class over every store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from makoto.domain import Page
from makoto.ports.cursors import Cursors, fingerprint
from makoto.ports.object_bodies import Parcel, checked, digest
from makoto.ports.object_rules import (
    checked_key,
    checked_metadata,
    checked_prefix,
    checked_range,
    checked_seconds,
    checked_sum,
    checked_type,
    refused,
)
from makoto.ports.object_store import (
    CHECKSUM,
    Body,
    Corrupted,
    Deleted,
    Method,
    ObjectChanged,
    ObjectExists,
    ObjectInfo,
    ObjectLimits,
    ObjectNotFound,
    ObjectsDriver,
    Opened,
    SignedUrl,
)

__all__ = [
    "CHECKSUM",
    "MAX_LIMIT",
    "Body",
    "Corrupted",
    "Deleted",
    "Method",
    "ObjectChanged",
    "ObjectExists",
    "ObjectInfo",
    "ObjectLimits",
    "ObjectNotFound",
    "Objects",
    "ObjectsDriver",
    "Opened",
    "SignedUrl",
]

MAX_LIMIT = 1000
_PAST_A_FOLDER = "/\U0010ffff"  # no key that the rules allow holds this character


@dataclass(frozen=True, slots=True)
class Objects:
    """Read and write a tenant's objects; rules, paging, checksums and wording are here, once."""

    driver: ObjectsDriver
    cursors: Cursors

    def upload(
        self,
        key: str,
        body: Body,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None = None,
        when_absent: bool = False,
        if_match: str | None = None,
        sha256: str = "",
    ) -> ObjectInfo:
        """Store an object whole or not at all, a stream in constant memory.

        `ObjectExists` under `when_absent`, `ObjectChanged` under `if_match` (an etag); both take at most the driver's
        `max_single_put_bytes`, since a store decides them in one request only. `sha256`, where it is given, must be
        the body's (`Corrupted`, and nothing is stored). The checksum is kept with the object, but for a long stream
        that cannot be read twice and whose checksum was not given: then it is in the answer only.
        """
        checked_key(key)
        self._check_conditions(when_absent, if_match)
        kind, labels = checked_type(content_type), checked_metadata(metadata or {})
        parcel = Parcel.of(body, self.driver.limits.max_single_put_bytes)
        if sha256 and parcel.sha256 not in ("", checked_sum(sha256)):
            raise Corrupted(key)
        kept = sha256 or parcel.sha256
        if kept:
            labels[CHECKSUM] = kept
        if parcel.rest is None:
            return _told(
                self.driver.put(key, parcel.head, kind, labels, when_absent=when_absent, if_match=if_match), kept
            )
        if when_absent or if_match is not None:
            most = self.driver.limits.max_single_put_bytes
            raise refused("/body", "size", f"a conditional upload has at most {most} bytes")
        return self._upload_stream(key, parcel, kind, labels)

    def download(
        self,
        key: str,
        *,
        range: tuple[int, int] | None = None,  # noqa: A002  the HTTP term
        if_match: str | None = None,
        verify: bool = True,
    ) -> bytes:
        """Read an object, or the bytes `start <= i < end` of it; past its end there are none.

        A whole object is checked against the checksum that was kept with it (`Corrupted`).
        """
        span = checked_range(range)
        body, metadata = self.driver.read(checked_key(key), span, if_match)
        kept = metadata.get(CHECKSUM, "")
        if verify and span is None and kept and digest(body) != kept:
            raise Corrupted(key)
        return body

    def stream(self, key: str, *, if_match: str | None = None, verify: bool = True) -> Iterator[bytes]:
        """Read an object piece by piece in constant memory; all pieces are of one version.

        `Corrupted` comes in place of the end: use nothing of what was read before the iterator is exhausted.
        """
        opened = self.driver.stream(checked_key(key), if_match)
        kept = opened.info.metadata.get(CHECKSUM, "")
        return checked(key, opened.pieces, kept) if verify and kept else opened.pieces

    def head(self, key: str) -> ObjectInfo:
        """Read what is known of an object."""
        return _told(self.driver.head(checked_key(key)))

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        self.driver.delete(checked_key(key))

    def delete_many(self, keys: Sequence[str]) -> Deleted:
        """Remove many; one that is not there counts as removed, and what the store did not take is `failed`."""
        wanted = list(dict.fromkeys(map(checked_key, keys)))
        size = self.driver.limits.max_batch_delete
        batches = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        failed = {key for batch in batches for key in self.driver.delete_many(batch)}
        return Deleted(tuple(key for key in wanted if key not in failed), tuple(key for key in wanted if key in failed))

    def list(self, prefix: str = "", *, limit: int = 100, cursor: str | None = None) -> Page[ObjectInfo]:
        """List the objects under a prefix (empty, or ending in a slash) in the order of their keys' bytes."""
        name, after = self._asked("objects", prefix, limit, cursor)
        found = self.driver.page(prefix, after, limit + 1)
        more = self.cursors.issue(found[limit - 1].key, query=name) if len(found) > limit else None
        return Page(items=tuple(found[:limit]), next_cursor=more)

    def folders(self, prefix: str = "", *, limit: int = 100, cursor: str | None = None) -> Page[str]:
        """List the folders just below a prefix, each ending in a slash, in order; costs a request a folder or file."""
        name, after = self._asked("folders", prefix, limit, cursor)
        found: list[str] = []
        while len(found) <= limit and (first := self.driver.page(prefix, after, 1)):
            folder, slash, _ = first[0].key.removeprefix(prefix).partition("/")
            after = prefix + folder + (_PAST_A_FOLDER if slash else "")
            found += [prefix + folder + slash] if slash else []
        more = self.cursors.issue(found[limit - 1][:-1] + _PAST_A_FOLDER, query=name) if len(found) > limit else None
        return Page(items=tuple(found[:limit]), next_cursor=more)

    def copy(self, source: str, target: str) -> None:
        """Copy within the store, with type and metadata, over whatever is at the target."""
        self.driver.copy(checked_key(source), checked_key(target))

    def signed_url(
        self, key: str, *, method: Method = "GET", expires_in_s: int, download_name: str | None = None
    ) -> SignedUrl:
        """Make an address that lets its holder read or write this one object; the object need not exist."""
        checked_seconds(expires_in_s, self.driver.limits.max_signed_s)
        if download_name is not None and method != "GET":
            raise refused("/download_name", "method", "only a download has a name")
        return self.driver.sign(checked_key(key), method, expires_in_s, download_name)

    def _check_conditions(self, when_absent: bool, if_match: str | None) -> None:
        limits = self.driver.limits
        if when_absent and if_match is not None:
            raise refused("/if_match", "exclusive", "an object is either absent or of a version")
        if when_absent and not limits.creates_once:
            raise refused("/when_absent", "declared", "this store cannot tell whether an object is absent")
        if if_match is not None and not limits.replaces_version:
            raise refused("/if_match", "declared", "this store cannot replace one version only")

    def _upload_stream(self, key: str, parcel: Parcel, kind: str, labels: dict[str, str]) -> ObjectInfo:
        assert parcel.rest is not None
        sums: list[str] = []
        pieces = checked(key, self._bounded(parcel.head, parcel.rest), labels.get(CHECKSUM, ""), sums.append)
        return _told(self.driver.put_stream(key, pieces, kind, labels), *sums)

    def _bounded(self, head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        sent, most = len(head), self.driver.limits.max_object_bytes
        yield head
        for piece in rest:
            sent += len(piece)
            if sent > most:
                raise refused("/body", "size", f"an object has at most {most} bytes")
            yield piece

    def _asked(self, kind: str, prefix: str, limit: int, cursor: str | None) -> tuple[str, str]:
        """Name a listing for its cursors, and say past which key it goes on."""
        checked_prefix(prefix)
        if not 1 <= limit <= MAX_LIMIT:
            raise refused("/limit", "range", f"a page has 1 to {MAX_LIMIT} entries")
        name = fingerprint(kind, prefix)
        return name, "" if cursor is None else self.cursors.read(cursor, query=name)


def _told(info: ObjectInfo, sha256: str = "") -> ObjectInfo:
    """Move the kept checksum from the metadata to its own field."""
    metadata = dict(info.metadata)
    kept = metadata.pop(CHECKSUM, "")
    return replace(info, metadata=metadata, sha256=sha256 or kept)
