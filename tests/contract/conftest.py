"""One AWS emulator and one PostgreSQL for the contract tests of a run; each test makes in them what it needs."""

import gc
import warnings
from collections.abc import Iterator

import pytest

from local.emulator import Emulator
from local.postgres import Postgres
from local.state import State
from tests.contract.results import Results, mark

_RESULTS = pytest.StashKey[Results]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = Results()
    config.pluginmanager.register(_Gathering(config.stash[_RESULTS]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items)


class _Gathering:
    """Hears every report, those of other processes too; only the process that began the run writes the file."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._results.add(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for figure in self._results.figures:
            terminalreporter.write_line(figure)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            self._results.write()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    started = Emulator(State.prepare(tmp_path_factory.mktemp("cloud")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the emulator is detached on purpose and stopped by its pid
        started.start()
        gc.collect()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    postgres = Postgres(State.prepare(tmp_path_factory.mktemp("postgres")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the launcher lets go of its child, which is to outlive it
        postgres.start()
    yield postgres
    postgres.stop()
    postgres.wipe()
