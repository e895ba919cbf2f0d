"""Facts to the platform's EventBridge bus."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.ports.publisher import Refusal
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MOST_ENTRIES = 10  # of PutEvents
MOST_BYTES = 262_144  # of one PutEvents, all entries together
BUSY = frozenset({"InternalException", "InternalFailure", "ServiceUnavailable", "ThrottlingException"})
FINAL = frozenset({"InvalidArgument", "MalformedDetail", "ValidationException"})


class NotPublished(Unavailable):
    """The bus did not take every event."""


class EventBridgePublisher:
    """One bus; the whole envelope is the event's detail."""

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        refused = self.deliver(envelopes)
        if refused:
            raise NotPublished(f"the bus refused {len(refused)} of {len(envelopes)} events")

    def deliver(self, envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        refusals: list[Refusal] = []
        batch: list[Envelope] = []
        room = MOST_BYTES
        for envelope in envelopes:
            size = _size(envelope)
            if size > MOST_BYTES:
                refusals.append(Refusal(envelope.id, f"the event has {size} of {MOST_BYTES} bytes", is_final=True))
                continue
            if size > room or len(batch) == MOST_ENTRIES:
                refusals += self._put(batch)
                batch, room = [], MOST_BYTES
            batch.append(envelope)
            room -= size
        return [*refusals, *self._put(batch)] if batch else refusals

    def _put(self, batch: Sequence[Envelope]) -> Sequence[Refusal]:
        with translated():
            answer = self._client.put_events(Entries=[self._entry(envelope) for envelope in batch])
        codes = [str(entry.get("ErrorCode", "")) for entry in answer["Entries"]]
        if all(code in BUSY for code in codes):
            raise NotPublished("the bus is busy")
        pairs = zip(batch, codes, strict=True)
        return [Refusal(envelope.id, code, is_final=code in FINAL) for envelope, code in pairs if code]

    def _entry(self, envelope: Envelope) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._bus,
            "Source": envelope.source,
            "DetailType": envelope.detail_type,
            "Detail": envelope.model_dump_json(),
            "Time": envelope.occurred_at,
        }


def _size(envelope: Envelope) -> int:
    """Count as AWS does: 14 bytes for the time, and the texts.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    """
    texts = (envelope.source, envelope.detail_type, envelope.model_dump_json())
    return 14 + sum(len(text.encode()) for text in texts)


def connect(settings: RuntimeSettings) -> EventBridgePublisher:
    """Use the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return EventBridgePublisher(platform_client("events"), settings.bus_name)
