"""The emulator's process: MiniStack with our corrections, saving its state while it runs and not only at its end."""

import signal
import threading
import time
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence

from local.corrections import apply_corrections
from local.emulator import CHECKPOINT_MARK, CHECKPOINT_SIGNAL

CHECKPOINT_EVERY_S = 60.0
CHECKPOINT_SHARE = 0.02  # of the time at most; the state grows with the demo's telemetry
KEPT_LOG_EVENTS = 500  # of a stream; a stream is one worker's life


def main() -> None:
    apply_corrections()
    checkpoint = Checkpoint()
    signal.signal(CHECKPOINT_SIGNAL, lambda *_: checkpoint.ask())
    threading.Thread(target=checkpoint.ask_forever, daemon=True, name="checkpoint").start()
    app.main()


class Checkpoint:
    """Saves on the event loop, where no request changes the state meanwhile.

    Without it a crash would lose everything since the start: MiniStack itself saves at shutdown only.
    """

    def __init__(self) -> None:
        self._took_s = 0.0

    def ask_forever(self) -> None:
        while True:
            time.sleep(max(CHECKPOINT_EVERY_S, self._took_s / CHECKPOINT_SHARE))
            self.ask()

    def ask(self) -> None:
        if app._MAIN_LOOP is not None:
            app._MAIN_LOOP.call_soon_threadsafe(self._save)

    def _save(self) -> None:
        began = time.monotonic()
        _forget_old_logs()
        app.save_all(app._build_persistence_save_dict())
        Path(persistence.STATE_DIR, CHECKPOINT_MARK).touch()
        self._took_s = time.monotonic() - began


def _forget_old_logs() -> None:
    """Keep the newest events of each stream; CloudWatch would keep a week of them, a laptop's memory cannot."""
    logs: Any = app._get_module("cloudwatch_logs")
    for group in logs._log_groups._data.values():
        for stream in group["streams"].values():
            del stream["events"][:-KEPT_LOG_EVENTS]


if __name__ == "__main__":
    main()
