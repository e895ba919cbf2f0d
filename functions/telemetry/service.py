"""Use cases of telemetry: store, ask, take out, bring in, keep tidy."""

from functions.telemetry.ingest import Ingested, quarantine_messages, store_messages

__all__ = ["Ingested", "quarantine_messages", "store_messages"]
