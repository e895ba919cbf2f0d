"""What the use cases of tenants ask of the world."""

from collections.abc import Callable
from dataclasses import dataclass

from makoto.domain import AwsAccount, TenantRecord
from makoto.ports.clock import Clock
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext
from makoto.ports.identity import IdentityProvider
from makoto.ports.ids import Ids
from makoto.ports.key_ring import KeyRing
from makoto.ports.provisioning import CloudProvisioner
from makoto.ports.publisher import EventPublisher
from makoto.ports.tenancy import TenancyStore
from makoto.ports.workflows import Workflows


@dataclass(frozen=True)
class TenantsPorts:
    """The platform's ports; `bind` opens one tenant's own stores, whatever its status.

    `reaches_other_regions` says whether the functions' network has a way to another region's endpoints.
    """

    tenancy: TenancyStore
    configuration: Configuration
    identity: IdentityProvider
    provisioner: CloudProvisioner
    key_ring: KeyRing
    workflows: Workflows
    publisher: EventPublisher
    clock: Clock
    ids: Ids
    hosted: AwsAccount
    bind: Callable[[TenantRecord], TenantContext]
    reaches_other_regions: bool = False


@dataclass(frozen=True)
class Act:
    """Who does what to a tenant, for the audit and the events."""

    action: str
    actor: str
    correlation_id: str
