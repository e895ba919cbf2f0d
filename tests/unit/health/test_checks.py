"""Parts are asked at once, within a bound, whatever they do."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from functions.health import service
from functions.health.model import NEEDED, OLDEST_AGE_S, Readiness, Status
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.clouds.memory import health as memory_health
from makoto.errors import Unavailable
from makoto.ports.health import Figures, HealthChecks
from tests.builders import settings


@dataclass(frozen=True)
class Asked:
    name: str
    answer: Callable[[], Figures]

    def check(self) -> Figures:
        return self.answer()


def judged(*parts: Asked, within_s: float = 0.2) -> Readiness:
    readiness, _ = service.check_readiness(HealthChecks(parts, within_s))
    return readiness


def broken() -> Figures:
    raise Unavailable("password=hunter2 host=db.internal")


def crashing() -> Figures:
    raise RuntimeError("stack of secrets")


@pytest.fixture
def hanging() -> Iterator[Callable[[], Figures]]:
    end = threading.Event()

    def hang() -> Figures:
        end.wait(10)
        return {}

    yield hang
    end.set()


def test_all_parts_answer_and_the_whole_is_ready() -> None:
    readiness, _ = service.check_readiness(memory_health.connect(settings()))

    assert readiness.status is Status.READY
    assert {each.name for each in readiness.parts} >= NEEDED
    assert all(each.detail.startswith("answers") for each in readiness.parts)


@pytest.mark.parametrize("fault", [broken, crashing])
def test_a_needed_part_with_a_fault_is_named_and_nothing_of_the_fault_is_told(fault: Callable[[], Figures]) -> None:
    readiness = judged(Asked("database", fault), Asked("identity", dict))

    assert readiness.status is Status.NOT_READY
    assert [(each.name, each.status) for each in readiness.parts] == [
        ("database", Status.NOT_READY),
        ("identity", Status.READY),
    ]
    told = readiness.model_dump_json()
    assert "hunter2" not in told
    assert "secrets" not in told


def test_a_part_that_requests_can_do_without_leaves_the_whole_ready() -> None:
    readiness = judged(Asked("database", dict), Asked("bus", broken))

    assert readiness.status is Status.READY
    assert readiness.parts[1].status is Status.NOT_READY


def test_a_part_that_hangs_is_named_within_the_bound_and_the_others_answer(hanging: Callable[[], Figures]) -> None:
    start = time.monotonic()

    readiness = judged(Asked("database", hanging), Asked("identity", lambda: {"signing_keys": 2}))

    assert time.monotonic() - start < 1
    assert readiness.parts[0].detail == "does not answer in time"
    assert readiness.parts[0].latency_ms == 200
    assert readiness.parts[1].status is Status.READY
    assert readiness.parts[1].figures == {"signing_keys": 2}


def test_a_part_that_still_hangs_is_not_asked_by_another_thread(hanging: Callable[[], Figures]) -> None:
    checks = HealthChecks([Asked("database", hanging)], within_s=0.05)
    checks.run()
    threads = threading.active_count()

    (again,) = checks.run()

    assert threading.active_count() == threads
    assert not again.has_answered


def test_parts_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(4)

    def meet() -> Figures:
        together.wait(2)
        return {}

    readiness = judged(*(Asked(name, meet) for name in ("a", "b", "c", "d")), within_s=2)

    assert readiness.status is Status.READY
    assert all(each.status is Status.READY for each in readiness.parts)


def test_the_parts_are_asked_once_in_five_seconds_however_often_somebody_wants_to_know() -> None:
    asked = iter(range(9))
    clock = FixedClock()
    watch = service.Watch(HealthChecks([Asked("database", lambda: {"asked": next(asked)})]), clock)

    first, found = watch.readiness()
    again, not_asked = watch.readiness()
    clock.advance(service.FRESH.total_seconds())
    later, _ = watch.readiness()

    assert (again, len(found), not_asked) == (first, 1, ())
    assert [each.parts[0].figures["asked"] for each in (first, later)] == [0, 1]


def test_a_queue_that_does_not_keep_up_is_named_with_its_figures() -> None:
    figures = {"waiting": 90_000, "oldest_age_s": OLDEST_AGE_S}

    readiness = judged(Asked("telemetry_queue", lambda: figures))

    (queue,) = readiness.parts
    assert readiness.status is Status.READY
    assert queue.status is Status.NOT_READY
    assert queue.detail == f"does not keep up: waiting 90000, oldest_age_s {OLDEST_AGE_S}"
    assert queue.figures == figures
