"""Detached children and their pid files."""

import os
import sys
from pathlib import Path

import pytest

from local.child import Child
from local.errors import ChildDied
from local.settings import child_environment
from local.state import State

WAITS = [sys.executable, "-c", "import signal; print('started', flush=True); signal.pause()"]
ENDS = [sys.executable, "-c", "print('last words')"]


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child("worker", State.prepare(tmp_path))


def reap(child: Child) -> None:
    """Wait for the process, which is this test's own child, until the system has forgotten it."""
    pid = int(child.pid_file.read_text().split()[0])
    os.waitpid(pid, 0)


def test_a_started_child_runs_until_it_is_stopped(child: Child) -> None:
    child.start(WAITS, child_environment())
    assert child.pid() is not None

    child.stop(patience_s=10)

    assert child.pid() is None
    assert not child.has_crashed()


def test_a_child_that_ends_by_itself_has_crashed_and_its_words_are_kept(child: Child) -> None:
    child.start(ENDS, child_environment())
    reap(child)

    assert child.has_crashed()
    assert child.log.read_text() == "last words\n"
    with pytest.raises(ChildDied, match=r"worker\.log"):
        child.require_running()


def test_a_pid_that_now_belongs_to_another_process_is_not_ours(child: Child) -> None:
    child.pid_file.write_text(f"{os.getpid()} 1")

    assert child.pid() is None


def test_a_child_that_was_never_started_has_not_crashed(child: Child) -> None:
    assert child.pid() is None
    assert not child.has_crashed()
    child.stop()


def test_children_inherit_neither_an_aws_account_nor_platform_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("MAKOTO_USER_POOL_ID", "of-a-test")

    environment = child_environment(AWS_ENDPOINT_URL="http://127.0.0.1:1")

    assert "AWS_PROFILE" not in environment
    assert "MAKOTO_USER_POOL_ID" not in environment
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
