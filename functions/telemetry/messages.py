"""Device messages from the queue."""

from functions.telemetry import service
from makoto.runtime.messages import MessageDoor

door = MessageDoor("telemetry", store=service.store_messages, quarantine=service.quarantine_messages)
handler = door.handler
