"""What every object store can hold: keys, types and metadata that survive a move from one cloud to another."""

import re
from collections.abc import Mapping

from makoto.errors import FieldError, Invalid
from makoto.ports.portable import text_bytes

MAX_KEY_BYTES = 900
MAX_METADATA_BYTES = 1800
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE_IN_KEY = re.compile("[\x00-\x1f\x7f\U0010ffff" + r"\\{}^%`\[\]\"<>~#|?*]")
_METADATA_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_RESERVED = "makoto-"
_OWN_KEYS = ".makoto-"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTENT_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+(; ?[a-z-]+=[\w.-]+)*")


def checked_key(key: str) -> str:
    """Return a key that every store keeps as it is: segments that are not empty, `.` or `..`, joined by slashes."""
    if not 1 <= text_bytes(key) <= MAX_KEY_BYTES:
        raise refused("/key", "length", f"a key has 1 to {MAX_KEY_BYTES} bytes of UTF-8")
    if _UNSAFE_IN_KEY.search(key) or any(segment in ("", ".", "..") for segment in key.split("/")):
        raise refused("/key", "characters", 'no control characters, no \\{}^%`[]"<>~#|?*, no empty or dotted segment')
    if key.startswith(_OWN_KEYS):
        raise refused("/key", "reserved", f"keys that begin with {_OWN_KEYS} are the platform's")
    return key


def checked_prefix(prefix: str) -> str:
    """Return a prefix that names a folder; the empty one names all."""
    if not prefix:
        return prefix
    if not prefix.endswith("/"):
        raise refused("/prefix", "folder", "a prefix is empty or ends in a slash")
    checked_key(prefix[:-1])
    return prefix


def checked_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata whose values are any text without control characters."""
    for name, value in metadata.items():
        if not _METADATA_NAME.fullmatch(name):
            raise refused(f"/metadata/{name}", "name", "a name is lower-case letters, digits and hyphens")
        if name.startswith(_RESERVED):
            raise refused(f"/metadata/{name}", "reserved", f"names that begin with {_RESERVED} are the platform's")
        if _CONTROL.search(value):
            raise refused(f"/metadata/{name}", "characters", "a value has no control characters")
    if sum(len(name) + 3 * text_bytes(value) for name, value in metadata.items()) > MAX_METADATA_BYTES:
        raise refused("/metadata", "size", f"at most {MAX_METADATA_BYTES} bytes, a byte of a value counting three")
    return dict(metadata)


def checked_type(content_type: str) -> str:
    """Return a media type (RFC 9110)."""
    if len(content_type) > 200 or not _CONTENT_TYPE.fullmatch(content_type):
        raise refused("/content_type", "media-type", "a media type such as text/csv")
    return content_type


def checked_range(span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return a half-open range of bytes."""
    if span is not None and not 0 <= span[0] < span[1]:
        raise refused("/range", "range", "a range is start < end, from 0")
    return span


def checked_sum(sha256: str) -> str:
    """Return a checksum as it is kept."""
    if not _SHA256.fullmatch(sha256):
        raise refused("/sha256", "pattern", "64 lower-case hexadecimal digits")
    return sha256


def checked_seconds(seconds: int, most: int) -> int:
    """Return how long a signed address may live."""
    if not 1 <= seconds <= most:
        raise refused("/expires_in_s", "range", f"1 to {most} seconds")
    return seconds


def refused(pointer: str, rule: str, detail: str) -> Invalid:
    """Word a broken rule."""
    return Invalid(f"the object store cannot take this: {detail}", errors=[FieldError(pointer, rule, detail)])
