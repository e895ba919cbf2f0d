"""Rules that a record must keep with the records around it. Pure."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from functions.masters.model import Dated, OverlappingVersions, Record, RuleBroken, StillReferred
from makoto.domain.factory import (
    BillOfMaterial,
    Characteristic,
    Equipment,
    EquipmentLevel,
    Material,
    Reason,
    Routing,
    RunTime,
    UnitMismatch,
    ancestors_of,
    converted,
)
from makoto.domain.factory.reasons import STANDARD
from makoto.errors import FieldError

_PUBLIC = frozenset((each.kind, each.id) for each in STANDARD)
"""What is there without being written: reasons may stand below the public ranges."""


class World:
    """The records around one, read a kind at a time when a rule asks for them."""

    def __init__(self, read: Callable[[str], dict[str, Record]]) -> None:
        self._read = read
        self._known: dict[str, dict[str, Record]] = {}

    def of_kind(self, kind: str) -> dict[str, Record]:
        """Records by their id."""
        if kind not in self._known:
            self._known[kind] = self._read(kind)
        return self._known[kind]

    def learn(self, record: Record) -> None:
        """Take in what was stored meanwhile."""
        self.of_kind(record.kind)[record.id] = record

    def forget(self) -> None:
        """Read again: somebody else wrote."""
        self._known.clear()

    def has(self, kind: str, record_id: str) -> bool:
        return record_id in self.of_kind(kind)

    def material(self, record_id: str) -> Material | None:
        found = self.of_kind("material").get(record_id)
        return found if isinstance(found, Material) else None

    def bills(self) -> list[BillOfMaterial]:
        return [each for each in self.of_kind("bom").values() if isinstance(each, BillOfMaterial)]


REFERRING: Mapping[str, tuple[str, ...]] = {
    "equipment": ("equipment", "routing", "run_time"),
    "calendar": ("equipment",),
    "reason": ("reason",),
    "material": ("bom", "routing", "run_time", "characteristic"),
    "bom": (),
    "routing": (),
    "run_time": (),
    "characteristic": ("routing",),
}
"""The kinds that may refer to a kind."""


def check(record: Record, world: World) -> None:
    """Raise `RuleBroken` with every broken rule, or `OverlappingVersions`."""
    broken = [*_missing(record, world), *_misfits(record, world)]
    if broken:
        raise RuleBroken(f"{record.kind} {record.id} breaks {len(broken)} rules", errors=broken)
    if isinstance(record, BillOfMaterial | Routing | RunTime):
        _check_versions(record, world)
    if isinstance(record, BillOfMaterial):
        _check_loop(record, world)


def check_unreferred(record: Record, world: World) -> None:
    """Raise `StillReferred` where another record names this one."""
    by = sorted(f"{each.kind} {each.id}" for kind in REFERRING[record.kind] for each in _naming(record, kind, world))
    if by:
        some = ", ".join(by[:5]) + (f" and {len(by) - 5} more" if len(by) > 5 else "")
        raise StillReferred(f"{record.kind} {record.id} is referred to by {some}")


def references_of(record: Record) -> Iterator[tuple[str, str, str]]:
    """What a record refers to: pointer, kind and id."""
    match record:
        case Equipment():
            yield from (("/id", "equipment", place) for place in list(ancestors_of(record.id))[:1])
            if record.calendar is not None:
                yield "/calendar", "calendar", record.calendar
        case Reason(parent=str(parent)):
            yield "/parent", "reason", parent
        case BillOfMaterial():
            yield "/product", "material", record.product
            yield from ((f"/lines/{at}/material", "material", line.material) for at, line in enumerate(record.lines))
        case Routing():
            yield "/product", "material", record.product
            yield from _step_references(record)
        case RunTime():
            yield "/product", "material", record.product
            yield "/equipment", "equipment", record.equipment
        case Characteristic(product=str(product)):
            yield "/product", "material", product


def _step_references(routing: Routing) -> Iterator[tuple[str, str, str]]:
    for at, step in enumerate(routing.operations):
        for place, equipment in enumerate(step.equipment):
            yield f"/operations/{at}/equipment/{place}", "equipment", equipment
        for place, characteristic in enumerate(step.characteristics):
            yield f"/operations/{at}/characteristics/{place}", "characteristic", characteristic


def _naming(record: Record, kind: str, world: World) -> Iterator[Record]:
    for each in world.of_kind(kind).values():
        if any((to, name) == (record.kind, record.id) for _, to, name in references_of(each)):
            yield each


def _missing(record: Record, world: World) -> Iterator[FieldError]:
    for pointer, kind, record_id in references_of(record):
        if not world.has(kind, record_id) and (kind, record_id) not in _PUBLIC:
            yield FieldError(pointer, "reference", f"there is no {kind} {record_id}")


def _misfits(record: Record, world: World) -> Iterator[FieldError]:
    match record:
        case Equipment() if record.work_center and record.level is not EquipmentLevel.WORK_CENTER:
            yield FieldError("/work_center", "level", f"{record.id} is a {record.level}, not a work center")
        case Reason() if record.parent is not None and record.id in _parents(record.parent, world):
            yield FieldError("/parent", "loop", f"reason {record.id} would stand below itself")
        case BillOfMaterial():
            yield from _unit_misfits(record, world)
        case Material() if (before := world.material(record.id)) and not _converts(before.unit, record.unit):
            yield FieldError("/unit", "unit", f"{record.id} is kept in {before.unit}, which no {record.unit} measures")


def _unit_misfits(bill: BillOfMaterial, world: World) -> Iterator[FieldError]:
    named = [("/unit", bill.product, bill.unit)]
    named += [(f"/lines/{at}/unit", line.material, line.unit) for at, line in enumerate(bill.lines)]
    for pointer, name, unit in named:
        material = world.material(name)
        if material is not None and not _converts(unit, material.unit):
            yield FieldError(pointer, "unit", f"{name} is kept in {material.unit}; {unit} does not convert to it")


def _converts(one: str, other: str) -> bool:
    try:
        converted(Decimal(1), one, other)
    except UnitMismatch:
        return False
    return True


def _parents(reason: str, world: World) -> set[str]:
    parents = {each.id: each.parent for each in world.of_kind("reason").values() if isinstance(each, Reason)}
    found, at = set[str](), reason
    while at and at not in found:
        found.add(at)
        at = parents.get(at) or ""
    return found


def _check_versions(record: Dated, world: World) -> None:
    """Versions of one thing follow each other."""
    for other in world.of_kind(record.kind).values():
        if isinstance(other, BillOfMaterial | Routing | RunTime) and _clash(record, other):
            until = other.effective_to or "…"
            raise OverlappingVersions(
                f"{other.kind} {other.id} of {other.product} is in force from {other.effective_from} to {until}",
                errors=[FieldError("/effective_from", "overlap", f"overlaps {other.kind} {other.id}")],
            )


def _clash(record: Dated, other: Dated) -> bool:
    return other.id != record.id and _subject(other) == _subject(record) and _overlap(record, other)


def _subject(record: Dated) -> tuple[str, str]:
    return record.product, record.equipment if isinstance(record, RunTime) else ""


def _overlap(one: Dated, other: Dated) -> bool:
    starts_late = other.effective_to is not None and one.effective_from > other.effective_to
    ends_early = one.effective_to is not None and one.effective_to < other.effective_from
    return not (starts_late or ends_early)


def _check_loop(bill: BillOfMaterial, world: World) -> None:
    """A product never goes into itself, by whatever version of the bills between."""
    parts: dict[str, set[str]] = {}
    for each in (*(other for other in world.bills() if other.id != bill.id), bill):
        parts.setdefault(each.product, set()).update(line.material for line in each.lines)
    path = _path_to(bill.product, parts)
    if path:
        loop = " → ".join((bill.product, *path))
        raise RuleBroken(f"bill {bill.id} makes a loop: {loop}", errors=[FieldError("/lines", "loop", loop)])


def _path_to(wanted: str, parts: Mapping[str, set[str]]) -> list[str]:
    """The way from a product down to itself, without a stack: bills may be thousands of levels deep."""
    above, ahead = dict.fromkeys(parts[wanted], wanted), sorted(parts[wanted], reverse=True)
    while ahead:
        part = ahead.pop()
        if part == wanted:
            return _path_up(above, wanted)
        found = [each for each in sorted(parts.get(part, ()), reverse=True) if each not in above]
        above |= dict.fromkeys(found, part)
        ahead += found
    return []


def _path_up(above: Mapping[str, str], wanted: str) -> list[str]:
    path = [wanted]
    while above[path[-1]] != wanted:
        path.append(above[path[-1]])
    return path[::-1]
