"""HTTP routes of devices."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from functions.devices import service
from functions.devices.model import (
    CertificateId,
    DeviceStatus,
    IdempotencyKey,
    ListDevices,
    RegisterDevice,
    RotateDevice,
)
from functions.devices.views import DeviceDetail, DeviceView, RegisteredDevice
from makoto.domain import DeviceId, Page, Slug, TenantId
from makoto.runtime.composition import platform
from makoto.runtime.http import HttpApi, permit

DEVICES = "/api/v1/tenants/<tenant_id>/devices"
DEVICE = f"{DEVICES}/<device_id>"
Tenant = Annotated[TenantId, Path()]
Id = Annotated[DeviceId, Path()]

api = HttpApi("devices")
handler = api.handler


def ports() -> service.DevicesPorts:
    """What devices ask of the platform."""
    return service.DevicesPorts(fleet=platform().adapter("fleet"), configuration=platform().configuration)


@api.post(DEVICES, middlewares=[permit("devices:register")])
def register_device(
    tenant_id: Tenant,
    body: Annotated[RegisterDevice, Body()],
    idempotency_key: Annotated[IdempotencyKey | None, Header(alias="Idempotency-Key")] = None,
) -> tuple[RegisteredDevice, int]:
    device = service.register_device(body, api.tenant(), ports(), idempotency_key=idempotency_key)
    return device, HTTPStatus.CREATED


@api.get(DEVICES, middlewares=[permit("devices:list")])
def list_devices(
    tenant_id: Tenant,
    site: Annotated[Slug | None, Query()] = None,
    line: Annotated[Slug | None, Query()] = None,
    status: Annotated[DeviceStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
) -> Page[DeviceView]:
    wanted = ListDevices(site=site, line=line, status=status, limit=limit, cursor=cursor)
    return service.list_devices(wanted, api.tenant())


@api.get(DEVICE, middlewares=[permit("devices:read")])
def read_device(tenant_id: Tenant, device_id: Id) -> DeviceDetail:
    return service.read_device(device_id, api.tenant())


@api.post(f"{DEVICE}/disable", middlewares=[permit("devices:disable")])
def disable_device(tenant_id: Tenant, device_id: Id) -> DeviceView:
    return service.set_device_status(device_id, DeviceStatus.DISABLED, api.tenant(), ports())


@api.post(f"{DEVICE}/enable", middlewares=[permit("devices:disable")])
def enable_device(tenant_id: Tenant, device_id: Id) -> DeviceView:
    return service.set_device_status(device_id, DeviceStatus.ACTIVE, api.tenant(), ports())


@api.post(f"{DEVICE}/rotate", middlewares=[permit("devices:rotate")])
def rotate_device(
    tenant_id: Tenant, device_id: Id, body: Annotated[RotateDevice | None, Body()] = None
) -> RegisteredDevice:
    return service.rotate_device(device_id, body or RotateDevice(), api.tenant(), ports())


@api.delete(f"{DEVICE}/certificates/<certificate_id>", middlewares=[permit("devices:rotate")])
def retire_certificate(
    tenant_id: Tenant, device_id: Id, certificate_id: Annotated[CertificateId, Path()]
) -> DeviceView:
    return service.retire_certificate(device_id, certificate_id, api.tenant(), ports())
