"""One page of a listing."""

from typing import Generic, TypeVar

from makoto.domain.value import Value

Item = TypeVar("Item")


class Page(Value, Generic[Item]):
    """Items in order and the cursor of the next page, absent on the last."""

    items: tuple[Item, ...]
    next_cursor: str | None = None
