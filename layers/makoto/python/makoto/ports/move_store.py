"""The register of moves between clouds: one running move a tenant, each saved over the version that was read."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from makoto.errors import Conflict, NotFound
from makoto.ports.move_entry import Move
from makoto.ports.tenancy import IdempotencyKeyReused
from makoto.ports.tenant_entry import Admission

MOST_LISTED = 100


class BegunMove(NamedTuple):
    """The move that a key began, and the fingerprint of its request."""

    move: Move
    fingerprint: str


class MoveNotFound(NotFound):
    """The tenant has no such move."""


class MoveUnderWay(Conflict):
    """The tenant is being moved already: that move must end first."""


class MoveChanged(Conflict):
    """Somebody else advanced or turned the move in between."""


class MoveStore(ABC):
    """Rules and wording are here, once; each abstract method is one transaction, bound to the tenant that it names."""

    def begin(self, move: Move, admission: Admission) -> Move:
        """Store a new move, or return the one that this key began; IdempotencyKeyReused, MoveUnderWay."""
        if self.insert(move, admission):
            return move
        earlier = self.begun_before(move.tenant_id, admission)
        if earlier is None:
            raise MoveUnderWay(f"tenant {move.tenant_id} is being moved already")
        return earlier

    def begun_before(self, tenant_id: str, admission: Admission) -> Move | None:
        """Find the move that this key began; IdempotencyKeyReused when it came with another content."""
        earlier = self.begun(tenant_id, admission.key)
        if earlier is None:
            return None
        if earlier.fingerprint != admission.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key was used with another body: use a new key")
        return earlier.move

    def move(self, tenant_id: str, move_id: str) -> Move:
        """Read a move; MoveNotFound."""
        found = self.read(tenant_id, move_id)
        if found is None:
            raise MoveNotFound(f"tenant {tenant_id} has no move {move_id}")
        return found

    def save(self, move: Move, now: datetime) -> Move:
        """Save the next version; MoveChanged when it is not the next one any more."""
        following = move.model_copy(update={"version": move.version + 1, "updated_at": now})
        if not self.update(following):
            raise MoveChanged(f"the move {move.move_id} was changed by somebody else: read it and try again")
        return following

    @abstractmethod
    def insert(self, move: Move, admission: Admission) -> bool:
        """Store a new move; False when the tenant has used the key or has a running move."""

    @abstractmethod
    def begun(self, tenant_id: str, key: str) -> BegunMove | None:
        """Read what a key began."""

    @abstractmethod
    def read(self, tenant_id: str, move_id: str) -> Move | None: ...

    @abstractmethod
    def update(self, move: Move) -> bool:
        """Save over version `move.version - 1`, or save nothing and say so."""

    @abstractmethod
    def of_tenant(self, tenant_id: str) -> Sequence[Move]:
        """Read the tenant's moves, the newest first, at most 100."""

    @abstractmethod
    def overdue(self, before: datetime, limit: int) -> Sequence[Move]:
        """Read the running moves that were due before the instant, the longest due first."""
