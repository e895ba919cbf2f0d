"""Trying again: full jitter and a budget, for what a store has left undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from makoto.errors import Throttled
from makoto.ports.clock import Clock
from makoto.ports.ids import Ids

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Patience:
    """Wait 0 to `first_s`, then up to twice as long each time, at most `longest_s`, `budget_s` in all."""

    clock: Clock
    ids: Ids
    first_s: float = 0.05
    longest_s: float = 1.0
    budget_s: float = 3.0

    def drain(self, items: Sequence[Item], attempt: Callable[[Sequence[Item]], Sequence[Item]]) -> tuple[Item, ...]:
        """Attempt the items, then those an attempt gave back, until none or the budget is left; return the rest."""
        deadline = self.clock.now() + timedelta(seconds=self.budget_s)
        wait_s, waited_s = self.first_s, 0.0
        left = _attempted(items, attempt)
        while left and waited_s + wait_s <= self.budget_s and self.clock.now() < deadline:
            self.clock.sleep(wait_s * int.from_bytes(self.ids.random(2), "big") / 65535)
            waited_s, wait_s = waited_s + wait_s, min(wait_s * 2, self.longest_s)
            left = _attempted(left, attempt)
        return tuple(left)

    def insist(self, attempt: Callable[[], Result]) -> Result:
        """Attempt one thing until it is not throttled; Throttled when the budget is used up."""
        results: list[Result] = []

        def once(_: Sequence[None]) -> Sequence[None]:
            results.append(attempt())
            return ()

        if self.drain([None], once):
            raise Throttled("the tenant's store is busy")
        return results[0]


def _attempted(items: Sequence[Item], attempt: Callable[[Sequence[Item]], Sequence[Item]]) -> Sequence[Item]:
    try:
        return attempt(items)
    except Throttled:
        return items
