"""The register of moves in this process."""

import threading
from collections.abc import Sequence
from datetime import datetime

from makoto.ports.move_entry import Move
from makoto.ports.move_store import MOST_LISTED, BegunMove, MoveStore
from makoto.ports.tenant_entry import Admission
from makoto.settings import RuntimeSettings


class MemoryMoves(MoveStore):
    """Dictionaries behind one lock, which is what makes each method a transaction."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._moves: dict[tuple[str, str], Move] = {}
        self._begun: dict[tuple[str, str], tuple[str, str]] = {}

    def insert(self, move: Move, admission: Admission) -> bool:
        key = (move.tenant_id, admission.key)
        with self._lock:
            if key in self._begun or any(each.is_running for each in self.of_tenant(move.tenant_id)):
                return False
            self._moves[move.tenant_id, move.move_id] = move
            self._begun[key] = (move.move_id, admission.fingerprint)
        return True

    def begun(self, tenant_id: str, key: str) -> BegunMove | None:
        move_id, fingerprint = self._begun.get((tenant_id, key), ("", ""))
        return BegunMove(self._moves[tenant_id, move_id], fingerprint) if move_id else None

    def read(self, tenant_id: str, move_id: str) -> Move | None:
        return self._moves.get((tenant_id, move_id))

    def update(self, move: Move) -> bool:
        with self._lock:
            before = self._moves.get((move.tenant_id, move.move_id))
            if before is None or before.version != move.version - 1:
                return False
            self._moves[move.tenant_id, move.move_id] = move
        return True

    def of_tenant(self, tenant_id: str) -> Sequence[Move]:
        mine = [move for move in self._moves.values() if move.tenant_id == tenant_id]
        return sorted(mine, key=lambda move: (move.started_at, move.move_id), reverse=True)[:MOST_LISTED]

    def overdue(self, before: datetime, limit: int) -> Sequence[Move]:
        found = [move for move in self._moves.values() if move.is_running and move.due_at < before]
        return sorted(found, key=lambda move: move.due_at)[:limit]


def connect(settings: RuntimeSettings) -> MemoryMoves:
    """Start empty."""
    return MemoryMoves()
