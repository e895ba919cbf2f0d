"""A device's message sent over HTTP by a member of its tenant."""

from functions.telemetry.batch import Incoming
from functions.telemetry.ingest import store_incoming
from functions.telemetry.ledger import Ledger
from functions.telemetry.model import DeviceNotAllowed, UnknownDevice
from functions.telemetry.views import Acknowledged, Refusal, Stored
from makoto.codecs.telemetry import Decoded, Decoder, DeviceMessage, edge_of
from makoto.domain import DeviceId, EquipmentPath, ms_from_instant
from makoto.errors import FieldError, Invalid
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext


class MessageRefused(Invalid):
    """Nothing of the message can be stored."""


def post_message(body: bytes, device: DeviceId | None, tenant: TenantContext, configuration: Configuration) -> Stored:
    """Store a message of a registered device, named by the request or by the message's own `edge`.

    What is refused whole is told and not kept; of the rest the broken points are told and kept in quarantine.
    """
    name = device or edge_of(body) or ""
    message = DeviceMessage(tenant.correlation_id, name, place_of(name, tenant, configuration), _now_ms(tenant), body)
    decoded = Decoder().decode(body, device=name, received_at_ms=message.received_at_ms)
    if decoded.content is None:
        errors = [FieldError(f"/body{fault.pointer}", fault.rule, fault.detail) for fault in decoded.faults]
        raise MessageRefused("nothing of the message can be stored", errors=errors)
    work = store_incoming([Incoming.of(message, decoded)], tenant)
    return Stored(
        accepted=work.accepted,
        duplicates=1 - len(work.new),
        quarantined=tuple(Refusal(pointer=each.pointer, reason=each.rule, detail=each.detail) for each in work.faults),
        acknowledged=_acknowledged(decoded, work.ledger),
    )


def place_of(device: str, tenant: TenantContext, configuration: Configuration) -> EquipmentPath:
    """Find where a device stands: in the registry, never in the message."""
    known = [each for each in configuration.certificates_of(tenant.tenant_id) if each.device_id == device]
    if not known:
        raise UnknownDevice("no registered device is named by `device` or by the message's `edge`")
    active = [each for each in known if each.status == "active"]
    if not active:
        raise DeviceNotAllowed(f"device {device} is disabled")
    return active[-1].path


def _acknowledged(decoded: Decoded, ledger: Ledger) -> Acknowledged | None:
    if decoded.identity is None:
        return None
    session = decoded.identity.session
    return Acknowledged(session=session, seq=ledger.session(session).stored_to)


def _now_ms(tenant: TenantContext) -> int:
    return ms_from_instant(tenant.clock.now())
