"""Use cases of telemetry: store, ask, take out, bring in, keep tidy."""

from functions.telemetry.export import export_history
from functions.telemetry.ingest import Ingested, quarantine_messages, store_messages
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
    "Ingested",
    "export_history",
    "post_message",
    "quarantine_messages",
    "read_alarms",
    "read_births",
    "read_counters",
    "read_history",
    "read_latest",
    "read_quarantine",
    "read_states",
    "store_messages",
]
