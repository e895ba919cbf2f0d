"""Master data of one tenant: read by every domain, written by the domain `masters` only.

A kind is a partition; current versions lie under `current/<id>`, all of them under `version/<id>/<revision>` with
the id's slashes as `~`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeAlias, TypeVar

from pydantic import Field

from makoto.domain.factory import (
    BillOfMaterial,
    Characteristic,
    Equipment,
    Material,
    Reason,
    Routing,
    RunTime,
    WorkCalendar,
    ancestors_of,
)
from makoto.errors import NotFound
from makoto.ports.documents import And, Document, Documents, Key, Leaf, Query

MasterRecord: TypeAlias = Annotated[
    Equipment | WorkCalendar | Reason | Material | BillOfMaterial | Routing | RunTime | Characteristic,
    Field(discriminator="kind"),
]
"""Whatever is a tenant's master data."""

CURRENT = "current/"
_PAGE = 500

Record = TypeVar("Record", Equipment, WorkCalendar, Reason, Material, BillOfMaterial, Routing, RunTime, Characteristic)


class NoSuchMaster(NotFound):
    """The tenant has no such master data."""


@dataclass(frozen=True, slots=True)
class Masters:
    """A tenant's master data as it is now. A call reads the store: one call a record, one a page of a listing."""

    documents: Documents

    def find(self, of: type[Record], record_id: str) -> Record | None:
        """Read a record that may be absent."""
        document = self.documents.find(current_key(of, record_id))
        return None if document is None else _content(of, document)

    def get(self, of: type[Record], record_id: str) -> Record:
        """Read a record; `NoSuchMaster` if there is none."""
        found = self.find(of, record_id)
        if found is None:
            raise NoSuchMaster(f"there is no {kind_of(of)} {record_id}")
        return found

    def all(self, of: type[Record], *, prefix: str = "", product: str | None = None) -> Iterator[Record]:
        """Every record of a kind in the order of the ids, of those that begin with `prefix`, of one product."""
        where = None if product is None else And((Leaf("product", "eq", product),))
        cursor = None
        while True:
            query = Query(partition_of(of), prefix=CURRENT + prefix, where=where, limit=_PAGE, cursor=cursor)
            page = self.documents.query(query)
            yield from (_content(of, document) for document in page.items)
            if (cursor := page.next_cursor) is None:
                return

    def calendar_of(self, equipment: str) -> WorkCalendar | None:
        """The calendar that a place works by: its own, else its nearest ancestor's."""
        for place in (equipment, *ancestors_of(equipment)):
            stands = self.find(Equipment, place)
            if stands is not None and stands.calendar is not None:
                return self.find(WorkCalendar, stands.calendar)
        return None

    def run_times(self, product: str) -> tuple[RunTime, ...]:
        """Every planned run time per unit of a product; `run_time_of` chooses among them."""
        return tuple(self.all(RunTime, product=product))

    def reasons(self) -> dict[int, Reason]:
        """The tenant's own reasons by their code."""
        return {each.code: each for each in self.all(Reason)}


def run_time_of(run_times: tuple[RunTime, ...], product: str, equipment: str, on: date) -> RunTime | None:
    """The planned run time in force at a place on a day: its own, else its nearest ancestor's; the latest one begun."""
    effective = [each for each in run_times if each.product == product and each.is_effective(on)]
    for place in (equipment, *ancestors_of(equipment)):
        here = [each for each in effective if each.equipment == place]
        if here:
            return max(here, key=lambda each: each.effective_from)
    return None


def kind_of(of: type[Record]) -> str:
    """The name of a kind, as in `equipment` or `bom`."""
    return str(of.model_fields["kind"].default)


def partition_of(of: type[Record]) -> str:
    """Where a kind lies."""
    return f"masters#{kind_of(of)}"


def current_key(of: type[Record], record_id: str) -> Key:
    """Where the current version of a record lies."""
    return Key(partition_of(of), CURRENT + record_id)


def _content(of: type[Record], document: Document) -> Record:
    return of.model_validate_json(str(document.data["content"]))
