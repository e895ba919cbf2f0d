"""One laptop cloud for all system tests of a run; run them in one process, for each process starts its own."""

from collections.abc import Iterator

import pytest

from tests.system.laptop import LaptopCloud, running_laptop


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaptopCloud]:
    with running_laptop(tmp_path_factory.mktemp("laptop")) as running:
        yield running
