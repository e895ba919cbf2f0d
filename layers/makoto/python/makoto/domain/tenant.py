"""A tenant as the hot path knows it: is it active, and where does its data live."""

from enum import StrEnum

from pydantic import Field

from makoto.domain.clouds import CloudAccount
from makoto.domain.ids import TenantId
from makoto.domain.llm import LlmContract
from makoto.domain.value import Value


class TenantStatus(StrEnum):
    """The tenant's life; only an active tenant is served."""

    ONBOARDING = "onboarding"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FAILED = "failed"
    DELETING = "deleting"
    DELETED = "deleted"


class MovePhase(StrEnum):
    """Where a move between clouds is; what a write does follows from it."""

    COPYING = "copying"  # writes go to the source and into its journal
    SWITCHING = "switching"  # writes are refused for the stated pause, reads go on
    GRACE = "grace"  # the target serves; its journal lets the tenant be taken back to the source, which is read only


class TenantMove(Value):
    """A move under way: `TenantRecord.cloud` is the source until the switch and the target after it."""

    move_id: str
    phase: MovePhase
    source: CloudAccount
    target: CloudAccount


class TenantRecord(Value):
    """The projection of a tenant that the hot path reads; Aurora holds the whole."""

    tenant_id: TenantId
    name: str
    organization: str
    status: TenantStatus
    cloud: CloudAccount
    features: tuple[str, ...] = ()
    time_zone: str = "Asia/Tokyo"
    locale: str = "ja"
    version: int = Field(default=1, ge=1)
    residency: tuple[str, ...] = ()
    llm: LlmContract | None = None
    move: TenantMove | None = None

    @property
    def regions(self) -> frozenset[str]:
        """Where the tenant's data may lie; a record that pins nothing means the region of its cloud."""
        return frozenset(self.residency or (self.cloud.region,))
