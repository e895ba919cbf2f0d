"""Bringing in recorded history: a CSV file in parts, each of which takes effect once.

A part is stored by one atomic write: the import's record, the piece of the file, and the manifest's entries of the
Parquet files written before. So a crash leaves all or nothing of a part, and one sent twice finds the record changed.
As much of a part is taken as one write holds; the answer says where to go on.

History only: neither the latest values nor the minutes' summaries change (a year of one value a minute would be half a
million documents). The entries say `summarised: False`, and a query reads such hours from their files.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from functions.telemetry import import_record, keys
from functions.telemetry.batch import HistoryFile
from functions.telemetry.import_files import files_of
from functions.telemetry.import_pieces import CSV, PARALLEL, Piece, check_content, piece_of
from functions.telemetry.import_record import ImportProgress, ImportRecord, PartAnswer
from functions.telemetry.manifest import Figures, entry_put
from functions.telemetry.model import StartImport, UnknownDevice
from makoto.codecs.csv_history import Bounds, Layout, Taken, read_part
from makoto.codecs.telemetry.rules import MOST_AHEAD_MS
from makoto.domain import DeviceId, ms_from_instant
from makoto.errors import Conflict, FieldError, Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, ConditionFailed, IfAbsent, Put, Write

MAX_TOTAL_BYTES = 1 << 30
"""What can be read again for the checksum within one request; longer recordings come as several files."""

MAX_PART_BYTES = 4_000_000
"""AWS Lambda takes 6 MB a request, and a part reaches it as Base64."""

MAX_HOURS = 45
"""Each has an entry and a mark in an atomic write of at most a hundred; the record and the piece are in it too."""

PARQUET = "application/vnd.apache.parquet"


class UnusablePart(Invalid):
    """The part is not some whole lines of the file."""


class OtherFile(Conflict):
    """A file with this checksum is being imported with another size: one of the two is wrong."""


def start_import(command: StartImport, tenant: TenantContext) -> ImportProgress:
    """Begin an import, or find it begun: the same content for the same device goes on where it stands."""
    if command.total_bytes > MAX_TOTAL_BYTES:
        rule = FieldError("/total_bytes", "size", f"at most {MAX_TOTAL_BYTES} bytes; cut the file into several")
        raise Invalid("the file is too large", errors=[rule])
    _require_device(command.device, tenant)
    record = import_record.begun(command, tenant.clock.now())
    _sign(record, tenant)
    put = record.put(IfAbsent())
    try:
        tenant.documents.put(put.key, put.data, when=put.when, expires_at=put.expires_at)
    except ConditionFailed:
        record, _ = import_record.load(record.import_id, tenant)
    if record.total_bytes != command.total_bytes:
        rule = FieldError("/total_bytes", "size", f"{record.total_bytes} when the import was begun")
        raise OtherFile("the size is not that of the import of this checksum", errors=[rule])
    return record.progress()


def read_import(import_id: str, tenant: TenantContext) -> ImportProgress:
    """Tell how far an import is."""
    record, _ = import_record.load(import_id, tenant)
    return record.progress()


def receive_part(import_id: str, offset: int, body: bytes, tenant: TenantContext) -> PartAnswer:
    """Store the readings of whole lines of the file that begin at `offset`; the last part again changes nothing."""
    record, unchanged = import_record.load(import_id, tenant)
    if repeated := record.repeated(offset, body):
        return repeated
    record.check_offset(offset)
    _check_part(record, body)
    record, taken = _read(record, body, tenant)
    piece = piece_of(record, body[: taken.bytes], tenant)
    after, answer = record.after(taken, piece.body, tenant.clock.now())
    if after.status == "complete":
        check_content(record, piece, tenant)
    files = list(files_of(taken.rows, import_id, record.next_line))
    try:
        _store(after, unchanged, piece, files, tenant)
    except ConditionFailed:
        return _answer_of_another(import_id, offset, body, tenant)
    return answer


def _sign(record: ImportRecord, tenant: TenantContext) -> None:
    """Let the import be found by its id; written before the import itself, and again when that is kept for ever."""
    sign = record.sign()
    tenant.documents.put(sign.key, sign.data, expires_at=sign.expires_at)


def _require_device(device: DeviceId, tenant: TenantContext) -> None:
    if tenant.documents.find(keys.registered_key(device)) is None:
        raise UnknownDevice(f"there is no device {device}")


def _check_part(record: ImportRecord, body: bytes) -> None:
    end = record.next_offset + len(body)
    if record.status == "complete":
        raise _unusable("complete", "the import is complete")
    if not 1 <= len(body) <= MAX_PART_BYTES:
        raise _unusable("size", f"a part has 1 to {MAX_PART_BYTES} bytes")
    if end > record.total_bytes:
        raise _unusable("size", f"the part goes beyond the end of the file at {record.total_bytes}")
    if end < record.total_bytes and not body.endswith(b"\n"):
        raise _unusable("whole_lines", "the part ends within a line")


def _read(record: ImportRecord, body: bytes, tenant: TenantContext) -> tuple[ImportRecord, Taken]:
    """Read the lines, and of the first part the header, which is a line of the file too."""
    latest_ms = ms_from_instant(tenant.clock.now()) + MOST_AHEAD_MS
    bounds = Bounds(record.device, latest_ms, MAX_HOURS)
    if record.columns:
        return record, read_part(body, Layout(record.columns), bounds, first_line=record.next_line)
    header = body[: body.find(b"\n") + 1 or len(body)]
    layout = Layout.from_header(header)
    taken = read_part(body[len(header) :], layout, bounds, first_line=2)
    whole = Taken(taken.rows, taken.rejected, taken.bytes + len(header), taken.lines + 1)
    return record.model_copy(update={"columns": layout.columns}), whole


def _store(
    record: ImportRecord, unchanged: Condition, piece: Piece, files: Sequence[HistoryFile], tenant: TenantContext
) -> None:
    named = [(tenant.ids.ulid(), file) for file in files]
    uploads = [(keys.object_key(record.device, file.hour, ulid), file.body, PARQUET) for ulid, file in named]

    def upload(key: str, body: bytes, content_type: str) -> None:
        tenant.objects.upload(key, body, content_type=content_type)

    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(upload, *zip((piece.key, piece.body, CSV), *uploads, strict=True)))
    entries = [_entry(record.device, ulid, file) for ulid, file in named]
    if record.status == "complete":
        _sign(record, tenant)
    stale = [Put(keys.stale_key(record.device, hour), {}) for hour in sorted({file.hour for file in files})]
    writes: list[Write] = [record.put(unchanged), piece.put(record), *entries, *stale]
    tenant.documents.atomic(writes)


def _entry(device: DeviceId, ulid: str, file: HistoryFile) -> Put:
    figures = Figures(file.rows, len(file.body), file.t_min, file.t_max)
    return entry_put(device, file.hour, ulid, figures, is_summarised=False)


def _answer_of_another(import_id: str, offset: int, body: bytes, tenant: TenantContext) -> PartAnswer:
    """Another request was faster: with the same part, or with another one."""
    record, _ = import_record.load(import_id, tenant)
    if repeated := record.repeated(offset, body):
        return repeated
    record.check_offset(offset)
    raise Conflict(f"import {import_id} was changed at the same time")


def _unusable(rule: str, detail: str) -> UnusablePart:
    return UnusablePart(detail, errors=[FieldError("/body", rule, detail)])
