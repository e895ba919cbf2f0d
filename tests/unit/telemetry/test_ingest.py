"""A message takes effect once: latest, minutes, history, and what the device is told."""

from typing import Any

import pytest

from functions.telemetry.ledger import REORDER_MS
from tests.unit.codecs.messages import NOW_MS, SESSION, alarm, birth, counters, death, series, state, telemetry
from tests.unit.telemetry.world import World

MINUTE_MS = 60_000


def at(*seconds: float, first_ms: int = NOW_MS - 3 * MINUTE_MS) -> list[int]:
    return [first_ms + int(1000 * each) for each in seconds]


def test_readings_reach_latest_minutes_and_history() -> None:
    world = World()
    done = world.receive(telemetry(series("a", t=at(0, 30, 60), v=[1.0, 3.0, 10.0])))
    assert (done.accepted, done.duplicates, done.faults) == (3, 0, ())
    assert world.values() == {"a": (at(60)[0], 10.0, 192)}
    minute = world.rollups()["2025-12-31T23:57", "a"]
    assert (minute.count, minute.good, minute.total, minute.least, minute.most) == (2, 2, 4.0, 1.0, 3.0)
    assert minute.last is not None
    assert minute.last.value == 3.0
    rows = [(metric, t, v, q, session, seq) for metric, t, v, _, q, _, _, session, seq in world.history()]
    assert rows == [("a", t, v, 192, SESSION, 0) for t, v in zip(at(0, 30, 60), [1.0, 3.0, 10.0], strict=True)]


def test_history_lies_in_folders_by_device_date_and_hour() -> None:
    world = World()
    world.receive(telemetry(series("a", t=[NOW_MS - 1, NOW_MS], v=[1.0, 2.0], q=[192, 192])))
    keys = [info.key.rsplit("/", 1)[0] for info in world.tenant.objects.list("telemetry/").items]
    assert keys == [
        "telemetry/device=edge-07/date=2025-12-31/hour=23",
        "telemetry/device=edge-07/date=2026-01-01/hour=00",
    ]


@pytest.mark.parametrize("again", [1, 3])
def test_a_message_that_comes_twice_changes_nothing(again: int) -> None:
    once, twice = World(), World()
    document = telemetry(series("a"), series("b", v=[1, 2, 3]))
    once.receive(document)
    twice.receive(*[document] * again)
    done = twice.receive(document)
    assert (done.accepted, done.duplicates) == (0, 1)
    assert twice.values() == once.values()
    assert twice.rollups() == once.rollups()
    assert twice.history() == once.history()


def test_a_duplicate_is_acknowledged_again() -> None:
    world = World()
    world.receive(telemetry())
    world.receive(telemetry())
    assert world.told() == [{"session": SESSION, "seq": 0}] * 2


def test_late_readings_do_not_replace_newer_ones_and_still_count() -> None:
    world = World()
    world.receive(telemetry(series("a", t=at(30), v=[5.0]), seq=1))
    world.receive(telemetry(series("a", t=at(10), v=[1.0]), seq=0))
    assert world.values() == {"a": (at(30)[0], 5.0, 192)}
    minute = world.rollups()["2025-12-31T23:57", "a"]
    assert (minute.count, minute.total, minute.last and minute.last.value) == (2, 6.0, 5.0)


def test_of_two_values_for_one_instant_the_one_said_later_counts_whatever_arrives_first() -> None:
    for order in ([0, 1], [1, 0]):
        world = World()
        for seq in order:
            world.receive(telemetry(series("a", t=at(0), v=[float(seq)]), seq=seq))
        assert world.values()["a"][1] == 1.0


def test_historical_readings_never_touch_latest() -> None:
    world = World()
    world.receive(telemetry(series("a"), historical=True))
    assert world.values() == {}
    assert len(world.history()) == 3
    assert sum(rollup.count for rollup in world.rollups().values()) == 3


def test_bad_readings_are_shown_with_their_quality_and_not_counted_in() -> None:
    world = World()
    world.receive(
        telemetry(series("a", t=at(0, 1, 2), v=[4.0, None, 9.0], q=[192, 0, 500], qs=[None, "BadSensorFailure", None]))
    )
    assert world.values() == {"a": (at(2)[0], 9.0, 500)}
    minute = world.rollups()["2025-12-31T23:57", "a"]
    assert (minute.count, minute.good, minute.used, minute.total, minute.most) == (3, 1, 1, 4.0, 4.0)
    assert [row[4:6] for row in world.history()] == [(192, None), (0, "BadSensorFailure"), (500, None)]


def test_texts_and_booleans_are_kept_as_they_are() -> None:
    world = World()
    world.receive(telemetry(series("mode", t=at(0), v=["自動"]), series("run", t=at(0), v=[True])))
    assert {name: value for name, (_, value, _) in world.values().items()} == {"mode": "自動", "run": True}
    assert [row[:4] for row in world.history()] == [("mode", at(0)[0], None, "自動"), ("run", at(0)[0], 1.0, "true")]


def test_broken_points_are_kept_in_quarantine_and_the_others_go_through() -> None:
    world = World()
    done = world.receive(telemetry(series("a", v=[1.0, float("nan"), 3.0]), series("b\0")))
    assert done.accepted == 2
    assert [(entry["pointer"], entry["rule"]) for entry in world.quarantine()] == [
        ("/series/0/v/1", "finite"),
        ("/series/1/m", "metric_name"),
    ]
    assert [fault.rule for fault in done.faults] == ["finite", "metric_name"]


def test_a_refused_message_is_quarantined_once_and_acknowledged_so_that_its_device_goes_on() -> None:
    world = World()
    world.receive(telemetry(extra=1))
    world.receive(telemetry(extra=1))
    assert [entry["rule"] for entry in world.quarantine()] == ["unknown_field"]
    assert world.told()[-1] == {"session": SESSION, "seq": 0}


def test_unreadable_bytes_are_quarantined_once() -> None:
    world = World()
    world.receive(b"{")
    world.receive(b"{")
    assert [(entry["rule"], entry["excerpt"]) for entry in world.quarantine()] == [("json", "{")]
    assert world.told() == []


def test_quarantine_is_forgotten_after_thirty_days() -> None:
    world = World()
    world.receive(b"{")
    world.clock.advance(30 * 24 * 3600 + 1)
    assert world.quarantine() == []


def test_plain_json_is_stored_once() -> None:
    world = World()
    for _ in range(2):
        world.receive({"temperature": 21.5}, {"temperature": 21.5})
    assert world.values() == {"temperature": (NOW_MS, 21.5, 192)}
    assert len(world.history()) == 1


def test_the_same_plain_json_at_another_time_is_another_reading() -> None:
    world = World()
    world.receive({"temperature": 21.5})
    world.receive({"temperature": 21.5}, received_at_ms=NOW_MS + 1000)
    assert len(world.history()) == 2


def test_the_acknowledgement_names_what_is_stored_without_a_gap() -> None:
    world = World()
    world.receive(telemetry(seq=0), telemetry(series("b"), seq=1))
    world.receive(telemetry(series("c"), seq=3))
    assert world.told() == [{"session": SESSION, "seq": 1}, {"session": SESSION, "seq": 1}]
    world.receive(telemetry(series("d"), seq=2))
    assert world.told()[-1] == {"session": SESSION, "seq": 3}


def test_a_session_that_lacks_its_beginning_has_nothing_acknowledged() -> None:
    world = World()
    world.receive(telemetry(seq=7))
    assert world.told() == [{"session": SESSION, "seq": -1}]


def test_a_gap_that_lasts_is_told_once() -> None:
    world = World()
    world.receive(telemetry(seq=0))
    world.receive(telemetry(seq=2))
    world.clock.advance(REORDER_MS / 1000)
    for seq in (3, 4):
        world.receive(telemetry(seq=seq))
    assert [told.get("rebirth") for told in world.told()] == [None, None, True, None]


def test_a_gap_that_is_filled_in_time_is_not_told() -> None:
    world = World()
    for seq in (0, 2, 1):
        world.receive(telemetry(seq=seq))
    world.clock.advance(REORDER_MS / 1000)
    world.receive(telemetry(seq=3))
    assert world.told()[-1] == {"session": SESSION, "seq": 3}


def test_after_the_birth_that_was_asked_for_acknowledging_begins_anew() -> None:
    world = World()
    world.receive(telemetry(seq=5))
    world.clock.advance(REORDER_MS / 1000)
    world.receive(telemetry(seq=6))
    assert world.told()[-1] == {"session": SESSION, "seq": -1, "rebirth": True}
    world.receive(birth(seq=7), telemetry(series("b"), seq=8))
    assert world.told()[-1] == {"session": SESSION, "seq": 8}


def test_a_message_missing_before_the_birth_is_still_stored_when_it_comes() -> None:
    world = World()
    world.receive(telemetry(seq=5))
    world.clock.advance(REORDER_MS / 1000)
    world.receive(telemetry(seq=6))
    world.receive(birth(seq=7))
    assert world.receive(telemetry(series("late"), seq=4)).accepted == 3


def test_two_sessions_at_once_are_acknowledged_each() -> None:
    world = World()
    world.receive(telemetry(session="one", seq=0), telemetry(series("b"), session="two", seq=0))
    assert world.told() == [{"session": "one", "seq": 0}, {"session": "two", "seq": 0}]


def test_a_death_makes_what_its_session_said_stale() -> None:
    world = World()
    world.receive(telemetry(series("a")))
    world.receive(death(), received_at_ms=NOW_MS + 1)
    assert world.values()["a"][2] == 500


def test_a_death_that_overtakes_data_on_the_way_makes_them_stale_too() -> None:
    world = World()
    world.receive(death(), received_at_ms=NOW_MS + 1)
    world.receive(telemetry(series("a")))
    assert world.values()["a"][2] == 500


def test_what_comes_after_the_reconnect_is_alive() -> None:
    world = World()
    world.receive(telemetry(series("a"), series("b")))
    world.receive(death(), received_at_ms=NOW_MS + 1)
    world.receive(telemetry(series("a", t=[NOW_MS], v=[1.0]), seq=1), received_at_ms=NOW_MS + 2)
    assert {name: quality for name, (_, _, quality) in world.values().items()} == {"a": 192, "b": 500}


def test_the_death_of_an_old_session_leaves_the_new_one_alone() -> None:
    world = World()
    world.receive(telemetry(series("a"), session="old"), telemetry(series("a", t=[NOW_MS], v=[1.0]), session="young"))
    world.receive(death(session="old"), received_at_ms=NOW_MS + 1)
    assert world.values()["a"][2] == 192


def test_companions_are_kept_by_their_time() -> None:
    world = World()
    world.receive(birth(seq=0), state(seq=1), counters(seq=2), alarm(seq=3))
    for kind in ("birth", "state", "counters", "alarm"):
        (found,) = world.documents("telemetry#edge-07", f"{kind}#")
        assert found.data["t"] == NOW_MS
    assert world.told() == [{"session": SESSION, "seq": 3}]


def test_the_newest_state_and_counters_are_with_the_latest_values() -> None:
    world = World()
    world.receive(state(seq=1, t=NOW_MS, packml=6), counters(seq=2))
    world.receive(state(seq=0, t=NOW_MS - 1, packml=4))
    latest = world.latest()
    assert latest.state is not None
    assert latest.state.fields["packml"] == 6
    assert latest.counters is not None
    assert latest.counters.fields == {"good": 120, "scrap": 3}


def test_a_message_that_names_another_device_is_quarantined_and_moves_nothing() -> None:
    world = World()
    world.receive(telemetry(edge="edge-08"))
    assert [entry["rule"] for entry in world.quarantine()] == ["edge"]
    assert world.values() == {}
    assert world.told() == []


def test_a_device_that_moves_takes_its_latest_values_along() -> None:
    from tests.unit.telemetry.world import PATH, message

    elsewhere = PATH.model_copy(update={"line": "line-2"})
    world = World()
    world.receive(telemetry(series("a")))
    world.store([message(telemetry(series("b"), seq=1), path=elsewhere)])
    assert world.latest(PATH).values == {}
    assert set(world.latest(elsewhere).values) == {"a", "b"}


def many_minutes(count: int, **changes: Any) -> dict[str, Any]:
    times = [NOW_MS - each * 31 * MINUTE_MS for each in range(count)]
    return telemetry(series("a", t=times, v=[float(each) for each in range(count)]), **changes)


def test_a_message_of_very_many_minutes_is_stored_in_several_writes() -> None:
    world = World()
    done = world.receive(many_minutes(500))
    assert done.accepted == 500
    assert len(world.history()) == 500
    assert len(world.rollups()) == 500
    assert world.told() == [{"session": SESSION, "seq": 0}]


def test_a_batch_that_does_not_fit_one_write_is_cut_between_messages() -> None:
    world = World()
    done = world.receive(*[many_minutes(30, seq=seq) for seq in range(10)])
    assert done.accepted == 300
    assert sum(rollup.count for rollup in world.rollups().values()) == 300
    assert world.told() == [{"session": SESSION, "seq": 9}]


def test_very_many_plain_messages_are_stored_in_several_writes() -> None:
    world = World()
    assert world.receive(*[{"t": NOW_MS - each, "x": each} for each in range(300)]).accepted == 300
    assert len(world.history()) == 300


def test_minutes_older_than_ninety_days_are_kept_as_history_only() -> None:
    world = World()
    world.receive(telemetry(series("a", t=[NOW_MS - 91 * 24 * 60 * MINUTE_MS], v=[1.0])))
    assert world.rollups() == {}
    assert len(world.history()) == 1


def test_a_device_has_so_many_metrics_and_no_more_and_the_known_ones_go_on() -> None:
    world = World()
    names = [f"{each:04d}/" + "温" * 120 for each in range(1000)]
    for seq in range(5):
        parts = [series(name, t=[NOW_MS + seq], v=[1.0]) for name in names[seq * 200 : seq * 200 + 200]]
        world.receive(telemetry(*parts, series(names[0], t=[NOW_MS + seq], v=[float(seq)]), seq=seq))
    assert {entry["rule"] for entry in world.quarantine()} == {"too_many_metrics"}
    assert 400 < len(world.values()) < 900
    assert world.values()[names[0]] == (NOW_MS + 4, 4.0, 192)
