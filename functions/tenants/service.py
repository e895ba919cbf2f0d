"""Use cases of the operator: take a tenant on, look at it, suspend, resume and delete it."""

from contextlib import suppress

from functions.tenants import model
from functions.tenants.changes import announce, audit_entry, commit, project, publish
from functions.tenants.commands import OnboardTenant, RotateKeys, SuspendTenant
from functions.tenants.deletion import take_out_of_service
from functions.tenants.ports import Act, TenantsPorts
from functions.tenants.views import AcceptedTenant, TenantDetail, TenantSummary, accepted, detail, summary
from makoto.domain import Page, TenantStatus, new_tenant_id
from makoto.domain.clouds.places import Hosted
from makoto.errors import FieldError, NotFound, Throttled, Unavailable
from makoto.events import Event
from makoto.events.tenants import TenantResumed, TenantSuspended
from makoto.ports.tenant_entry import Admission, FirstAdministrator, TenantEntry
from makoto.ports.workflows import ONBOARD_TENANT

LEAVING = frozenset({TenantStatus.DELETING, TenantStatus.DELETED})
LEFT = LEAVING | {TenantStatus.FAILED}


def onboard_tenant(command: OnboardTenant, key: str, act: Act, ports: TenantsPorts) -> AcceptedTenant:
    """Record a new tenant and start its onboarding; the same key and body again give the same answer.

    Raises IdempotencyKeyReused, OrganizationTaken, AdministratorTaken.
    """
    admission = Admission(key, model.fingerprint(command))
    entry = ports.tenancy.admitted_before(admission) or _admit(command, admission, act, ports)
    _entrust_keys(command, entry, ports)
    with suppress(Unavailable, Throttled):  # the schedule starts what is not started
        start_onboarding(entry, act.correlation_id, ports)
    return accepted(entry)


def start_onboarding(entry: TenantEntry, correlation_id: str, ports: TenantsPorts) -> None:
    """Start the execution of this attempt, once; an attempt after the last one allowed rolls back."""
    if entry.record.status is not TenantStatus.ONBOARDING:
        return
    gives_up = entry.attempt > model.MOST_ATTEMPTS or entry.failure is not None
    command = {
        "tenant_id": entry.tenant_id,
        "mode": "roll_back" if gives_up else "onboard",
        "correlation_id": correlation_id,
    }
    ports.workflows.start(ONBOARD_TENANT, execution_name(entry), command)


def execution_name(entry: TenantEntry) -> str:
    """Name an attempt's execution, so that it cannot be started twice."""
    return f"{entry.tenant_id}-{entry.attempt}"


def list_tenants(
    status: TenantStatus | None, limit: int, cursor: str | None, ports: TenantsPorts
) -> Page[TenantSummary]:
    """List tenants, the newest first."""
    page = ports.tenancy.tenants(status=status, limit=limit, cursor=cursor)
    return Page[TenantSummary](items=tuple(summary(entry) for entry in page.items), next_cursor=page.next_cursor)


def read_tenant(tenant_id: str, ports: TenantsPorts) -> TenantDetail:
    """Show a tenant with the steps of its onboarding."""
    entry = ports.tenancy.tenant(tenant_id)
    return detail(entry, tuple(ports.tenancy.steps(tenant_id)))


def suspend_tenant(tenant_id: str, command: SuspendTenant, act: Act, ports: TenantsPorts) -> TenantDetail:
    """Refuse the tenant from now on: every reader of the configuration table sees it within its cache's seconds."""
    entry = _current(tenant_id, ports)
    changed = {"record": model.suspend(entry.record), "suspension_reason": command.reason}
    event = TenantSuspended(tenant_id=tenant_id, reason=command.reason)
    return _changed(entry.model_copy(update=changed), act, event, ports, reason=command.reason)


def resume_tenant(tenant_id: str, act: Act, ports: TenantsPorts) -> TenantDetail:
    """Serve a suspended tenant again."""
    entry = _current(tenant_id, ports)
    changed = {"record": model.resume(entry.record), "suspension_reason": None}
    return _changed(entry.model_copy(update=changed), act, TenantResumed(tenant_id=tenant_id), ports)


def rotate_keys(tenant_id: str, command: RotateKeys, act: Act, ports: TenantsPorts) -> None:
    """Put other keys to the tenant's cloud in the place of the entrusted ones, once they were seen to open it.

    Other processes take them when the old ones are refused, or within five minutes. Raises Invalid, KeysRefused.
    """
    entry = _current(tenant_id, ports)
    keys = model.rotated_keys(entry.record, command)
    try:
        ports.provisioner.try_keys(entry.record, keys)
    except Unavailable as error:
        raise model.KeysRefused(f"the keys do not open the tenant's cloud: {error.detail}") from error
    ports.key_ring.entrust(tenant_id, entry.record.cloud, keys)
    announce(commit(entry.model_copy(update={"record": model.revise(entry.record)}), act, ports), ports)


def delete_tenant(tenant_id: str, act: Act, ports: TenantsPorts) -> TenantDetail:
    """Take an empty tenant out of service; the schedule removes what it has, and the status says whether all is gone.

    Raises TenantNotEmpty, StillOnboarding.
    """
    entry = _current(tenant_id, ports)
    if entry.record.status not in LEAVING:
        take_out_of_service(entry, act, ports)
    return read_tenant(tenant_id, ports)


def _admit(command: OnboardTenant, admission: Admission, act: Act, ports: TenantsPorts) -> TenantEntry:
    _require_nobodys_member(command.administrator.email, ports)
    now = ports.clock.now()
    record = model.admit(command, new_tenant_id(ports.ids.random(12)), ports.hosted)
    if not ports.reaches_other_regions:
        model.require_region(record, ports.hosted.region)
    entry = TenantEntry(
        record=record,
        administrator=FirstAdministrator(**command.administrator.model_dump()),
        created_at=now,
        updated_at=now,
    )
    return ports.tenancy.admit(entry, admission, audit_entry(entry, act, ports))


def _entrust_keys(command: OnboardTenant, entry: TenantEntry, ports: TenantsPorts) -> None:
    """Put the keys to the tenant's cloud where only its own session policy reads them; a repetition puts them again.

    A crash before this leaves an onboarding without keys, which fails at its first look at the cloud.
    """
    if isinstance(command.cloud, Hosted) or not command.cloud.keys or entry.record.status in LEFT:
        return
    keys = {name: key.get_secret_value() for name, key in command.cloud.keys.items()}
    ports.key_ring.entrust(entry.tenant_id, entry.record.cloud, keys)


def _require_nobodys_member(username: str, ports: TenantsPorts) -> None:
    """Refuse early whom `create_identity` would refuse after a while; of two at the same time it decides."""
    with suppress(NotFound):
        ports.configuration.membership(username)
        detail = "the administrator is a member of another tenant"
        raise model.AdministratorTaken(detail, errors=[FieldError("/body/administrator/email", "taken", detail)])


def _current(tenant_id: str, ports: TenantsPorts) -> TenantEntry:
    """Read a tenant, first showing the hot path what a crash kept from it."""
    entry = ports.tenancy.tenant(tenant_id)
    if entry.projected_version < entry.record.version:
        project(entry, ports)
    return entry


def _changed(entry: TenantEntry, act: Act, event: Event, ports: TenantsPorts, **detail: str) -> TenantDetail:
    """Save, then show the hot path: Unavailable here means saved and taking effect within a minute."""
    project(commit(entry, act, ports, event=event, detail=detail), ports)
    publish(ports)
    return read_tenant(entry.tenant_id, ports)
