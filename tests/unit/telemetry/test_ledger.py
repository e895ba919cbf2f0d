"""The ledger knows what is stored, in little room, and says up to where nothing is missing."""

import random

from hypothesis import given
from hypothesis import strategies as st

from functions.telemetry.ledger import KEPT_MS, MAX_INTERVALS, MAX_SESSIONS, REORDER_MS, Ledger, Session, Standing

seqs = st.lists(st.integers(0, 40), max_size=30)


def contiguous(stored: set[int]) -> int:
    """The last number before which none is missing, the plain way."""
    return next(number for number in range(len(stored) + 1) if number not in stored) - 1


@given(st.lists(seqs, max_size=5))
def test_what_was_stored_is_known_and_nothing_else(batches: list[list[int]]) -> None:
    session, stored = Session(), set[int]()
    for batch in batches:
        session = session.stored(batch, 0)
        stored |= set(batch)
    for seq in range(42):
        assert session.standing(seq) is (Standing.STORED if seq in stored else Standing.NEW)
    assert session.stored_to == contiguous(stored)
    assert session.is_missing == (bool(stored) and max(stored) > contiguous(stored))


@given(seqs, st.integers(0, 3), st.dictionaries(st.integers(50, 60), st.integers(0, 9), max_size=3))
def test_a_ledger_is_read_back_as_it_was_written(stored: list[int], died_ms: int, partial: dict[int, int]) -> None:
    session = Session(died_ms=died_ms, partial=partial).stored(stored, 7)
    ledger = Ledger("a/b/c/d", {"one": session, "two": Session()})
    assert Ledger.from_text("a/b/c/d", ledger.to_text()) == ledger


def test_of_very_many_gaps_the_oldest_are_forgotten_and_not_taken_for_stored() -> None:
    odd = list(range(1, 4 * MAX_INTERVALS, 2))
    random.Random(1).shuffle(odd)
    session = Session()
    for start in range(0, len(odd), 100):
        session = session.stored(odd[start : start + 100], 0)
    assert len(session.done) == MAX_INTERVALS
    assert session.standing(2) is Standing.FORGOTTEN
    assert session.standing(max(odd)) is Standing.STORED
    assert session.standing(max(odd) - 1) is Standing.NEW


def test_sessions_are_forgotten_when_nothing_of_them_can_come_again() -> None:
    old, young = Session(seen_ms=0), Session(seen_ms=KEPT_MS)
    assert set(Ledger("", {"old": old, "young": young}).pruned(KEPT_MS).sessions) == {"young"}


def test_of_very_many_sessions_the_youngest_are_kept() -> None:
    many = {f"session-{each}": Session(seen_ms=each) for each in range(MAX_SESSIONS + 5)}
    kept = Ledger("", many).pruned(MAX_SESSIONS + 5).sessions
    assert set(kept) == {f"session-{each}" for each in range(5, MAX_SESSIONS + 5)}


def test_a_rebirth_is_wanted_when_a_gap_has_lasted() -> None:
    session = Session().stored([0, 2], 1000)
    assert not session.wants_rebirth(1000 + REORDER_MS - 1)
    assert session.wants_rebirth(1000 + REORDER_MS)


def test_another_gap_is_another_wait() -> None:
    session = Session().stored([0, 2, 4], 1000).stored([1], 1000 + REORDER_MS)
    assert not session.wants_rebirth(1000 + REORDER_MS)
