"""Cursors: opaque, of one query and one tenant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.ports.cursors import CursorRefused, Cursors, fingerprint

POSITIONS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def cursors(tenant_id: str = "t000000000001", key: bytes = b"k" * 32) -> Cursors:
    return Cursors(tenant_id, lambda: key)


@given(POSITIONS, st.text(max_size=20))
def test_a_cursor_gives_its_position_to_its_own_query(position: str, query: str) -> None:
    cursor = cursors().issue(position, query=query)

    assert cursors().read(cursor, query=query) == position
    assert cursor.isascii()
    for reader, other in ((cursors(), query + "x"), (cursors("t000000000002"), query), (cursors(key=b"l" * 32), query)):
        with pytest.raises(CursorRefused):
            reader.read(cursor, query=other)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda some: some.hex()))
def test_whatever_else_is_sent_as_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorRefused):
        cursors().read(text, query="q")


@given(st.integers(0, 50), st.sampled_from("AB-_0"))
def test_a_cursor_changed_in_one_letter_is_refused_or_says_the_same(place: int, letter: str) -> None:
    cursor = cursors().issue("position", query="q")
    changed = cursor[:place] + letter + cursor[place + 1 :]
    try:
        assert cursors().read(changed, query="q") == "position"
    except CursorRefused:
        assert changed != cursor


def test_a_fingerprint_tells_queries_apart() -> None:
    names = {
        fingerprint("a", "b"),
        fingerprint("ab"),
        fingerprint("a", None),
        fingerprint("a", "b", 1),
        fingerprint("a", 1),
    }

    assert len(names) == 5


def test_the_key_lies_among_the_tenants_secrets_and_is_made_once() -> None:
    cloud = MemoryCloud(FixedClock(), CountingIds())
    secrets = cloud.stores("t000000000001").secrets
    made = [Cursors.of_tenant("t000000000001", secrets, CountingIds()) for _ in range(2)]

    assert made[0].issue("p", query="q") == made[1].issue("p", query="q")
    assert secrets.get("cursor-key").reveal() not in repr(made)
