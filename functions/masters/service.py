"""Use cases of master data: say, read, list, retire, import, explode a bill, tell a calendar's shifts."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from functions.masters import registry, rules
from functions.masters.explosion import Explosion, exploded
from functions.masters.model import GivenRecord, Imported, ImportRecords, Record, Refused, Revision, RuleBroken
from functions.masters.ordering import in_order_of_reference
from functions.masters.rules import World
from functions.masters.views import Shift, shift_view
from makoto.domain import Page
from makoto.domain.factory import BillOfMaterial, Material, Window, WorkCalendar, shift_windows
from makoto.errors import Conflict, FieldError, Invalid, MakotoError
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed
from makoto.ports.masters import NoSuchMaster

MAX_TRIES = 8

__all__ = [
    "explode_bill",
    "import_records",
    "list_records",
    "list_revisions",
    "list_shifts",
    "put_record",
    "read_record",
    "retire_record",
]


def put_record(record: Record, expected: int | None, tenant: TenantContext) -> Revision:
    """Say what a record is from now on; the same again changes nothing.

    Writers of one kind follow each other. `expected` is the revision that the caller has seen, 0 for none.
    """
    return _put(record, expected, registry.world_of(tenant), tenant)[0]


def _put(record: Record, expected: int | None, world: World, tenant: TenantContext) -> tuple[Revision, bool]:
    for _ in range(MAX_TRIES):
        held = registry.hold(record.kind, record.id, tenant)
        number = registry.next_revision(record, held, expected, tenant)
        if held.current is not None and held.current.record == record:
            return held.current, False
        rules.check(record, world)
        try:
            saved = _save(record, number, held, tenant)
        except ConditionFailed:
            world.forget()
            continue
        world.learn(record)
        return saved, True
    raise registry.TooManyWriters(f"others keep writing records of kind {record.kind}")


def retire_record(kind: str, record_id: str, expected: int | None, tenant: TenantContext) -> Revision:
    """Take a record out of use, unless others refer to it; its revisions stay."""
    registry.class_of(kind)
    for _ in range(MAX_TRIES):
        held = registry.hold(kind, record_id, tenant)
        if held.current is None:
            raise registry.RecordNotFound(f"there is no {kind} {record_id}")
        record = held.current.record
        number = registry.next_revision(record, held, expected, tenant)
        rules.check_unreferred(record, registry.world_of(tenant))
        try:
            return _save(record, number, held, tenant, is_retired=True)
        except ConditionFailed:
            continue
    raise registry.TooManyWriters(f"others keep writing records of kind {kind}")


def read_record(kind: str, record_id: str, revision: int | None, tenant: TenantContext) -> Revision:
    """Read a record as it is, or as it was in a revision."""
    return registry.load(kind, record_id, revision, tenant)


def list_records(kind: str, prefix: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[Revision]:
    """List current records in the order of their ids."""
    return registry.page(kind, prefix, limit, cursor, tenant)


def list_revisions(kind: str, record_id: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[Revision]:
    """List what was said of a record, the newest first."""
    registry.class_of(kind)
    return registry.revisions(kind, record_id, limit, cursor, tenant)


def import_records(command: ImportRecords, tenant: TenantContext) -> Imported:
    """Take many records, in the order in which they refer to each other; what is wrong is refused, the rest stored."""
    parsed, refused = _parsed(command.records)
    world, stored, unchanged = registry.world_of(tenant), 0, 0
    for at, record in in_order_of_reference(parsed):
        try:
            _, is_new = _put(record, None, world, tenant)
        except (Invalid, Conflict) as error:
            refused += _refusals(at, error)
            continue
        stored += is_new
        unchanged += not is_new
    return Imported(stored=stored, unchanged=unchanged, refused=tuple(refused))


def explode_bill(product: str, quantity: Decimal, on: date | None, tenant: TenantContext) -> Explosion:
    """Work out all that a quantity of a product needs by the bills in force on a day: today, by the tenant's clock."""
    day = on or tenant.clock.now().astimezone(ZoneInfo(tenant.record.time_zone)).date()
    masters = tenant.masters
    units = {each.id: each.unit for each in masters.all(Material)}
    if product not in units:
        raise NoSuchMaster(f"there is no material {product}")
    bills = {each.product: each for each in masters.all(BillOfMaterial) if each.is_effective(day)}
    return exploded(product, quantity, day, bills.get, units.__getitem__)


def list_shifts(calendar_id: str, start: datetime, end: datetime, tenant: TenantContext) -> Sequence[Shift]:
    """Tell the shifts that touch a window, in UTC and by the calendar's clock."""
    calendar = tenant.masters.get(WorkCalendar, calendar_id)
    if end <= start:
        raise _bad_window("a window ends after it starts")
    try:
        window = Window(start=start, end=end)
        return [shift_view(each, calendar.time_zone) for each in shift_windows(calendar, window)]
    except (ValueError, OverflowError) as outside:
        raise _bad_window(str(outside)) from outside


def _bad_window(detail: str) -> RuleBroken:
    return RuleBroken(detail, errors=[FieldError("/query/to", "range", detail)])


def _save(
    record: Record, number: int, held: registry.Held, tenant: TenantContext, *, is_retired: bool = False
) -> Revision:
    by = tenant.principal.username if tenant.principal else "platform"
    made = Revision(record=record, revision=number, changed_at=tenant.clock.now(), changed_by=by, is_retired=is_retired)
    registry.save(made, held, tenant)
    return made


def _parsed(given: Sequence[dict[str, object]]) -> tuple[list[tuple[int, Record]], list[Refused]]:
    parsed, refused = list[tuple[int, Record]](), list[Refused]()
    reader = TypeAdapter(GivenRecord)
    for at, each in enumerate(given):
        try:
            parsed.append((at, reader.validate_python(each, strict=False).root))
        except ValidationError as error:
            for one in error.errors(include_url=False):
                path = "".join(f"/{part}" for part in one["loc"][1:])
                refused.append(Refused(pointer=f"/records/{at}{path}", rule=one["type"], detail=one["msg"]))
    return parsed, refused


def _refusals(at: int, error: MakotoError) -> list[Refused]:
    if not error.errors:
        return [Refused(pointer=f"/records/{at}", rule=error.problem, detail=error.detail)]
    return [
        Refused(pointer=f"/records/{at}{each.pointer}", rule=each.rule, detail=each.detail) for each in error.errors
    ]
