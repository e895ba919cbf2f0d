"""Trying again within a budget."""

from collections.abc import Sequence

import pytest

from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.errors import Throttled
from makoto.ports.patience import Patience


class ZeroIds(CountingIds):
    """Draws no waiting at all, the worst luck."""

    def random(self, n: int) -> bytes:
        return bytes(n)


def test_what_an_attempt_gives_back_is_attempted_again() -> None:
    clock = FixedClock()
    began, attempts = clock.now(), []

    def attempt(items: Sequence[int]) -> Sequence[int]:
        attempts.append(list(items))
        return items[2:]

    assert Patience(clock, CountingIds()).drain([1, 2, 3, 4, 5], attempt) == ()
    assert attempts == [[1, 2, 3, 4, 5], [3, 4, 5], [5]]
    assert 0 < (clock.now() - began).total_seconds() < 0.15


@pytest.mark.parametrize("ids", [CountingIds(), ZeroIds()])
def test_what_is_never_taken_is_given_back_when_the_budget_is_used(ids: CountingIds) -> None:
    clock, attempts = FixedClock(), []
    began = clock.now()

    def attempt(items: Sequence[int]) -> Sequence[int]:
        attempts.append(items)
        return items

    assert Patience(clock, ids).drain([1, 2], attempt) == (1, 2)
    assert 5 <= len(attempts) <= 20
    assert (clock.now() - began).total_seconds() <= 3


def test_a_slow_store_uses_the_budget_too() -> None:
    clock, attempts = FixedClock(), []

    def attempt(items: Sequence[int]) -> Sequence[int]:
        attempts.append(items)
        clock.advance(2)
        return items

    assert Patience(clock, CountingIds()).drain([1], attempt) == (1,)
    assert len(attempts) == 2


def test_throttling_is_waited_out_and_any_other_failure_is_not() -> None:
    clock, outcomes = FixedClock(), iter([Throttled("x"), Throttled("x"), None])

    def attempt() -> str:
        failure = next(outcomes)
        if failure:
            raise failure
        return "done"

    assert Patience(clock, CountingIds()).insist(attempt) == "done"
    with pytest.raises(StopIteration):
        Patience(clock, CountingIds()).insist(attempt)


def test_throttling_without_end_is_told() -> None:
    def attempt() -> str:
        raise Throttled("x", retry_after_s=7)

    with pytest.raises(Throttled):
        Patience(FixedClock(), CountingIds()).insist(attempt)
