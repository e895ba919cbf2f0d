"""Facts to the platform's EventBridge bus."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MOST_ENTRIES = 10  # of PutEvents


class NotPublished(Unavailable):
    """The bus did not take every event."""


class EventBridgePublisher:
    """One bus; the whole envelope is the event's detail."""

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        for start in range(0, len(envelopes), MOST_ENTRIES):
            entries = [self._entry(envelope) for envelope in envelopes[start : start + MOST_ENTRIES]]
            with translated():
                failed = self._client.put_events(Entries=entries)["FailedEntryCount"]
            if failed:
                raise NotPublished(f"the bus refused {failed} of {len(entries)} events")

    def _entry(self, envelope: Envelope) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._bus,
            "Source": envelope.source,
            "DetailType": envelope.detail_type,
            "Detail": envelope.model_dump_json(),
            "Time": envelope.occurred_at,
        }


def connect(settings: RuntimeSettings) -> EventBridgePublisher:
    """Use the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return EventBridgePublisher(platform_client("events"), settings.bus_name)
