"""One page of a Cosmos DB query.

The SDK's own paging asks the client's last answer for what comes next, which may be another thread's: only its first
page is taken, and whether there is more is read from the headers of that very answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.azure.cosmos_items import Item
from makoto.adapters.clouds.azure.cosmos_sql import Statement

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy

CONTINUATION = "x-ms-continuation"


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some items; empty only where there are none."""

    items: list[Item]
    is_last: bool


def first_page(container: "ContainerProxy", statement: Statement, wanted: int, **scope: Any) -> ItemPage:
    """Read at most `wanted` items; `scope` is a `partition_key`, or says to ask all of them.

    The service ends a page at 4 MB or 5 s. `enable_scan_in_query`: a filter's paths are not indexed.
    """
    more: list[bool] = []

    def note(headers: Mapping[str, str], _: object) -> None:
        more.append(bool(headers.get(CONTINUATION)))

    pages = container.query_items(
        statement.text,
        parameters=statement.parameters,
        max_item_count=wanted,
        enable_scan_in_query=True,
        response_hook=note,
        **scope,
    ).by_page()
    items = list(next(pages, ()))
    return ItemPage(items, not (more and more[-1]))
