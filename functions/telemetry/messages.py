"""Device messages from the queue."""

from functions.telemetry import ingest
from makoto.runtime.messages import MessageDoor

door = MessageDoor("telemetry", store=ingest.store_messages, quarantine=ingest.quarantine_messages)
handler = door.handler
