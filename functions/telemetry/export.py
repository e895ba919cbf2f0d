"""Taking history out as a file."""

from contextlib import closing
from pathlib import Path

from functions.telemetry.manifest import HOUR_MS, entries_of
from functions.telemetry.model import AskExport, check_span
from functions.telemetry.views import Export
from makoto.domain import ms_from_instant
from makoto.errors import NotFound
from makoto.ports.context import TenantContext
from makoto.ports.history import History, Span, StoredFile

SIGNED_S = 900
_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


class NothingToExport(NotFound):
    """There are no readings in this time."""


def export_history(command: AskExport, tenant: TenantContext, history: History) -> Export:
    """Write readings into a file in the tenant's own bucket and sign an address to fetch it."""
    check_span(command.start, command.end)
    span = Span(command.metrics, ms_from_instant(command.start), ms_from_instant(command.end))
    files = _files(command.device, span, tenant)
    mine = history.of(tenant)
    name = f"{tenant.ids.ulid()}.{command.form}"
    target = mine.scratch(name)
    try:
        rows = mine.export(files, span, command.device, target, command.form) if files else 0
        if not rows:
            raise NothingToExport("there are no readings in this time")
        return _uploaded(target, f"exports/{name}", rows, command, tenant)
    finally:
        target.unlink(missing_ok=True)


def _files(device: str, span: Span, tenant: TenantContext) -> list[StoredFile]:
    entries = entries_of(device, span.start_ms // HOUR_MS, (span.end_ms - 1) // HOUR_MS, tenant)
    return [entry.file for entry in entries if entry.t_min < span.end_ms and entry.t_max >= span.start_ms]


def _uploaded(target: Path, key: str, rows: int, command: AskExport, tenant: TenantContext) -> Export:
    with closing(target.open("rb")) as body:
        stored = tenant.objects.upload(key, body, content_type=_TYPES[command.form])
    name = f"{command.device}_{command.start:%Y%m%dT%H%M%SZ}_{command.end:%Y%m%dT%H%M%SZ}.{command.form}"
    signed = tenant.objects.signed_url(key, expires_in_s=SIGNED_S, download_name=name)
    return Export(url=signed.url, expires_at=signed.expires_at.isoformat(), rows=rows, bytes=stored.bytes)
