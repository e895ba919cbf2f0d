"""The gate before every write of a tenant: open, journalled while it moves, or closed for the pause of its switch."""

from collections.abc import Callable
from dataclasses import dataclass, field

from makoto.domain import MovePhase, TenantRecord
from makoto.errors import NotFound, Unavailable

PAUSE_HINT_S = 15
"""When a writer may look again: the pause ends for each process when its cache of the record has run out."""


class TenantSwitching(Unavailable):
    """The tenant is being switched to another cloud: writes wait for the pause to end, reads go on."""

    def __init__(self, tenant_id: str) -> None:
        super().__init__(f"tenant {tenant_id} is being switched to another cloud", retry_after_s=PAUSE_HINT_S)


class TenantSwitched(Unavailable):
    """The tenant works in another cloud than when this request began: the same request again is served there."""

    def __init__(self, tenant_id: str) -> None:
        super().__init__(f"tenant {tenant_id} was switched to another cloud in the meantime", retry_after_s=1)


class UploadsWait(Unavailable):
    """No new address to upload to is given while a tenant moves: what comes by it passes no gate."""

    def __init__(self, tenant_id: str) -> None:
        detail = f"tenant {tenant_id} is being moved: send the object through the API or try again later"
        super().__init__(detail, retry_after_s=600)


@dataclass(slots=True)
class Gate:
    """Judges the writes of one context by the record that every process sees within its cache's seconds.

    A record is judged once: as long as the cache holds it, asking costs a look into memory.
    """

    opened: TenantRecord
    current: Callable[[str], TenantRecord] = field(repr=False)
    _judged: TenantRecord | None = field(default=None, init=False, repr=False)
    _is_journalled: bool = field(default=False, init=False)

    def passes(self) -> bool:
        """Let a write through, and say whether it must be journalled first; TenantSwitching, TenantSwitched."""
        record = self._record()
        if record is not self._judged:
            self._is_journalled = _is_journalled(record, self.opened)
            self._judged = record
        return self._is_journalled

    def passes_unseen(self) -> None:
        """Let through what writes later and by itself; UploadsWait while the tenant moves."""
        if self.passes() or self._record().move is not None:
            raise UploadsWait(self.opened.tenant_id)

    def _record(self) -> TenantRecord:
        try:
            return self.current(self.opened.tenant_id)
        except NotFound:  # not taken on yet, so not moving
            return self.opened


def _is_journalled(record: TenantRecord, opened: TenantRecord) -> bool:
    if record.cloud != opened.cloud:
        raise TenantSwitched(record.tenant_id)
    if record.move is None:
        return False
    if record.move.phase is MovePhase.SWITCHING:
        raise TenantSwitching(record.tenant_id)
    return True
