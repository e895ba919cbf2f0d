"""Many writes in one statement: a parameter is a column, and rows go in the order of their keys, against deadlocks."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from makoto.adapters.stores.postgres.encoding import json_of
from makoto.adapters.stores.postgres.statements import place_of
from makoto.ports.documents import Key, Put

MOST_CHARACTERS = 8_000_000  # of JSON in one statement, which both sides hold in memory several times

Rows = Sequence[tuple[Put, str]]
"""Puts with their JSON."""


def portions(puts: Sequence[Put]) -> Iterator[Rows]:
    """Encode puts and part them by their size."""
    some: list[tuple[Put, str]] = []
    size = 0
    for put in sorted(puts, key=attrgetter("key")):
        text = json_of(put.data)
        if some and size + len(text) > MOST_CHARACTERS:
            yield some
            some, size = [], 0
        some.append((put, text))
        size += len(text)
    if some:
        yield some


def put_parameters(rows: Rows, version: Callable[[], str]) -> tuple[list[object], ...]:
    """Say the columns of the rows to be stored."""
    places = [place_of(put.key.partition) for put, _ in rows]
    whole = [
        put.key.partition if put.key.partition != place else None for (put, _), place in zip(rows, places, strict=True)
    ]
    return (
        [*places],
        [put.key.id for put, _ in rows],
        [text for _, text in rows],
        [version() for _ in rows],
        [put.expires_at for put, _ in rows],
        [*whole],
    )


def delete_parameters(keys: Sequence[Key]) -> tuple[list[str], list[str]]:
    """Say the columns of keys."""
    return [place_of(key.partition) for key in keys], [key.id for key in keys]
