"""Facts about a tenant's life."""

from typing import ClassVar

from makoto.domain import TenantId
from makoto.events.event import Event


class _TenantEvent(Event):
    """What every fact about a tenant says."""

    source: ClassVar[str] = "makoto.tenants"

    tenant_id: TenantId


class TenantOnboarded(_TenantEvent):
    """The tenant's cloud is verified and it is served from now on."""

    name: ClassVar[str] = "tenant.onboarded"

    organization: str


class TenantOnboardingFailed(_TenantEvent):
    """Onboarding stopped and was rolled back; `cause` is fit for the operator."""

    name: ClassVar[str] = "tenant.onboarding_failed"

    step: str
    cause: str


class TenantSuspended(_TenantEvent):
    """The tenant is refused on every path until it is resumed."""

    name: ClassVar[str] = "tenant.suspended"

    reason: str


class TenantResumed(_TenantEvent):
    """The tenant is served again."""

    name: ClassVar[str] = "tenant.resumed"


class TenantDeleted(_TenantEvent):
    """The empty tenant is gone."""

    name: ClassVar[str] = "tenant.deleted"
