"""Use cases of telemetry: store, ask, take out, bring in, keep tidy."""

from functions.telemetry.ingest import Ingested, quarantine_messages, store_messages
from functions.telemetry.query import read_history

__all__ = ["Ingested", "quarantine_messages", "read_history", "store_messages"]
