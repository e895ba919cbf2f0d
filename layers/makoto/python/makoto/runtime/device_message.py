"""Whose a device message is: what the IoT rule says of it, held against the registry of certificates."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from makoto.codecs.telemetry import DeviceMessage, Fault, Kind
from makoto.ports.configuration import CertificateRecord

_KINDS = {kind.value: kind for kind in Kind}


class Stranger(Exception):
    """A message that belongs to nobody the platform serves."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class RuleRecord(BaseModel):
    """What the IoT rule `makoto_{env}_device_messages` puts on the queue; the payload is base64 of the bytes sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    payload: str
    topic: str
    client_id: str
    principal: str
    received_at: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that its device may send."""

    tenant_id: str
    message: DeviceMessage


@dataclass(frozen=True, slots=True)
class Refused:
    """A message of a known device that it may not send: under another's name or on another's topic."""

    tenant_id: str
    message: DeviceMessage
    fault: Fault


def judge(message_id: str, body: str, certificate: Callable[[str], CertificateRecord | None]) -> Accepted | Refused:
    """Tell who sent a message, by the certificate alone; `Stranger` where nobody known did."""
    record, payload = _read(body)
    owner = certificate(record.principal)
    if owner is None:
        raise Stranger("unknown_certificate", "no device has this certificate")
    topic = f"dt/{owner.tenant_id}/{owner.path}"
    above, _, level = record.topic.rpartition("/")
    message = DeviceMessage(
        message_id, owner.device_id, owner.path, record.received_at, payload, _KINDS.get(level), record.topic[:256]
    )
    fault = _fault(owner, record, topic if above == topic and level in _KINDS else None)
    return Accepted(owner.tenant_id, message) if fault is None else Refused(owner.tenant_id, message, fault)


def _read(body: str) -> tuple[RuleRecord, bytes]:
    try:
        record = RuleRecord.model_validate_json(body)
        return record, base64.b64decode(record.payload, validate=True)
    except (ValidationError, binascii.Error, ValueError) as error:
        raise Stranger("malformed_record", "this is not what the rule puts on the queue") from error


def _fault(owner: CertificateRecord, record: RuleRecord, topic: str | None) -> Fault | None:
    client_id = f"{owner.tenant_id}_{owner.device_id}"
    if owner.status != "active":
        return Fault("", "certificate_disabled", "the device is disabled")
    if record.client_id != client_id:
        return Fault("", "client_id", f"the certificate belongs to the client {client_id}", record.client_id[:200])
    if topic is None:
        allowed = f"dt/{owner.tenant_id}/{owner.path}/{{{','.join(_KINDS)}}}"
        return Fault("", "topic", f"the device may publish to {allowed}", record.topic[:200])
    return None
