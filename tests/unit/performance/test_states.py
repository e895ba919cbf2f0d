"""States as closed intervals without overlap, in whatever order they were told."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.analytics.performance.states import Entry, StateFact, timeline
from makoto.domain.factory import PackmlState
from tests.unit.performance.shift import EXECUTE, HELD, IDLE, PRODUCTION, SUSPENDED

facts = st.lists(
    st.builds(
        StateFact,
        st.integers(-20, 120),
        st.sampled_from([int(each) for each in PackmlState]),
        st.sampled_from([1, 2, 4]),
        st.sampled_from([None, 60001, 180001]),
    ),
    max_size=15,
)
entries = st.lists(
    st.tuples(st.integers(-10, 100), st.integers(1, 40), st.booleans(), st.sampled_from([None, 140010, 180000])),
    max_size=5,
).map(
    lambda listed: [
        Entry(start, start + length, number, is_state, EXECUTE if is_state else 0, PRODUCTION, reason)
        for number, (start, length, is_state, reason) in enumerate(listed)
    ]
)


def shown(*found: StateFact, by_hand: tuple[Entry, ...] = ()) -> list[tuple[int, int, int, int | None, str]]:
    made = timeline(found, by_hand, 0, 100)
    return [(each.start, each.end, each.packml, each.reason, each.source) for each in made]


@given(facts, entries, st.randoms())
def test_any_order_of_arrival_and_any_repetition_gives_the_same_states(
    told: list[StateFact], said: list[Entry], random: object
) -> None:
    shuffled, by_hand = [*told, *told[: len(told) // 2]], list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its Random as object
    random.shuffle(by_hand)  # type: ignore[attr-defined]

    assert timeline(shuffled, by_hand, 0, 100) == timeline(told, said, 0, 100)


@given(facts, entries)
def test_the_states_cover_the_window_without_gap_or_overlap(told: list[StateFact], said: list[Entry]) -> None:
    made = timeline(told, said, 0, 100)

    assert (made[0].start, made[-1].end) == (0, 100)
    assert all(one.end == other.start and one[2:] != other[2:] for one, other in pairwise(made))
    assert all(each.start < each.end for each in made)


@given(facts, entries, st.integers(1, 99))
def test_two_halves_of_a_window_say_what_the_whole_says(told: list[StateFact], said: list[Entry], cut: int) -> None:
    def at(t: int, start: int, end: int) -> tuple[object, ...]:
        return next(each[2:] for each in timeline(told, said, start, end) if each.start <= t < each.end)

    for t in (0, cut - 1):
        assert at(t, 0, cut) == at(t, 0, 100)
    for t in (cut, 99):
        assert at(t, cut, 100) == at(t, 0, 100)


def test_a_state_that_began_before_the_window_lasts_into_it() -> None:
    """AeroMes counts only stops that begin in the shift, so one that straddles its start is lost."""
    assert shown(StateFact(-500, HELD, 1), StateFact(30, EXECUTE, 1)) == [
        (0, 30, HELD, None, "machine"),
        (30, 100, EXECUTE, None, "machine"),
    ]


def test_a_state_that_begins_as_the_window_ends_is_not_in_it() -> None:
    assert [each[:3] for each in shown(StateFact(0, EXECUTE, 1), StateFact(100, HELD, 1))] == [(0, 100, EXECUTE)]


def test_before_anything_was_told_the_state_is_undefined() -> None:
    assert shown(StateFact(40, IDLE, 1))[0] == (0, 40, PackmlState.UNDEFINED, None, "nobody")


@pytest.mark.parametrize("passing", [PackmlState.STARTING, PackmlState.UNHOLDING])
def test_of_two_states_of_one_millisecond_the_lasting_one_came_last(passing: PackmlState) -> None:
    before, execute = StateFact(10, passing, 1), StateFact(10, EXECUTE, 1)

    assert shown(execute, before) == shown(before, execute)
    assert shown(execute, before)[-1][2] == EXECUTE


def test_a_state_by_hand_wins_over_its_stretch_only() -> None:
    by_hand = Entry(20, 40, 1, True, SUSPENDED, PRODUCTION, 190001)

    assert shown(StateFact(0, EXECUTE, 1), by_hand=(by_hand,)) == [
        (0, 20, EXECUTE, None, "machine"),
        (20, 40, SUSPENDED, 190001, "hand"),
        (40, 100, EXECUTE, None, "machine"),
    ]


def test_a_stop_is_split_by_two_reasons_and_merged_by_one() -> None:
    stop = (StateFact(10, HELD, 1, 100001), StateFact(50, HELD, 1, 100002), StateFact(90, EXECUTE, 1))
    split = (Entry(10, 30, 1, False, reason=60000), Entry(30, 90, 2, False, reason=180000))
    merged = (*split, Entry(10, 90, 3, False, reason=140010))

    assert [each[:4] for each in shown(*stop, by_hand=split)][1:3] == [(10, 30, HELD, 60000), (30, 90, HELD, 180000)]
    assert [each[:4] for each in shown(*stop, by_hand=merged)][1:2] == [(10, 90, HELD, 140010)]


def test_the_later_word_of_a_person_holds_and_none_gives_back_what_the_machine_said() -> None:
    stop = (StateFact(0, HELD, 1, 100001),)
    first, second = Entry(0, 100, 1, False, reason=180000), Entry(50, 100, 2, False, reason=None)

    assert [each[:4] for each in shown(*stop, by_hand=(second, first))] == [
        (0, 50, HELD, 180000),
        (50, 100, HELD, 100001),
    ]


@pytest.mark.parametrize("revisions", [(1, 2), (2, 1)])
def test_a_state_by_hand_and_a_reason_hold_by_their_revisions(revisions: tuple[int, int]) -> None:
    state = Entry(0, 100, revisions[0], True, HELD, PRODUCTION, 100001)
    reason = Entry(0, 100, revisions[1], False, reason=180000)

    (only,) = shown(StateFact(0, EXECUTE, 1), by_hand=(state, reason))

    assert only[2:4] == (HELD, 180000 if revisions[1] > revisions[0] else 100001)
