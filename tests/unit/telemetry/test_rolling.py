"""Half-hours and days come out the same in whatever order, however late and however often readings come."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.telemetry import keys, minutes
from functions.telemetry.imports import receive_part, start_import
from functions.telemetry.model import StartImport
from functions.telemetry.pages import Level
from makoto.analytics.rollups import added
from makoto.domain import instant_from_ms
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.rolled import DAY_MS, EDGE, GRIDS, HALF_MS, HOUR_MS, Rolled, edges, every_ten_minutes, rounded

readings = st.tuples(
    st.integers(0, 3 * DAY_MS // 600_000).map(lambda place: NOW_MS + place * 600_000),
    st.sampled_from([0.0, 1.5, -2.0, 1e6]),
    st.sampled_from([192, 192, 64, 0]),
)
Step = int | str | list[tuple[int, float, int]]
steps: st.SearchStrategy[Step] = st.one_of(
    st.lists(readings, min_size=1, max_size=5, unique_by=lambda each: each[0]),
    st.sampled_from(["roll", "again"]),
    st.integers(0, 30).map(lambda hours: hours * HOUR_MS),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=1, max_size=12))
def test_whatever_comes_when_each_level_is_the_sum_of_what_was_sent(story: list[Step]) -> None:
    rolled, seen = Rolled().later(2 * DAY_MS), set[int]()
    for step in story:
        if isinstance(step, int):
            rolled.later(step)
        elif step == "roll":
            rolled.roll()
        elif isinstance(step, str):
            rolled.again(0)
        elif new := [each for each in step if each[0] not in seen and each[0] <= rolled.now_ms]:
            seen |= {each[0] for each in new}
            rolled.send(*new)
    _check(rolled)
    rolled.later(5 * DAY_MS).roll()
    _check(rolled)
    assert rolled.marks() == []


def _check(rolled: Rolled) -> None:
    for grid in GRIDS:
        assert rolled.ask(edges(grid))[0] == rolled.expected(edges(grid))


def a_day(*, hours: Iterable[int] = range(24)) -> Rolled:
    """A day of readings that has been over for an hour."""
    rolled = Rolled().later(DAY_MS + HOUR_MS)
    for hour in hours:
        rolled.send(*every_ten_minutes(NOW_MS + hour * HOUR_MS, NOW_MS + (hour + 1) * HOUR_MS))
    return rolled


def test_minutes_add_up_to_half_hours_and_those_to_the_day() -> None:
    rolled = a_day()
    assert rolled.roll() == 24
    halves, days = rolled.page(Level.HALF_HOURS, NOW_MS), rolled.rows(Level.DAYS, NOW_MS)
    of_minutes = [rollup for (_, metric), rollup in rolled.world.rollups().items() if metric == "a"]
    assert len(halves) == 48
    assert rounded(added(halves.values())) == days[NOW_MS] == rounded(added(of_minutes))


def test_rolled_up_days_are_read_from_pages_alone() -> None:
    rolled = a_day()
    rolled.roll()
    assert rolled.ask(edges(HOUR_MS, days=1))[1].model_dump() == {"days": 0, "hours": 1, "minutes": 0, "files": 0}
    assert rolled.ask(edges(DAY_MS, days=1))[1].model_dump() == {"days": 1, "hours": 0, "minutes": 0, "files": 0}


def test_a_late_reading_is_in_the_answer_at_once_and_on_the_page_after_the_next_run() -> None:
    rolled = a_day()
    rolled.roll()
    rolled.send((NOW_MS + 5 * HOUR_MS + 1, 1000.0, 192))
    assert rolled.marks() == ["stale#2026-01-01T05"]
    found, read = rolled.ask(edges(HOUR_MS, days=1))
    assert found == rolled.expected(edges(HOUR_MS, days=1))
    assert read.minutes + read.files > 0
    assert rolled.rows(Level.DAYS, NOW_MS)[NOW_MS].most != 1000.0
    assert rolled.roll() == 1
    assert rolled.rows(Level.DAYS, NOW_MS)[NOW_MS].most == 1000.0
    assert rolled.ask(edges(HOUR_MS, days=1))[1].model_dump() == {"days": 0, "hours": 1, "minutes": 0, "files": 0}


def test_a_duplicate_marks_nothing() -> None:
    rolled = a_day()
    rolled.roll()
    rolled.again(3)
    assert rolled.marks() == []


def test_a_day_that_ends_in_silence_is_summed_too() -> None:
    rolled = Rolled().later(6 * HOUR_MS)
    rolled.send(*every_ten_minutes(NOW_MS, NOW_MS + HOUR_MS))
    rolled.roll()
    assert rolled.rows(Level.DAYS, NOW_MS) == {}
    rolled.later(DAY_MS).send((NOW_MS + DAY_MS + HOUR_MS, 1.0, 192))
    rolled.later(2 * HOUR_MS).roll()
    assert rolled.rows(Level.DAYS, NOW_MS) == rolled.expected(edges(DAY_MS, days=1))


def test_a_reading_of_three_months_ago_is_rolled_up_from_its_file() -> None:
    rolled = a_day(hours=[3]).later(100 * DAY_MS)
    rolled.roll()
    rolled.send((NOW_MS + 3 * HOUR_MS + 7, 9.0, 192))
    assert not minutes.are_kept(NOW_MS // HOUR_MS + 3, rolled.world.clock.now())
    rolled.roll()
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == rolled.expected(edges(HALF_MS, days=1))


def test_hours_are_forgotten_after_three_years_and_read_from_files_then() -> None:
    rolled = a_day(hours=[3])
    rolled.roll()
    rolled.later(1200 * DAY_MS)
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == {}
    found, read = rolled.ask(edges(HOUR_MS, days=1))
    assert (found, read.files) == (rolled.expected(edges(HOUR_MS, days=1)), 1)
    assert rolled.ask(edges(DAY_MS, days=1))[1].model_dump() == {"days": 1, "hours": 0, "minutes": 0, "files": 0}


def test_a_reading_later_than_its_hours_are_kept_changes_the_day() -> None:
    rolled = a_day(hours=[3, 4])
    rolled.roll()
    rolled.later(1200 * DAY_MS).send((NOW_MS + 3 * HOUR_MS + 7, 9.0, 192))
    rolled.roll()
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == {}
    assert rolled.rows(Level.DAYS, NOW_MS) == rolled.expected(edges(DAY_MS, days=1))


def test_a_device_stored_before_there_were_pages_is_rolled_up_from_its_beginning() -> None:
    rolled = Rolled().later(200 * HOUR_MS)
    for hour in range(120):
        rolled.send((NOW_MS + hour * HOUR_MS, float(hour), 192))
    ledger = rolled.world.tenant.documents.get(keys.ledger_key(EDGE))
    assert "sealed" not in ledger.data
    assert rolled.roll() == 120
    assert rolled.ask(edges(DAY_MS, days=5)) == (
        rolled.expected(edges(DAY_MS, days=5)),
        rolled.ask(edges(DAY_MS, 5))[1],
    )
    assert rolled.ask(edges(DAY_MS, days=5))[1].days == 1


def test_imported_readings_are_rolled_up_with_those_of_their_hour() -> None:
    rolled = a_day(hours=[3, 4])
    rolled.roll()
    at = NOW_MS + 3 * HOUR_MS + 5
    rolled.world.tenant.documents.put(keys.registered_key(EDGE), {"device_id": DEVICE})
    body = f"device,metric,time,value\n{DEVICE},a,2026-01-01T03:00:00.005Z,41.5\n".encode()
    begun = start_import(
        StartImport(device=EDGE, filename="a.csv", sha256=sha256(body).hexdigest(), total_bytes=len(body)),
        rolled.world.tenant,
    )
    receive_part(begun.import_id, 0, body, rolled.world.tenant)
    rolled.sent.append((at, 41.5, 192))
    assert rolled.ask(edges(HOUR_MS, days=1))[0] == rolled.expected(edges(HOUR_MS, days=1))
    rolled.roll()
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == rolled.expected(edges(HALF_MS, days=1))
    assert rolled.marks() == []


def test_very_many_metrics_are_rolled_up_in_several_writes() -> None:
    rolled = Rolled().later(DAY_MS + HOUR_MS)
    for metric in range(250):
        rolled.send((NOW_MS, float(metric), 192), metric=f"m{metric}")
    rolled.roll()
    assert rolled.rows(Level.DAYS, NOW_MS, "m249")[NOW_MS].total == 249.0
    assert rolled.marks() == []


def test_pages_are_kept_three_and_twenty_years() -> None:
    rolled = a_day(hours=[1])
    rolled.roll()
    documents = rolled.world.tenant.documents
    expiries = [documents.get(level.key(EDGE, NOW_MS, "a")).expires_at for level in Level]
    assert expiries == [instant_from_ms(NOW_MS) + timedelta(days=days) for days in (1096, 7306)]


def test_another_device_has_pages_of_its_own() -> None:
    rolled = a_day(hours=[1])
    rolled.roll()
    assert rolled.world.documents("telemetry#edge-08") == []
    assert rolled.world.documents(f"telemetry#{DEVICE}", "hours#") != []


def test_bad_readings_in_a_file_do_not_hide_the_numbers_of_other_hours() -> None:
    rolled = Rolled().later(9 * HOUR_MS)
    rolled.send((NOW_MS, 5.0, 0))
    rolled.send((NOW_MS + 6 * HOUR_MS, 1.5, 192))
    (found,) = rolled.ask([NOW_MS, NOW_MS + 12 * HOUR_MS])[0].values()
    assert (found.count, found.used, found.total, found.squares) == (2, 1, 1.5, 0.0)
