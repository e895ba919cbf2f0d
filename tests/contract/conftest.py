"""One AWS emulator for the contract tests of a run; each test makes what it needs in it under names of its own."""

import gc
import warnings
from collections.abc import Iterator

import pytest

from local.emulator import Emulator
from local.state import State


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    started = Emulator(State.prepare(tmp_path_factory.mktemp("cloud")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the emulator is detached on purpose and stopped by its pid
        started.start()
        gc.collect()
    yield started
    started.stop()
