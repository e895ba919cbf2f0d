"""In which order records that refer to each other are stored. Pure."""

from collections.abc import Iterator, Sequence

from functions.masters.model import Record
from functions.masters.rules import references_of


def in_order_of_reference(records: Sequence[tuple[int, Record]]) -> Iterator[tuple[int, Record]]:
    """What is referred to comes before who refers to it; a loop keeps its given order and is refused by the rules."""
    by_name: dict[tuple[str, str], tuple[int, Record]] = {
        (record.kind, record.id): (at, record) for at, record in records
    }
    done: set[tuple[str, str]] = set()
    for at, record in records:
        if by_name[record.kind, record.id][0] != at:
            yield at, record  # a record that comes twice; the last one counts for those that refer to it
            continue
        yield from _with_references(record, by_name, done)


def _with_references(
    record: Record, by_name: dict[tuple[str, str], tuple[int, Record]], done: set[tuple[str, str]]
) -> Iterator[tuple[int, Record]]:
    stack: list[tuple[str, str]] = [(record.kind, record.id)]
    while stack:
        name = stack[-1]
        wanted = [(kind, to) for _, kind, to in references_of(by_name[name][1])]
        missing = [each for each in wanted if each in by_name and each not in done and each not in stack]
        if name not in done and missing:
            stack += missing[:1]
            continue
        stack.pop()
        if name not in done:
            done.add(name)
            yield by_name[name]
