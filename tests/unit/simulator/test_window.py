"""The window of what the server has not acknowledged."""

from local.simulator.device import Message
from local.simulator.window import Window


def filled(count: int, *, size: int = 10, max_bytes: int = 1_000) -> Window:
    window = Window("session", max_bytes)
    for seq in range(count):
        window.add(Message("t", seq, b"x" * size))
    return window


def test_an_acknowledgement_frees_everything_up_to_its_number() -> None:
    window = filled(5)
    window.acknowledge("session", 2)
    assert [message.seq for message in window.messages()] == [3, 4]


def test_an_older_acknowledgement_changes_nothing() -> None:
    window = filled(5)
    window.acknowledge("session", 3)
    window.acknowledge("session", 1)
    assert window.acknowledged == 3


def test_the_acknowledgement_of_another_session_changes_nothing() -> None:
    window = filled(3)
    window.acknowledge("another", 2)
    assert len(window) == 3


def test_a_full_window_loses_its_oldest_and_counts_them() -> None:
    window = filled(12, size=100, max_bytes=1_000)
    assert [message.seq for message in window.messages()] == list(range(2, 12))
    assert window.evicted == 2
