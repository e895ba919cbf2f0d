"""The adapters of time and randomness."""

from datetime import UTC, timedelta

from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.system import SystemClock, SystemIds, ulid_of


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_ulid_is_written_as_its_specification_says() -> None:
    assert ulid_of(0, bytes(10)) == "0" * 26
    assert ulid_of((1 << 48) - 1, b"\xff" * 10) == "7" + "Z" * 25
    assert ulid_of(1469918176385, bytes(10))[:10] == "01ARYZ6S41"  # github.com/ulid/spec


def test_ulids_sort_by_time_and_none_comes_twice() -> None:
    ids = SystemIds()
    made = [ids.ulid() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert [each[:10] for each in made] == sorted(each[:10] for each in made)
    assert len(ids.random(16)) == 16


def test_counted_ids_are_the_same_in_every_run() -> None:
    first, second = CountingIds(), CountingIds()

    assert [first.ulid(), first.ulid()] == [second.ulid(), second.ulid()] == ["0" * 25 + "1", "0" * 25 + "2"]
    assert first.random(4) == second.random(4) != first.random(4)


def test_a_fixed_clock_moves_only_when_it_is_told() -> None:
    clock = FixedClock()
    began = clock.now()
    assert clock.now() == began

    clock.sleep(1.5)

    assert clock.now() - began == timedelta(seconds=1.5)
