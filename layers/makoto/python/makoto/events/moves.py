"""Facts about moves of tenants between clouds."""

from typing import ClassVar

from makoto.domain import TenantId
from makoto.events.event import Event


class _MoveEvent(Event):
    """What every fact about a move says."""

    source: ClassVar[str] = "makoto.moves"

    tenant_id: TenantId
    move_id: str
    from_provider: str
    from_region: str
    to_provider: str
    to_region: str


class TenantMoveStarted(_MoveEvent):
    """The tenant's stores are being copied while it works."""

    name: ClassVar[str] = "tenant.move_started"


class TenantSwitched(_MoveEvent):
    """The tenant works in the target cloud from now on; the source is kept as it was for the grace period."""

    name: ClassVar[str] = "tenant.switched"


class TenantMoveRolledBack(_MoveEvent):
    """The tenant works in the cloud that it was to leave; nothing that it wrote is lost."""

    name: ClassVar[str] = "tenant.move_rolled_back"

    cause: str


class TenantMoveFinished(_MoveEvent):
    """The move is over: there is no way back but another move."""

    name: ClassVar[str] = "tenant.move_finished"
