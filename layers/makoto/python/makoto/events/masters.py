"""Facts about master data."""

from typing import ClassVar

from makoto.domain import TenantId
from makoto.events.event import Event


class MasterDataChanged(Event):
    """A record has a new revision, its first one too; or it was taken out of use."""

    name: ClassVar[str] = "masters.master_data_changed"
    source: ClassVar[str] = "makoto.masters"

    tenant_id: TenantId
    kind: str
    record_id: str
    revision: int
    is_retired: bool = False
