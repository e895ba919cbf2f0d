"""Opaque, signed positions in a listing."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from makoto.errors import FieldError, Invalid
from makoto.ports.ids import Ids
from makoto.ports.secrets import Secrets

KEY_NAME = "cursor-key"

_MAC_BYTES = 16
_MAX_CHARS = 8192


class CursorRefused(Invalid):
    """The cursor was not issued for this listing of this tenant."""

    def __init__(self) -> None:
        rule = FieldError("/cursor", "cursor", "take it unchanged from the page before, with the same query")
        super().__init__("the cursor does not belong to this query", errors=[rule])


@dataclass(frozen=True, slots=True)
class Cursors:
    """Issue and read cursors of one tenant; the key is fetched when a cursor is first needed."""

    tenant_id: str
    key: Callable[[], bytes] = field(repr=False)

    @classmethod
    def of_tenant(cls, tenant_id: str, secrets: Secrets, ids: Ids) -> Self:
        """Make cursors whose key lies among the tenant's own secrets, made when it is first needed."""

        def key() -> bytes:
            return bytes.fromhex(secrets.get_or_create(KEY_NAME, lambda: ids.random(32).hex()).reveal())

        return cls(tenant_id, key)

    def issue(self, position: str, *, query: str) -> str:
        """Seal a position to the query it was reached by."""
        payload = json.dumps([1, position], ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._mac(payload, query) + payload).rstrip(b"=").decode()

    def read(self, cursor: str, *, query: str) -> str:
        """Open a cursor; one of another query or tenant is `CursorRefused`."""
        sealed = _decoded(cursor)
        mac, payload = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, query)):
            raise CursorRefused
        return str(json.loads(payload)[1])

    def _mac(self, payload: bytes, query: str) -> bytes:
        sealed = json.dumps([self.tenant_id, query]).encode() + b"\n" + payload
        return hmac.digest(self.key(), sealed, "sha256")[:_MAC_BYTES]


def fingerprint(*parts: object) -> str:
    """Name a query by what it asks; the page size is left out, so that it may change between pages."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _decoded(cursor: str) -> bytes:
    if len(cursor) > _MAX_CHARS or not cursor.isascii():
        raise CursorRefused
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise CursorRefused from error
