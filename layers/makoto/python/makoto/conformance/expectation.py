"""How a check of the contract says that something is not as it was promised."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from makoto.conformance.scratch import Scratch

Check: TypeAlias = Callable[[Scratch], None]
"""One sentence of the contract: the function's name. It raises Broken, or the error that came instead."""


class Broken(Exception):
    """The store did not keep the contract; the text says what came instead of what."""


def expect(found: object, wanted: object) -> None:
    """Raise Broken unless both are equal."""
    if found != wanted:
        raise Broken(f"expected {_short(wanted)}, found {_short(found)}")


@contextmanager
def refusal(kind: type[Exception]) -> Iterator[list[Exception]]:
    """Raise Broken unless the block is refused in this way; afterwards the list holds the error."""
    refused: list[Exception] = []
    try:
        yield refused
    except kind as error:
        refused.append(error)
        return
    raise Broken(f"expected {kind.__name__}, and nothing was refused")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:119] + "…"
