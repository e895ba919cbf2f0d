"""Use cases of telemetry: store, ask, take out, bring in, keep tidy."""

from functions.telemetry.compaction import Compacted, CompactionPorts, compact_history
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

__all__ = [
    "Compacted",
    "CompactionPorts",
    "Ingested",
    "compact_history",
    "export_history",
    "post_message",
    "quarantine_messages",
    "read_alarms",
    "read_births",
    "read_counters",
    "read_history",
    "read_import",
    "read_latest",
    "read_quarantine",
    "read_states",
    "receive_part",
    "send_piece",
    "start_import",
    "store_messages",
]
