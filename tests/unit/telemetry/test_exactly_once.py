"""However messages are portioned, repeated, reordered, interrupted or raced for, the result is the same."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.telemetry.ingest import TooMuchAtOnce
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.analytics.rollups import Rollup
from makoto.codecs.telemetry import DeviceMessage
from makoto.errors import Unavailable
from makoto.ports.documents import ConditionRefused, Write
from tests.unit.codecs.messages import NOW_MS, death, series, state, telemetry
from tests.unit.telemetry.world import World, message

MINUTE_MS = 60_000
values = st.sampled_from([0.0, 1.5, -2.25, 1e6, True, "auto"])
times = st.integers(0, 5).map(lambda step: NOW_MS - step * 20_000)


@st.composite
def some_messages(draw: st.DrawFn) -> list[DeviceMessage]:
    """Several sessions of one edge, each numbered from 0, with deaths and plain messages among them."""
    messages = list[DeviceMessage]()
    for session in draw(st.sampled_from([["one"], ["one", "two"]])):
        for seq in range(draw(st.integers(1, 5))):
            received = NOW_MS + draw(st.integers(0, 3))
            messages.append(message(draw(some_document(session, seq)), received_at_ms=received))
        if draw(st.integers(0, 3)) == 0:
            messages.append(message(death(session=session), received_at_ms=NOW_MS + draw(st.integers(0, 3))))
    if draw(st.booleans()):
        messages.append(message({"t": draw(times), "a": draw(st.integers(0, 9))}))
    return messages


@st.composite
def some_document(draw: st.DrawFn, session: str, seq: int) -> Any:
    if draw(st.integers(0, 5)) == 0:
        return state(session=session, seq=seq, t=draw(times), packml=draw(st.integers(0, 17)))
    parts = list[Any]()
    for name in draw(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True)):
        points = draw(st.lists(st.tuples(times, values), min_size=1, max_size=4))
        parts.append(series(name, t=[t for t, _ in points], v=[v for _, v in points]))
    return telemetry(*parts, session=session, seq=seq, historical=draw(st.integers(0, 5)) == 0)


@st.composite
def some_delivery(draw: st.DrawFn) -> tuple[list[DeviceMessage], list[list[DeviceMessage]]]:
    """Messages, and a way in which they arrive: repeated, in any order, cut into batches anywhere."""
    messages = draw(some_messages())
    repeated = messages + draw(st.lists(st.sampled_from(messages), max_size=6))
    shuffled = draw(st.permutations(repeated))
    cuts = sorted({0, len(shuffled), *draw(st.lists(st.integers(0, len(shuffled)), max_size=5))})
    return messages, [shuffled[first:last] for first, last in pairwise(cuts)]


def rounded(rollup: Rollup) -> Rollup:
    """Sums of doubles depend on their order in the last digits."""
    squares = rollup.squares and float(f"{round(rollup.squares, 4):.10g}")
    return replace(rollup, total=rollup.total and round(rollup.total, 6), squares=squares)


def seen(world: World) -> dict[str, Any]:
    """What can be asked of a tenant afterwards."""
    latest = world.latest()
    return {
        "values": latest.values,
        "state": latest.state,
        "rollups": {key: rounded(rollup) for key, rollup in world.rollups().items()},
        "history": sorted(map(repr, world.history())),
        "records": [document.key for document in world.documents("state#edge-07")],
    }


@settings(max_examples=60, deadline=None)
@given(some_delivery())
def test_any_delivery_of_the_same_messages_gives_the_same(delivery: tuple[list[Any], list[list[Any]]]) -> None:
    messages, batches = delivery
    straight, delivered = World(), World()
    straight.store(messages)
    for batch in batches:
        delivered.store(batch)
    assert seen(delivered) == seen(straight)


class Refusing(MemoryDocuments):
    """A store that fails at the chosen writes, before or after doing them."""

    def __init__(self, *, before: Sequence[int] = (), after: Sequence[int] = ()) -> None:
        super().__init__()
        self.before, self.after, self.count = set(before), set(after), 0

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        self.count += 1
        if self.count in self.before:
            raise Unavailable("the line went dead before the write")
        super().write_all(writes, now)
        if self.count in self.after:
            raise Unavailable("the line went dead after the write")


def world_on(driver: MemoryDocuments) -> World:
    world = World()
    world.tenant = replace(world.tenant, documents=replace(world.tenant.documents, driver=driver))
    return world


@pytest.mark.parametrize("driver", [Refusing(before=[1]), Refusing(after=[1]), Refusing(before=[1, 2], after=[3])])
def test_a_crash_between_upload_and_commit_or_after_it_loses_and_doubles_nothing(driver: Refusing) -> None:
    documents = [telemetry(series("a", t=[NOW_MS - seq], v=[float(seq)]), seq=seq) for seq in range(3)]
    expected, world = World(), world_on(driver)
    expected.receive(*documents)
    for _ in range(len(driver.before) + len(driver.after)):
        with pytest.raises(Unavailable):
            world.receive(*documents)
    world.receive(*documents)
    assert seen(world) == seen(expected)


def test_a_crash_in_the_middle_of_a_long_message_goes_on_where_it_was() -> None:
    long = telemetry(series("a", t=[NOW_MS - each * MINUTE_MS for each in range(200)], v=[1.0] * 200))
    world = world_on(Refusing(after=[2], before=[4]))
    for _ in range(2):
        with pytest.raises(Unavailable):
            world.receive(long)
    world.receive(long)
    assert sum(rollup.count for rollup in world.rollups().values()) == 200
    assert len(world.history()) == 200


def test_batches_of_one_device_at_the_same_time_lose_and_double_nothing() -> None:
    documents = [telemetry(series("a", t=[NOW_MS - seq], v=[1.0]), seq=seq) for seq in range(60)]
    world, failures = World(), list[BaseException]()

    def receive(mine: Sequence[Any]) -> None:
        for start in range(0, len(mine), 3):
            while True:
                try:
                    world.receive(*mine[start : start + 3])
                    break
                except TooMuchAtOnce:
                    continue
                except BaseException as error:
                    failures.append(error)
                    raise

    shares = [documents[:40], documents[20:], documents[10:50:2]]
    threads = [threading.Thread(target=receive, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(rollup.count for rollup in world.rollups().values()) == 60
    assert sorted(row[8] for row in world.history()) == list(range(60))
    assert world.told()[-1]["seq"] >= 0
    world.receive(documents[0])
    assert world.told()[-1]["seq"] == 59


class Contended(MemoryDocuments):
    """A store in which somebody else is always faster."""

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        raise ConditionRefused(0)


def test_who_always_loses_the_race_gives_the_messages_back() -> None:
    with pytest.raises(TooMuchAtOnce):
        world_on(Contended()).receive(telemetry())


@dataclass
class Narrow(MemoryDocuments):
    """A store that takes small writes only."""

    max_bytes: int

    def __post_init__(self) -> None:
        super().__init__()
        self.limits = replace(MemoryDocuments.limits, max_atomic_bytes=self.max_bytes)


def test_where_the_store_takes_less_at_once_it_is_given_less_at_once() -> None:
    documents = [telemetry(series("a", t=[NOW_MS - seq * MINUTE_MS], v=[1.0]), seq=seq) for seq in range(40)]
    world = world_on(Narrow(max_bytes=3000))
    assert world.receive(*documents).accepted == 40
    assert len(world.rollups()) == 40


def test_a_message_that_no_write_can_hold_is_quarantined_and_the_others_go_through() -> None:
    wide = telemetry(*[series(f"metric-{each}", t=[NOW_MS], v=[1.0]) for each in range(100)], seq=1)
    world = world_on(Narrow(max_bytes=4000))
    done = world.receive(telemetry(series("a"), seq=0), wide, telemetry(series("b"), seq=2))
    assert done.accepted == 6
    assert [entry["rule"] for entry in world.quarantine()] == ["not_storable"]
    assert set(world.values()) == {"a", "b"}
    assert world.told()[-1]["seq"] == 2
