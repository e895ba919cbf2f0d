"""Use cases of recording as people and programs send it: one lot received, several activities at once."""

from datetime import date
from typing import Annotated

from pydantic import Field

from functions.traceability import records, service
from functions.traceability.activities import ActivityKind, OutputLine, RecordActivity, SensorReport
from functions.traceability.model import ActivityId, Attributes, LotId, Quantity, Text
from functions.traceability.views import ActivityView, LotView, RecordedMany, activity_view, lot_view
from makoto.codecs.json_text import to_text
from makoto.domain import Instant, Value
from makoto.domain.factory import MaterialId, Unit
from makoto.errors import FieldError, Invalid, MakotoError
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfAbsent, IfVersion

MAX_ACTIVITIES = 50
MAX_SENSORS = 200


class ReceiveLot(Value):
    """A lot that arrived; `activity_id`, where it is given, makes repeating safe across different lots."""

    lot_id: LotId
    material: MaterialId
    quantity: Quantity
    unit: Unit | None = None
    expires_on: date | None = None
    supplier: Text | None = None
    supplier_lot: Text | None = None
    attributes: Attributes = Field(default_factory=dict)
    is_serial: bool = False
    location: Text | None = None
    at: Instant | None = None
    delivery_note: Text | None = None
    activity_id: ActivityId | None = None


class Activities(Value):
    """Activities in the order in which they were done; each is one write of its own."""

    activities: Annotated[tuple[RecordActivity, ...], Field(min_length=1, max_length=MAX_ACTIVITIES)]


class Sensors(Value):
    """What metrics were over an activity's time."""

    sensors: Annotated[tuple[SensorReport, ...], Field(min_length=1, max_length=50)]


class TooManySensors(Invalid):
    """The activity has as many reports as are kept."""


def receive_lot(command: ReceiveLot, tenant: TenantContext) -> LotView:
    """Register what arrived; the same lot sent again is the same receipt."""
    line = OutputLine(
        lot_id=command.lot_id,
        quantity=command.quantity,
        unit=command.unit,
        material=command.material,
        expires_on=command.expires_on,
        is_serial=command.is_serial,
        attributes=command.attributes,
        location=command.location,
    )
    received = RecordActivity(
        activity_id=command.activity_id or f"receive-{command.lot_id}",
        kind=ActivityKind.RECEIVE,
        at=command.at,
        outputs=(line,),
        supplier=command.supplier,
        supplier_lot=command.supplier_lot,
        location=command.location,
        delivery_note=command.delivery_note,
    )
    service.record_activity(received, tenant)
    return lot_view(records.get_lot(command.lot_id, tenant))


def record_activities(command: Activities, tenant: TenantContext) -> RecordedMany:
    """Record one after the other up to the first that is refused; sending all again goes on there."""
    recorded = []
    for number, activity in enumerate(command.activities):
        try:
            recorded.append(activity_view(service.record_activity(activity, tenant)))
        except MakotoError as refused:
            refused.errors = tuple(_below(number, each) for each in refused.errors) or (
                FieldError(f"/body/activities/{number}", refused.problem, refused.detail),
            )
            raise
    return RecordedMany(recorded=tuple(recorded))


def add_sensors(activity_id: str, command: Sensors, tenant: TenantContext) -> ActivityView:
    """Add what sensors told of an activity's time; the activity itself stays as it was recorded.

    A report that is there already changes nothing, so sending again is safe.
    """
    activity = records.get_activity(activity_id, tenant)
    place = records.key("sensed", activity_id)
    for _ in range(service.TRIES):
        found = tenant.documents.find(place)
        known = records.load_sensors([activity_id], tenant).get(activity_id, ())
        reports = tuple(dict.fromkeys((*known, *command.sensors)))
        if len(reports) > MAX_SENSORS:
            raise TooManySensors(f"an activity keeps at most {MAX_SENSORS} sensor reports")
        data = {"reports": to_text([each.model_dump(mode="json", exclude_defaults=True) for each in reports])}
        try:
            tenant.documents.put(place, data, when=IfVersion(found.version) if found else IfAbsent())
        except ConditionFailed:
            continue
        return activity_view(activity.model_copy(update={"sensors": (*activity.sensors, *reports)}))
    raise service.LotsAreBusy(f"the sensor reports of {activity_id} are changed by others; ask again")


def _below(number: int, error: FieldError) -> FieldError:
    return FieldError(f"/body/activities/{number}{error.pointer}", error.rule, error.detail)
