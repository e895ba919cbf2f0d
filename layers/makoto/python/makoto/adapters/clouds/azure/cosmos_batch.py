"""Writes of one partition as one transactional batch: which operations they become, and what a refusal means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from makoto.adapters.clouds.azure.cosmos_errors import translated
from makoto.adapters.clouds.azure.cosmos_items import changes_of, item_id, item_of
from makoto.adapters.clouds.azure.cosmos_sql import text_literal
from makoto.errors import FieldError, Invalid
from makoto.ports.documents import Always, Check, ConditionRefused, Delete, IfVersion, Put, Write

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy

MAX_OPERATIONS = 100
ABSENT, EXISTS, ANOTHER = 404, 409, 412

Operation: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]  # as execute_item_batch takes it


@dataclass(frozen=True, slots=True)
class Batch:
    """Writes of one partition; each put gets the version at its place.

    `IfAbsent` is a create. Where it meets a document, that one may have expired without being gone: the write is tried
    once more in a second form, as a change of what has expired (`lapsed` holds the places of such writes). A check is a
    change of `_c` alone, since a read in a batch heeds no condition; to check that nothing is there is to create and
    delete it.
    """

    writes: Sequence[Write]
    versions: Sequence[str]
    now: datetime

    def send(self, container: "ContainerProxy") -> None:
        """Do all or none; ConditionRefused."""
        lapsed: set[int] = set()
        for _ in range(2 * len(self.writes) + 2):
            refused = self._sent(container, lapsed)
            if refused is None:
                return
            place, status = refused
            if place not in lapsed and status == self._unexpected(place):
                lapsed.add(place)
            elif status == ABSENT and place in lapsed:
                lapsed.remove(place)  # the store's own expiry has come in between
            else:
                raise ConditionRefused(place)
        raise ConditionRefused(place)

    def _sent(self, container: "ContainerProxy", lapsed: set[int]) -> tuple[int, int] | None:
        """Send once; return the place of the write refused and why."""
        from azure.cosmos.exceptions import CosmosBatchOperationError

        operations, places = self._operations(lapsed)
        with translated(writing=True):
            try:
                container.execute_item_batch(operations, self.writes[0].key.partition)
            except CosmosBatchOperationError as error:
                status = int(error.status_code or 0)
                if status not in (ABSENT, EXISTS, ANOTHER):
                    raise
                return places[error.error_index or 0], status
        return None

    def _unexpected(self, place: int) -> int:
        """Return the refusal that asks for a write's second form."""
        write = self.writes[place]
        return ABSENT if isinstance(write, Delete) and isinstance(write.when, Always) else EXISTS

    def _operations(self, lapsed: set[int]) -> tuple[list[Operation], list[int]]:
        each = [self._of(place, is_lapsed=place in lapsed) for place in range(len(self.writes))]
        places = [place for place, operations in enumerate(each) for _ in operations]
        if len(places) > MAX_OPERATIONS:
            rule = FieldError(
                "/writes",
                "size",
                "a delete with a condition counts twice here, and so does a check that nothing is there",
            )
            raise Invalid("the document store takes at most 100 writes as one", errors=[rule])
        return [operation for operations in each for operation in operations], places

    def _of(self, place: int, *, is_lapsed: bool) -> list[Operation]:
        write, version = self.writes[place], self.versions[place]
        name = item_id(write.key)
        gone: Operation = ("delete", (name,), {})
        if isinstance(write.when, Always):
            return self._plain(write, version, is_lapsed=is_lapsed)
        if isinstance(write.when, IfVersion) or is_lapsed:
            held = {"filter_predicate": self._predicate(write)}
            changes = changes_of(write, version, self.now) if isinstance(write, Put) else [_touched(version)]
            goes = isinstance(write, Delete) or (is_lapsed and not isinstance(write, Put))
            return [("patch", (name, changes), held), *([gone] if goes else [])]
        made = write if isinstance(write, Put) else Put(write.key, {})
        created: Operation = ("create", (item_of(made, version, self.now),), {})
        return [created] if isinstance(write, Put) else [created, gone]

    def _plain(self, write: Write, version: str, *, is_lapsed: bool) -> list[Operation]:
        """Deleting nothing refuses the whole batch: the second form of a delete puts something there first."""
        match write:
            case Put():
                return [("upsert", (item_of(write, version, self.now),), {})]
            case Delete(key):
                filler = item_of(Put(key, {}), version, self.now)
                filled: list[Operation] = [("upsert", (filler,), {})] if is_lapsed else []
                return [*filled, ("delete", (filler["id"],), {})]
            case _:
                return []

    def _predicate(self, write: Write) -> str:
        """Say which stored document may be changed; the vendor takes no parameters here."""
        now = int(self.now.timestamp())
        if not isinstance(write.when, IfVersion):
            return f"FROM c WHERE IS_NUMBER(c._expires) AND c._expires <= {now}"
        version = text_literal(write.when.version)
        return f"FROM c WHERE c._v = {version} AND (IS_NULL(c._expires) OR c._expires > {now})"


def _touched(mark: str) -> dict[str, Any]:
    return {"op": "set", "path": "/_c", "value": mark}


def is_plain(write: Write) -> bool:
    """Tell whether a write asks for nothing and needs no batch."""
    return isinstance(write.when, Always) and not isinstance(write, Check)
