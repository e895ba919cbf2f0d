"""What belongs to a tenant outside Aurora: each part is made by one step of onboarding and can be unmade."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from functions.tenants.changes import project
from functions.tenants.model import AdministratorTaken, ResourcesRemain, TenantNotEmpty
from functions.tenants.ports import TenantsPorts
from makoto.conformance.verification import OBJECT_PROBE, secret_probe, verify_stores
from makoto.domain import Role
from makoto.domain.membership import Membership
from makoto.errors import Throttled, Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.cursors import KEY_NAME
from makoto.ports.documents import ConditionFailed, IfAbsent, Key, Query
from makoto.ports.identity import NewUser, UserTaken
from makoto.ports.tenant_entry import TenantEntry

CONFIGURATION = Key("configuration", "tenant")
DEVICES = "device"


class Resource(NamedTuple):
    """How a part is made and unmade; both may be repeated after a crash at any point."""

    make: Callable[[TenantEntry, TenantsPorts], None]
    unmake: Callable[[TenantEntry, TenantsPorts], None]


def reach_cloud(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Take the role of the tenant's cloud: what is refused here has left nothing to be removed."""
    ports.provisioner.reach(entry.record)


def create_identity(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Make the tenant's group and invite its first administrator.

    A user without a group, left by a crash between the provider's two calls, is taken over by the next invitation.
    """
    record = entry.record
    ports.identity.ensure_group(record.tenant_id, record.organization)
    try:
        invited = NewUser(email=entry.administrator.email, tenant_id=record.tenant_id, role=Role.TENANT_ADMIN)
        user = ports.identity.create_user(invited)
    except UserTaken as taken:
        raise AdministratorTaken("the administrator is a member of another tenant") from taken
    membership = Membership(username=user.username, tenant_id=record.tenant_id, role=Role.TENANT_ADMIN)
    if not ports.tenancy.add_member(membership, ports.clock.now()):
        raise AdministratorTaken("the administrator is a member of another tenant")
    ports.configuration.save_membership(membership)


def remove_identity(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Remove the tenant's members and its group; the group is last, since it is what the members are found by."""
    for user in ports.identity.users_of(entry.tenant_id):
        ports.identity.delete_user(user.username)
    for member in ports.tenancy.members(entry.tenant_id):
        ports.identity.delete_user(member.username)
        ports.configuration.delete_membership(member.username)
        ports.tenancy.remove_member(member)
    ports.identity.delete_group(entry.tenant_id)


def provision_stores(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Make the tenant's stores in its own cloud."""
    ports.provisioner.provision(entry.record)


def remove_stores(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Remove the tenant's stores and see that they are gone, first the file that a broken verification may have left.

    Whether that file can be removed is seen by the bucket that stays because of it.
    """
    with suppress(Unavailable, Throttled):
        ports.bind(entry.record).objects.delete(OBJECT_PROBE)
    remaining = ports.provisioner.remove(entry.record)
    if remaining:
        raise ResourcesRemain(f"still there: {', '.join(remaining)}")


def forget_keys(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Give up the way to the tenant's cloud; the last thing, since removing its stores needs it."""
    ports.key_ring.forget(entry.tenant_id, entry.record.cloud)


def write_configuration(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Put what a tenant begins with into its own stores; what it has changed since stays."""
    tenant, record = ports.bind(entry.record), entry.record
    tenant.secrets.get_or_create(KEY_NAME, lambda: ports.ids.random(32).hex())
    first = {"locale": record.locale, "time_zone": record.time_zone, "name": record.name}
    try:
        tenant.documents.put(CONFIGURATION, first, when=IfAbsent())
    except ConditionFailed:
        return


def remove_secrets(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Remove the secrets that the platform made; its documents go with their store."""
    secrets = ports.bind(entry.record).secrets
    probes = (secret_probe(attempt + 1) for attempt in range(_verifications(entry, ports)))
    for name in (KEY_NAME, *probes):
        secrets.delete(name)


def require_empty(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Raise TenantNotEmpty when the tenant has devices or files; measurements come from devices only."""
    tenant = ports.bind(entry.record)
    if ports.configuration.certificates_of(entry.tenant_id) or _has_devices(tenant):
        raise TenantNotEmpty(f"tenant {entry.tenant_id} has devices")
    if tenant.objects.list("", limit=1).items:
        raise TenantNotEmpty(f"tenant {entry.tenant_id} has files")


def _has_devices(tenant: TenantContext) -> bool:
    return bool(tenant.documents.query(Query(DEVICES, limit=1)).items)


def _nothing(entry: TenantEntry, ports: TenantsPorts) -> None:
    """What this step made is kept: the record of a tenant that failed is how its failure is seen."""


def _verify(entry: TenantEntry, ports: TenantsPorts) -> None:
    verify_stores(ports.bind(entry.record), _verifications(entry, ports))


def _verifications(entry: TenantEntry, ports: TenantsPorts) -> int:
    """How often a verification began, the present one counted."""
    return sum(step.attempts for step in ports.tenancy.steps(entry.tenant_id) if step.step == "verify_stores")


RESOURCES: dict[str, Resource] = {
    "register_metadata": Resource(project, _nothing),
    "reach_cloud": Resource(reach_cloud, _nothing),
    "create_identity": Resource(create_identity, remove_identity),
    "provision_stores": Resource(provision_stores, remove_stores),
    "write_configuration": Resource(write_configuration, remove_secrets),
    "verify_stores": Resource(_verify, _nothing),
}
"""By the name of the step, in the order in which they are made."""
