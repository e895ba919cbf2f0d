"""Synthesises each environment once, in one process: that is most of what these tests cost."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.stacks.assembly import Assembly

REPOSITORY = Path(__file__).resolve().parents[2]
Synthesise = Callable[[str, Path], Assembly]


def _app() -> ModuleType:
    spec = importlib.util.spec_from_file_location("makoto_app", REPOSITORY / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthesise() -> Synthesise:
    """Synthesise with cdk-nag and CloudFormation's own checks on: a finding without a reason raises."""
    app = _app()

    def make(environment: str, folder: Path) -> Assembly:
        app.build_app(outdir=str(folder), environment=environment, bundling=False).synth()
        return Assembly(environment, folder)

    return make


@pytest.fixture(scope="session")
def dev(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return synthesise("dev", tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return synthesise("prod", tmp_path_factory.mktemp("prod"))
