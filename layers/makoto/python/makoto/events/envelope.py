"""What travels around an event; written and read by the runtime only."""

from typing import Any, Self
from uuid import NAMESPACE_URL, uuid5

from makoto.domain import Instant, TenantId, Value
from makoto.events.event import Event


class Envelope(Value):
    """An event with its identity.

    The id derives from (tenant, aggregate, version): publishing a fact twice gives one id, so a consumer's inbox
    sees that it is the same fact.
    """

    id: str
    tenant_id: TenantId
    occurred_at: Instant
    correlation_id: str
    aggregate: str
    version: int
    source: str
    detail_type: str
    data: dict[str, Any]  # the event's own JSON; its class is found by detail_type

    @classmethod
    def around(
        cls, event: Event, *, tenant_id: str, aggregate: str, version: int, occurred_at: Instant, correlation_id: str
    ) -> Self:
        """Wrap a fact about version `version` of `aggregate`."""
        return cls(
            id=str(uuid5(NAMESPACE_URL, f"makoto:{tenant_id}:{aggregate}:{version}:{event.detail_type()}")),
            tenant_id=tenant_id,
            occurred_at=occurred_at,
            correlation_id=correlation_id,
            aggregate=aggregate,
            version=version,
            source=event.source,
            detail_type=event.detail_type(),
            data=event.model_dump(mode="json"),
        )
