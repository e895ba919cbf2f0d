"""A walk through a whole container: one physical partition after another, each in the order of the items' ids.

Where a partition was split since, its parts go on where it was; where two were merged, some documents come again.
"""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.azure.cosmos_items import Item
from makoto.adapters.clouds.azure.cosmos_pages import first_page
from makoto.adapters.clouds.azure.cosmos_sql import walk_statement

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk has come to: the partitions before `begins` are done, and of those up to an `until` the ids up to an
    `after` are (`floors`, in order). Both are hashes of partition keys, as the service cuts its ranges.
    """

    begins: str = ""
    floors: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, mark: str | None) -> "Place":
        """Read a mark."""
        told = {} if mark is None else json.loads(mark)
        return cls(told.get("begins", ""), tuple((until, after) for until, after in told.get("floors", ())))

    def mark(self) -> str:
        """Write a mark."""
        return json.dumps(asdict(self))

    def after(self, until: str) -> str | None:
        """Return the last id met of a partition that ends here."""
        return next((after for floor, after in self.floors if until <= floor), None)

    def within(self, begins: str, until: str, after: str) -> "Place":
        """Move on within a partition."""
        return Place(begins, ((until, after), *self._beyond(until)))

    def behind(self, until: str) -> "Place":
        """Move on to the next partition."""
        return Place(until, self._beyond(until))

    def _beyond(self, until: str) -> tuple[tuple[str, str], ...]:
        return tuple(floor for floor in self.floors if floor[0] > until)


def walk_page(container: "ContainerProxy", mark: str | None, wanted: int) -> tuple[list[Item], str | None]:
    """Read some items past the mark, and the mark behind them; none at the end."""
    place = Place.of(mark)
    partitions = sorted((_bounds(feed_range), feed_range) for feed_range in _feed_ranges(container))
    left = [(bounds, feed_range) for bounds, feed_range in partitions if bounds[1] > place.begins]
    for (begins, until), feed_range in left:
        page = first_page(container, walk_statement(place.after(until)), wanted, feed_range=json.loads(feed_range))
        if page.items and not page.is_last:
            return page.items, place.within(begins, until, page.items[-1]["id"]).mark()
        place = place.behind(until)
        if page.items:
            return page.items, None if until == left[-1][0][1] else place.mark()
    return [], None


def _feed_ranges(container: "ContainerProxy") -> list[str]:
    return [json.dumps(each) for each in container.read_feed_ranges(force_refresh=True)]


def _bounds(feed_range: str) -> tuple[str, str]:
    found: dict[str, Any] = json.loads(feed_range)["Range"]
    return str(found["min"]), str(found["max"])
