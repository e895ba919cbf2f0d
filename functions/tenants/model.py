"""A tenant's life as pure decisions, and what can be wrong with asking for one."""

from hashlib import sha256

from functions.tenants.commands import OnboardTenant, RotateKeys
from makoto.domain import AwsAccount, CloudAccount, TenantRecord, TenantStatus
from makoto.domain.clouds.keys import checked_keys
from makoto.domain.clouds.places import Hosted
from makoto.errors import Conflict, FieldError, Invalid, Unavailable

TRANSITIONS: dict[TenantStatus, frozenset[TenantStatus]] = {
    TenantStatus.ONBOARDING: frozenset({TenantStatus.ACTIVE, TenantStatus.FAILED}),
    TenantStatus.ACTIVE: frozenset({TenantStatus.SUSPENDED, TenantStatus.DELETING}),
    TenantStatus.SUSPENDED: frozenset({TenantStatus.ACTIVE, TenantStatus.DELETING}),
    TenantStatus.FAILED: frozenset({TenantStatus.DELETING}),
    TenantStatus.DELETING: frozenset({TenantStatus.DELETED, TenantStatus.SUSPENDED}),
    TenantStatus.DELETED: frozenset(),
}
"""What may follow what; nothing else changes a status."""

STEPS = (
    "register_metadata",
    "reach_cloud",
    "create_identity",
    "provision_stores",
    "write_configuration",
    "verify_stores",
    "activate",
)
"""The steps of onboarding in their order, by the names of their tasks."""

MOST_ATTEMPTS = 3
"""How many executions may try to finish an onboarding that a crash left; the next one rolls back."""


class AlreadySuspended(Conflict):
    """The tenant is suspended."""


class NotSuspended(Conflict):
    """Only a suspended tenant can be resumed."""


class NotActive(Conflict):
    """Only an active tenant can be suspended."""


class StillOnboarding(Conflict):
    """An onboarding that runs must end, one way or the other, before the tenant can be deleted."""


class IllegalTransition(Conflict):
    """The tenant's present status does not lead to the one that was asked for."""


class NotOnboarding(Conflict):
    """The step belongs to an onboarding that has ended."""


class TenantMoving(Conflict):
    """The tenant is being moved to another cloud: that must end first."""


class TenantNotEmpty(Conflict):
    """Devices or business data exist: they must be exported and deleted first."""


class AdministratorTaken(Conflict):
    """This person is a member of another tenant."""


class KeysRefused(Conflict):
    """The tenant's cloud does not open with the keys that were given."""


class ResourcesRemain(Unavailable):
    """Something of a tenant that is being removed still exists."""


def admit(command: OnboardTenant, tenant_id: str, hosted: AwsAccount) -> TenantRecord:
    """Make the record of a tenant that is being onboarded."""
    return TenantRecord(
        tenant_id=tenant_id,
        name=command.name,
        organization=command.organization,
        status=TenantStatus.ONBOARDING,
        cloud=_placed(command, hosted),
        residency=command.residency,
        llm=command.llm,
        features=command.features,
        time_zone=command.time_zone,
        locale=command.locale,
    )


def require_region(record: TenantRecord, region: str) -> None:
    """Raise Invalid for a cloud that the platform's network does not lead to."""
    if not isinstance(record.cloud, AwsAccount):
        detail = "this environment reaches AWS only"
        raise Invalid(detail, errors=[FieldError("/body/cloud/mode", "unreachable", detail)])
    if record.cloud.region != region:
        detail = f"this environment reaches {region} only"
        raise Invalid(detail, errors=[FieldError("/body/cloud/region", "unreachable", detail)])


def activate(record: TenantRecord) -> TenantRecord:
    """End an onboarding well."""
    require_onboarding(record)
    return _become(record, TenantStatus.ACTIVE)


def fail(record: TenantRecord) -> TenantRecord:
    """End an onboarding that was rolled back."""
    require_onboarding(record)
    return _become(record, TenantStatus.FAILED)


def suspend(record: TenantRecord) -> TenantRecord:
    """Refuse the tenant from now on."""
    if record.status is TenantStatus.SUSPENDED:
        raise AlreadySuspended(f"tenant {record.tenant_id} is suspended already")
    if record.status is not TenantStatus.ACTIVE:
        raise NotActive(f"tenant {record.tenant_id} is {record.status.value}: only an active tenant can be suspended")
    return _become(record, TenantStatus.SUSPENDED)


def resume(record: TenantRecord) -> TenantRecord:
    """Serve a suspended tenant again."""
    if record.status is not TenantStatus.SUSPENDED:
        raise NotSuspended(f"tenant {record.tenant_id} is {record.status.value}: only a suspended one can be resumed")
    return _become(record, TenantStatus.ACTIVE)


def begin_deletion(record: TenantRecord) -> TenantRecord:
    """Take the tenant out of service so that its stores can be removed."""
    if record.status is TenantStatus.ONBOARDING:
        raise StillOnboarding(f"tenant {record.tenant_id} is being onboarded: wait until that has ended")
    if record.move is not None:
        raise TenantMoving(f"tenant {record.tenant_id} is being moved to another cloud: finish or roll back the move")
    return _become(record, TenantStatus.DELETING)


def call_off_deletion(record: TenantRecord) -> TenantRecord:
    """Keep a tenant that turned out not to be empty, out of service until the operator has looked at it."""
    if record.status is not TenantStatus.DELETING:
        raise IllegalTransition(f"tenant {record.tenant_id} is {record.status.value}: it is not being deleted")
    return _become(record, TenantStatus.SUSPENDED)


def finish_deletion(record: TenantRecord) -> TenantRecord:
    """Close the record of a tenant of which nothing is left."""
    return _become(record, TenantStatus.DELETED)


def revise(record: TenantRecord) -> TenantRecord:
    """Count a change of what surrounds the record."""
    return record.model_copy(update={"version": record.version + 1})


def require_onboarding(record: TenantRecord) -> None:
    """Raise NotOnboarding unless the tenant is being onboarded."""
    if record.status is not TenantStatus.ONBOARDING:
        raise NotOnboarding(f"tenant {record.tenant_id} is {record.status.value}: its onboarding has ended")


def rotated_keys(record: TenantRecord, command: RotateKeys) -> dict[str, str]:
    """Return the new keys in the open; Invalid unless they are those that the tenant's cloud needs."""
    try:
        checked = checked_keys(record.cloud, command.keys)
    except ValueError as error:
        raise Invalid(str(error), errors=[FieldError("/body/keys", "keys", str(error))]) from None
    if not checked:
        detail = "no keys open this cloud: its role or its federation does"
        raise Invalid(detail, errors=[FieldError("/body/keys", "keys", detail)])
    return {name: key.get_secret_value() for name, key in checked.items()}


def fingerprint(command: OnboardTenant) -> str:
    """Name a command's content, so that a key used again with another body is seen; keys show as asterisks in it."""
    return sha256(command.model_dump_json().encode()).hexdigest()


def _become(record: TenantRecord, status: TenantStatus) -> TenantRecord:
    if status not in TRANSITIONS[record.status]:
        raise IllegalTransition(f"tenant {record.tenant_id} is {record.status.value} and cannot become {status.value}")
    return record.model_copy(update={"status": status, "version": record.version + 1})


def _placed(command: OnboardTenant, hosted: AwsAccount) -> CloudAccount:
    if isinstance(command.cloud, Hosted):
        return hosted
    account = command.cloud.account
    if isinstance(account, AwsAccount) and account.account_id == hosted.account_id:
        detail = "the platform's own account is never a tenant's: say hosted instead"
        raise Invalid(detail, errors=[FieldError("/body/cloud/account_id", "own_account", detail)])
    if command.residency and account.region not in command.residency:
        detail = f"the cloud's region {account.region} is not one of the regions in which the data may lie"
        raise Invalid(detail, errors=[FieldError("/body/residency", "residency", detail)])
    return account
