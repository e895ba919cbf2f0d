"""A detached child process, known by its pid file, writing to its log file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.errors import ChildDied
from local.settings import REPOSITORY, child_environment
from local.state import State

POLL_S = 0.05


@dataclass(frozen=True)
class Child:
    """One process of the laptop cloud; it outlives the command that started it."""

    name: str
    state: State
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        return self.state.logs / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.state.processes / f"{self.name}.pid"

    def start(
        self, command: Sequence[str], environment: Mapping[str, str], *, user: int | None = None, folder: str = "/"
    ) -> None:
        """Start the process detached from this terminal; its pid and start time go to the pid file."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                user=user,
                group=user,
                extra_groups=[] if user is not None else None,
                start_new_session=True,
            )
        process.returncode = 0  # it outlives this process on purpose; without this Popen warns of that when collected
        self.pid_file.write_text(f"{process.pid} {_started(process.pid)}", encoding="utf-8")

    def start_module(self, module: str, *arguments: str, **variables: str) -> None:
        """Start one of our own modules, found by its folder: a PYTHONPATH would reach into Lambda's workers too."""
        command = [sys.executable, "-m", module, *arguments]
        self.start(command, child_environment(PYTHONUNBUFFERED="1", **variables), folder=str(REPOSITORY))

    def pid(self) -> int | None:
        """The pid when the process still runs; a reused pid is told apart by its start time."""
        if not self.pid_file.exists():
            return None
        pid, _, started = self.pid_file.read_text(encoding="utf-8").partition(" ")
        return int(pid) if started and _started(int(pid)) == started else None

    def has_crashed(self) -> bool:
        """Whether the process was started, not stopped by us, and is gone."""
        return self.pid_file.exists() and self.pid() is None

    def require_running(self) -> None:
        if self.pid() is None:
            raise ChildDied(self.name, str(self.log))

    def stop(self, patience_s: float = 20.0) -> None:
        """Ask the process to end, and end its whole group when it does not."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, self.stop_signal)
            if not self._ended_within(patience_s):
                os.killpg(pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)

    def _ended_within(self, patience_s: float) -> bool:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if self.pid() is None:
                return True
            time.sleep(POLL_S)
        return False


def _started(pid: int) -> str:
    """The start time of a live process in the system's own words, empty for a dead one or a zombie."""
    file = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _started_by_ps(pid)
    try:
        fields = file.read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _started_by_ps(pid: int) -> str:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    status, _, started = answer.stdout.strip().partition(" ")
    return "" if status.startswith("Z") else "-".join(started.split())
