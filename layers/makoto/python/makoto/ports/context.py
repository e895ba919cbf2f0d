"""One tenant's world, as a use case receives it."""

from dataclasses import dataclass

from makoto.domain import Principal, TenantRecord
from makoto.ports.clock import Clock
from makoto.ports.documents import Documents
from makoto.ports.ids import Ids
from makoto.ports.objects import Objects
from makoto.ports.secrets import Secrets


@dataclass(frozen=True, slots=True)
class TenantStores:
    """What a cloud opens for one tenant."""

    documents: Documents
    objects: Objects
    secrets: Secrets


@dataclass(frozen=True)
class TenantContext:
    """Everything a use case may touch, already bound to this one tenant; no principal where no person acts."""

    record: TenantRecord
    principal: Principal | None
    documents: Documents
    objects: Objects
    secrets: Secrets
    clock: Clock
    ids: Ids
    correlation_id: str

    @property
    def tenant_id(self) -> str:
        return self.record.tenant_id
