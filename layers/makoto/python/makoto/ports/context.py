"""One tenant's world, as a use case receives it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from makoto.domain import Principal, TenantRecord
from makoto.ports.clock import Clock
from makoto.ports.documents import Documents, Write
from makoto.ports.ids import Ids
from makoto.ports.objects import Objects
from makoto.ports.outbox import Fact, Handled, Outbox
from makoto.ports.secrets import Secrets
from makoto.ports.wakes import NoWakes, Wakes

if TYPE_CHECKING:
    from makoto.ports.masters import Masters


@dataclass(frozen=True, slots=True)
class TenantStores:
    """What a cloud opens for one tenant."""

    documents: Documents
    objects: Objects
    secrets: Secrets


@dataclass(frozen=True)
class TenantContext:
    """Everything a use case may touch, already bound to this one tenant; no principal where no person acts.

    `handled` is the event that the context was opened for.
    """

    record: TenantRecord
    principal: Principal | None
    documents: Documents
    objects: Objects
    secrets: Secrets
    clock: Clock
    ids: Ids
    correlation_id: str
    wakes: Wakes = field(default_factory=NoWakes)
    handled: Handled | None = None

    def commit(self, writes: Sequence[Write], facts: Sequence[Fact] = ()) -> None:
        """Do the writes and tell the facts as one, once for an event; see `Outbox.commit`."""
        outbox = Outbox(self.tenant_id, self.documents, self.wakes, self.clock, self.correlation_id)
        outbox.commit(writes, facts, self.handled)

    @property
    def masters(self) -> "Masters":
        """The tenant's master data, to read."""
        from makoto.ports.masters import Masters  # 12 ms of classes that only the factory's domains need

        return Masters(self.documents)

    @property
    def tenant_id(self) -> str:
        return self.record.tenant_id
