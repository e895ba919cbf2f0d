"""What the hot path must know about a tenant, a member and a certificate, in one fast table."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, cast

from makoto.domain import DeviceId, EquipmentPath, Slug, TenantId, TenantRecord, Value
from makoto.domain.membership import Membership
from makoto.errors import Conflict, NotFound
from makoto.ports.clock import Clock

Item = Mapping[str, Any]
Kept = TypeVar("Kept")

RECORD = "record"
TENANTS = "tenants"
MOST_KEPT = 4096
ABSENT_TTL_S = 1.0


class CertificateRecord(Value):
    """Whose a device certificate is and where the device stands; the ingest function checks each message against it."""

    certificate_id: str
    tenant_id: TenantId
    device_id: DeviceId
    site: Slug
    area: Slug
    line: Slug
    cell: Slug
    status: Literal["active", "disabled"] = "active"

    @property
    def path(self) -> EquipmentPath:
        return EquipmentPath(site=self.site, area=self.area, line=self.line, cell=self.cell)


class ItemKey(NamedTuple):
    """Partition and sort key of an item."""

    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class PutItem:
    """Write an item; with `version`, only over nothing or over an item whose own `version` is smaller."""

    key: ItemKey
    item: Item
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteItem:
    """Remove an item, if it is there."""

    key: ItemKey


class ConfigurationDriver(Protocol):
    """Items by partition and sort key, read with strong consistency."""

    def get(self, key: ItemKey) -> Item | None:
        """Read an item without its keys."""
        ...

    def list(self, pk: str, prefix: str) -> Sequence[Item]:
        """Read every item of the partition whose sort key starts with `prefix`, in the order of the sort key."""
        ...

    def write(self, writes: Sequence[PutItem | DeleteItem]) -> bool:
        """Apply all writes or, when a version condition does not hold, none; say which."""
        ...


class StaleTenant(Conflict):
    """A newer version of the tenant's record is stored."""


class Configuration:
    """Typed records over the items; every read sees the last write."""

    def __init__(self, driver: ConfigurationDriver) -> None:
        self._driver = driver

    @property
    def items(self) -> ConfigurationDriver:
        """The bare items, for other typed records that lie over them."""
        return self._driver

    def tenant(self, tenant_id: str) -> TenantRecord:
        """Read a tenant's record; NotFound when there is none."""
        item = self._driver.get(_tenant_key(tenant_id))
        if item is None:
            raise NotFound(f"there is no tenant {tenant_id}")
        return TenantRecord.model_validate(item)

    def save_tenant(self, record: TenantRecord) -> None:
        """Store the record under its own key and in the list of tenants, both or neither.

        StaleTenant when this version or a newer one is stored with other content.
        """
        item, keys = (
            record.model_dump(mode="json"),
            (_tenant_key(record.tenant_id), _listed_tenant_key(record.tenant_id)),
        )
        puts = [PutItem(key, item, version=record.version) for key in keys]
        if not self._driver.write(puts) and self.tenant(record.tenant_id) != record:
            raise StaleTenant(f"version {record.version} of tenant {record.tenant_id} is not the newest")

    def tenants(self) -> tuple[TenantRecord, ...]:
        """List all tenants, whatever their status, in the order of their ids."""
        items = self._driver.list(TENANTS, "tenant#")
        return tuple(TenantRecord.model_validate(item) for item in items)

    def membership(self, username: str) -> Membership:
        """Read a person's membership; NotFound when the person belongs to no tenant."""
        item = self._driver.get(_membership_key(username))
        if item is None:
            raise NotFound(f"{username} is a member of no tenant")
        return Membership.model_validate(item)

    def save_membership(self, membership: Membership) -> None:
        self._driver.write([PutItem(_membership_key(membership.username), membership.model_dump(mode="json"))])

    def delete_membership(self, username: str) -> None:
        """Forget a membership; harmless when there is none."""
        self._driver.write([DeleteItem(_membership_key(username))])

    def certificate(self, certificate_id: str) -> CertificateRecord | None:
        item = self._driver.get(_certificate_key(certificate_id))
        return None if item is None else CertificateRecord.model_validate(item)

    def save_certificate(self, record: CertificateRecord) -> None:
        """Store the record under its own key and in its tenant's list, both or neither."""
        item = record.model_dump(mode="json")
        listed = _listed_certificate_key(record.tenant_id, record.certificate_id)
        self._driver.write([PutItem(_certificate_key(record.certificate_id), item), PutItem(listed, item)])

    def delete_certificate(self, certificate_id: str) -> None:
        """Forget a certificate under both keys; harmless when there is none."""
        record = self.certificate(certificate_id)
        if record is not None:
            listed = _listed_certificate_key(record.tenant_id, certificate_id)
            self._driver.write([DeleteItem(_certificate_key(certificate_id)), DeleteItem(listed)])

    def certificates_of(self, tenant_id: str) -> tuple[CertificateRecord, ...]:
        """List the tenant's certificates in the order of their ids."""
        items = self._driver.list(_tenant_key(tenant_id).pk, "certificate#")
        return tuple(CertificateRecord.model_validate(item) for item in items)


class CachedConfiguration:
    """The reads of the hot path, each answer at most `ttl_s` old and the least used forgotten first.

    That a certificate is unknown is kept for a second only, that a tenant or a member is unknown not at all.
    """

    def __init__(self, configuration: Configuration, clock: Clock, ttl_s: float, most_kept: int = MOST_KEPT) -> None:
        self._configuration = configuration
        self._clock = clock
        self._ttl_s = ttl_s
        self._most_kept = most_kept
        self._kept: OrderedDict[str, tuple[datetime, object]] = OrderedDict()

    def tenant(self, tenant_id: str) -> TenantRecord:
        """Read a tenant's record; NotFound when there is none."""
        return self._remembered(f"tenant#{tenant_id}", lambda: self._configuration.tenant(tenant_id))

    def membership(self, username: str) -> Membership:
        """Read a person's membership; NotFound when the person belongs to no tenant."""
        return self._remembered(f"membership#{username}", lambda: self._configuration.membership(username))

    def certificate(self, certificate_id: str) -> CertificateRecord | None:
        return self._remembered(
            f"certificate#{certificate_id}", lambda: self._configuration.certificate(certificate_id)
        )

    def _remembered(self, name: str, read: Callable[[], Kept]) -> Kept:
        now = self._clock.now()
        good_until, answer = self._kept.get(name, (now, None))
        if good_until > now:
            self._kept.move_to_end(name)
            return cast(Kept, answer)  # the name says what kind of answer lies under it
        answer = read()
        ttl_s = self._ttl_s if answer is not None else min(self._ttl_s, ABSENT_TTL_S)
        self._kept[name] = (now + timedelta(seconds=ttl_s), answer)
        self._kept.move_to_end(name)
        if len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)
        return answer


def _tenant_key(tenant_id: str) -> ItemKey:
    return ItemKey(f"tenant#{tenant_id}", RECORD)


def _listed_tenant_key(tenant_id: str) -> ItemKey:
    return ItemKey(TENANTS, f"tenant#{tenant_id}")


def _membership_key(username: str) -> ItemKey:
    return ItemKey(f"membership#{username}", RECORD)


def _certificate_key(certificate_id: str) -> ItemKey:
    return ItemKey(f"certificate#{certificate_id}", RECORD)


def _listed_certificate_key(tenant_id: str, certificate_id: str) -> ItemKey:
    return ItemKey(f"tenant#{tenant_id}", f"certificate#{certificate_id}")
