"""The file as it was sent, piece by piece: kept a month, and what its checksum is computed of."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

from functions.telemetry import keys
from functions.telemetry.import_record import ImportRecord
from functions.telemetry.manifest import every
from makoto.errors import FieldError, Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import Key, Put, Query

FOLDER = "imports/"
CSV = "text/csv"
PARALLEL = 8


class OtherContent(Invalid):
    """What arrived is not the file that was announced."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that one request sent and that were taken."""

    key: str
    offset: int
    body: bytes

    def put(self, record: ImportRecord) -> Put:
        """Name it among the pieces of its import."""
        key = Key(keys.partition_of(record.device), f"{_pieces_of(record)}{self.offset:015d}")
        return Put(key, {"object": self.key, "bytes": len(self.body)}, expires_at=record.expires_at)


def piece_of(record: ImportRecord, body: bytes, tenant: TenantContext) -> Piece:
    """Make the next piece; the id keeps apart what two requests send for one place."""
    offset = record.next_offset
    return Piece(f"{FOLDER}{record.import_id}/{offset:015d}.{tenant.ids.ulid()}.csv", offset, body)


def check_content(record: ImportRecord, last: Piece, tenant: TenantContext) -> None:
    """Compute the checksum of all pieces before the last one is stored.

    A hash cannot be carried from one request to the next, so the pieces are read once more.
    """
    digest = sha256()
    for body in _stored(record, tenant):
        digest.update(body)
    digest.update(last.body)
    if digest.hexdigest() != record.sha256:
        rule = FieldError("/sha256", "content", f"the checksum of what arrived is {digest.hexdigest()}")
        raise OtherContent(
            "what arrived is not the file that was announced; its last part is not stored", errors=[rule]
        )


def _stored(record: ImportRecord, tenant: TenantContext) -> Iterator[bytes]:
    prefix = _pieces_of(record)
    sent = Query(keys.partition_of(record.device), prefix, end=f"{prefix}{record.next_offset:015d}", limit=1000)
    objects = [str(document.data["object"]) for document in every(sent, tenant)]
    with ThreadPoolExecutor(PARALLEL) as pool:
        for start in range(0, len(objects), PARALLEL):
            yield from pool.map(tenant.objects.download, objects[start : start + PARALLEL])


def _pieces_of(record: ImportRecord) -> str:
    return f"{keys.prefix_of('piece')}{record.import_id}#"
