"""What the use cases of moves ask of the world."""

from collections.abc import Callable
from dataclasses import dataclass

from makoto.domain import AwsAccount, CloudAccount, TenantRecord
from makoto.ports.clock import Clock
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext, TenantStores
from makoto.ports.documents import Documents
from makoto.ports.ids import Ids
from makoto.ports.key_ring import KeyRing
from makoto.ports.move_entry import Direction, Move
from makoto.ports.move_store import MoveStore
from makoto.ports.provisioning import CloudProvisioner
from makoto.ports.publisher import EventPublisher
from makoto.ports.tenancy import TenancyStore
from makoto.ports.workflows import Workflows


@dataclass(frozen=True)
class MovesPorts:
    """The platform's ports; `stores` opens a record's stores without the gate that its writers pass.

    `seen_s` is within how long every process has seen a change of the record; `longest_write_s` how long a write that
    has passed the gate may last.
    """

    tenancy: TenancyStore
    moves: MoveStore
    configuration: Configuration
    provisioner: CloudProvisioner
    key_ring: KeyRing
    workflows: Workflows
    publisher: EventPublisher
    clock: Clock
    ids: Ids
    hosted: AwsAccount
    stores: Callable[[TenantRecord], TenantStores]
    seen_s: float
    longest_write_s: float
    reaches_other_regions: bool = False

    @property
    def pause_s(self) -> float:
        """After so long no write that was let through by the record before its change is still under way."""
        return self.seen_s + self.longest_write_s


@dataclass(frozen=True)
class Act:
    """Who does what, for the audit and the events."""

    action: str
    actor: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Leg:
    """From which stores to which; what was copied is noted beside the target's documents, whichever way data goes."""

    origin: TenantStores
    destination: TenantStores
    noted: Documents
    is_back: bool


@dataclass(frozen=True)
class Desk:
    """What one step of a move works with: its tenant's record, and the stores of both sides."""

    record: TenantRecord
    correlation_id: str
    ports: MovesPorts

    def at(self, cloud: CloudAccount) -> TenantRecord:
        """The tenant as if it worked in this cloud."""
        return self.record.model_copy(update={"cloud": cloud, "move": None})

    def leg(self, move: Move) -> "Leg":
        """The way that data takes at present."""
        source, target = self.ports.stores(self.at(move.source)), self.ports.stores(self.at(move.target))
        if move.direction is Direction.BACK:
            return Leg(target, source, target.documents, is_back=True)
        return Leg(source, target, target.documents, is_back=False)

    def context(self, stores: TenantStores) -> TenantContext:
        """The stores as a use case would see them."""
        return TenantContext(
            self.record,
            None,
            stores.documents,
            stores.objects,
            stores.secrets,
            self.ports.clock,
            self.ports.ids,
            self.correlation_id,
        )
