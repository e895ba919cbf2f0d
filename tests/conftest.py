"""Every test starts with its own platform on the memory cloud and leaves nothing behind."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

from makoto.runtime import composition
from makoto.runtime.composition import Platform
from makoto.settings import RuntimeSettings, runtime_settings
from tests.builders import settings

if TYPE_CHECKING:
    from xdist.remote import Producer

    from tests.schedule import SharingScheduling
    from tests.system.laptop import LaptopCloud

hypothesis.settings.register_profile("usual", max_examples=50, deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", max_examples=400, deadline=None)
hypothesis.settings.load_profile("usual")
"""The same examples in every run, however loaded the machine is; `--hypothesis-profile=thorough` tries new ones."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "SharingScheduling":
    """Several processes share the tests as tests/schedule.py says."""
    from tests.schedule import SharingScheduling

    return SharingScheduling(config, log)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in settings().to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "1")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    runtime_settings.cache_clear()
    composition.platform.cache_clear()
    yield
    runtime_settings.cache_clear()
    composition.platform.cache_clear()


@pytest.fixture
def platform(_environment: None) -> Platform:
    """The platform that the doors of this test use."""
    return composition.platform()


@pytest.fixture
def runtime(_environment: None) -> RuntimeSettings:
    """The settings that the doors of this test use."""
    return runtime_settings()


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator["LaptopCloud"]:
    """One laptop cloud for the system and isolation tests of a run; tests/schedule.py keeps them in one process."""
    from tests.system.laptop import running_laptop

    with running_laptop(tmp_path_factory.mktemp("laptop")) as running:
        yield running
