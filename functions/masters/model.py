"""Records of master data, their revisions, and what can be wrong with them."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field, RootModel, StringConstraints

from makoto.domain import Instant, Value
from makoto.domain.factory import (
    BillOfMaterial,
    Characteristic,
    Equipment,
    Material,
    Reason,
    Routing,
    RunTime,
    WorkCalendar,
)
from makoto.errors import Conflict, FieldError, Invalid

Record: TypeAlias = Equipment | WorkCalendar | Reason | Material | BillOfMaterial | Routing | RunTime | Characteristic
Dated: TypeAlias = BillOfMaterial | Routing | RunTime
"""What has versions by date."""

CLASSES: Mapping[str, type[Record]] = {
    str(each.model_fields["kind"].default): each
    for each in (Equipment, WorkCalendar, Reason, Material, BillOfMaterial, Routing, RunTime, Characteristic)
}
"""By the kind's name."""

RecordId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9~-]{0,255}$")]
"""An id as a path names it: the slashes of a place are written `~`."""

MAX_IMPORTED = 500


class Revision(Value):
    """A record as it was said once; `is_retired` where that took it out of use."""

    record: Annotated[Record, Field(discriminator="kind")]
    revision: int
    changed_at: Instant
    changed_by: str
    is_retired: bool = False


class GivenRecord(RootModel[Annotated[Record, Field(discriminator="kind")]]):
    """A record of any kind, told apart by its `kind`."""


class ImportRecords(Value):
    """Records of any kinds in any order; what refers to each other may come together."""

    records: Annotated[tuple[dict[str, object], ...], Field(min_length=1, max_length=MAX_IMPORTED)]


class Refused(Value):
    """A record that was not taken; `pointer` leads into what was sent."""

    pointer: str
    rule: str
    detail: str


class Imported(Value):
    """What became of an import: how many were stored, how many said nothing new, and what was refused."""

    stored: int
    unchanged: int
    refused: tuple[Refused, ...]


class RuleBroken(Invalid):
    """A record does not fit those that it refers to."""


class OverlappingVersions(Conflict):
    """Two versions would be in force on the same day."""


class StillReferred(Conflict):
    """Others refer to the record."""


class RevisionMismatch(Conflict):
    """Somebody changed the record meanwhile."""


def require_named(record: Record, kind: str, record_id: str) -> Record:
    """Return the record if it is the one that the path names."""
    for pointer, said, wanted in (("/body/kind", record.kind, kind), ("/body/id", record.id, record_id)):
        if said != wanted:
            raise RuleBroken(
                f"the path names {wanted}, the body says {said}", errors=[FieldError(pointer, "path", wanted)]
            )
    return record
