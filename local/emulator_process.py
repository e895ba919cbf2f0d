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


def main() -> None:
    apply_corrections()
    signal.signal(CHECKPOINT_SIGNAL, _checkpoint)
    threading.Thread(target=_checkpoint_forever, daemon=True, name="checkpoint").start()
    app.main()


def _checkpoint_forever() -> None:
    """Without this a crash would lose everything since the start: MiniStack itself saves at shutdown only."""
    while True:
        time.sleep(CHECKPOINT_EVERY_S)
        _checkpoint()


def _checkpoint(*_: Any) -> None:
    """Save on the event loop, where no request changes the state meanwhile."""
    if app._MAIN_LOOP is not None:
        app._MAIN_LOOP.call_soon_threadsafe(_save)


def _save() -> None:
    app.save_all(app._build_persistence_save_dict())
    Path(persistence.STATE_DIR, CHECKPOINT_MARK).touch()


if __name__ == "__main__":
    main()
