"""Use cases of telemetry: store, ask, take out, bring in, keep tidy."""

from functions.telemetry.compaction import Compacted, CompactionPorts, compact_history
from functions.telemetry.derived import delete_derived, list_derived, put_derived
from functions.telemetry.export import export_history
from functions.telemetry.imports import read_import, receive_part, start_import
from functions.telemetry.ingest import Ingested, quarantine_messages, store_messages
from functions.telemetry.ingress import send_piece
from functions.telemetry.listing import (
    read_alarms,
    read_births,
    read_counters,
    read_latest,
    read_quarantine,
    read_states,
)
from functions.telemetry.posting import post_message
from functions.telemetry.query import read_history
from functions.telemetry.series import preview_derived, read_series

__all__ = [
    "Compacted",
    "CompactionPorts",
    "Ingested",
    "compact_history",
    "delete_derived",
    "export_history",
    "list_derived",
    "post_message",
    "preview_derived",
    "put_derived",
    "quarantine_messages",
    "read_alarms",
    "read_births",
    "read_counters",
    "read_history",
    "read_import",
    "read_latest",
    "read_quarantine",
    "read_series",
    "read_states",
    "receive_part",
    "send_piece",
    "start_import",
    "store_messages",
]
