"""What differs between environments, and what the layers carry."""

import re
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import aws_cdk as cdk
import pytest
from pydantic import ValidationError

from stacks.constructs import bundling
from stacks.constructs.bundling import AWS_SERVICES, BundlingRefused, SourceBundling, compile_tree
from stacks.constructs.domain_service import Door
from stacks.constructs.layers import BUDGETS_MB, GROUPS, LAYERS, Layers
from stacks.services import DOMAINS, TELEMETRY
from stacks.settings import ENVIRONMENTS, DeploymentSettings, deployment_settings

REPOSITORY = Path(__file__).resolve().parents[2]
UNCHECKED_HASH = (1).to_bytes(4, "little")  # PEP 552


def chosen(**context: object) -> DeploymentSettings:
    return deployment_settings(lambda name: context.get(name))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_has_valid_settings(environment: str) -> None:
    settings = chosen(environment=environment)

    assert settings.environment == environment
    assert settings.region == "ap-northeast-1"
    assert settings.authorizer_cache_s == (0 if environment == "local" else 10)


def test_an_environment_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="environment"):
        chosen(environment="qa")


def test_dev_is_the_default_and_bundling_is_on() -> None:
    settings = chosen()

    assert settings.environment == "dev"
    assert settings.is_bundled is True


@pytest.mark.parametrize("off", [False, "false", "False"])
def test_bundling_is_turned_off_by_context(off: object) -> None:
    assert chosen(bundling=off).is_bundled is False


def test_production_keeps_its_data_and_scales() -> None:
    settings = chosen(environment="prod")

    assert settings.is_retained
    assert settings.has_aurora_reader
    assert settings.aurora_max_acu > DeploymentSettings(environment="stg").aurora_max_acu


def test_an_account_comes_from_the_cdk_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "123456789012")

    assert chosen().account == "123456789012"


@pytest.mark.parametrize("group", GROUPS)
def test_a_layer_pins_every_package_as_the_repository_does(group: str) -> None:
    ours = _pins(REPOSITORY / "requirements.txt")
    carried = _pins(LAYERS / group / "requirements.txt")

    assert carried
    assert {name: pin for name, pin in carried.items() if name in ours and ours[name] != pin} == {}


@pytest.mark.parametrize("door", [door for domain in DOMAINS for door in domain.doors])
def test_a_function_with_its_layers_stays_within_lambdas_limits(door: Door) -> None:
    ours_mb = 5  # the shared layer and the function itself

    assert sum(BUDGETS_MB[group] for group in door.sizing.groups) + ours_mb <= 250
    assert 1 + len(door.sizing.groups) <= 5


def test_a_layer_keeps_the_models_of_every_aws_service_that_is_called() -> None:
    adapters = (REPOSITORY / "layers" / "makoto" / "python" / "makoto" / "adapters").rglob("*.py")
    called = {
        name for file in adapters for name in re.findall(r'client(?:_of)?\((?:session, )?"([a-z-]+)"', file.read_text())
    }

    assert called - AWS_SERVICES == set()
    assert {"dynamodb", "sts"} <= called


@pytest.mark.parametrize("door", [door for domain in DOMAINS for door in domain.doors])
def test_no_package_is_in_two_layers_of_a_function(door: Door) -> None:
    """`columns` and `models` each bring numpy, the latter with the parts that SciPy needs; no function has both."""
    names = [name for group in door.sizing.groups for name in _pins(LAYERS / group / "requirements.txt")]

    assert sorted(set(names)) == sorted(names)


def test_a_layer_of_ours_carries_bytecode_that_lambda_never_checks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundling, "PYTHON", f"{sys.version_info.major}.{sys.version_info.minor}")  # here, whichever
    source = tmp_path / "source"
    source.joinpath("kept").mkdir(parents=True)
    source.joinpath("kept/__init__.py").write_text('"""Kept."""\n')

    SourceBundling(source).try_bundle(str(tmp_path / "out"))

    (compiled,) = tmp_path.glob("out/python/kept/__pycache__/__init__.*.pyc")
    assert compiled.read_bytes()[:8] == MAGIC_NUMBER + UNCHECKED_HASH


def test_a_machine_without_lambdas_python_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundling, "PYTHON", "3.99")

    with pytest.raises(BundlingRefused, match=r"uv python install 3\.99"):
        compile_tree(tmp_path)


def test_without_bundling_a_function_gets_the_shared_layer_only() -> None:
    settings = DeploymentSettings(environment="dev", is_bundled=False)
    layers = Layers(cdk.Stack(cdk.App(), "Somewhere"), "Layers", settings)

    assert len(layers.of("core", "database")) == 1


def _pins(requirements: Path) -> dict[str, str]:
    lines = (line.partition("#")[0].strip() for line in requirements.read_text().splitlines())
    pairs = (re.sub(r"\[.*\]", "", line).split("==") for line in lines if line)
    return {name.lower(): version for name, version in pairs}


def test_ingest_carries_arrow_and_no_duckdb_and_the_history_both() -> None:
    groups = {door.name: door.sizing.groups for door in TELEMETRY.doors}
    carried = {
        name: {pin for group in of for pin in _pins(LAYERS / group / "requirements.txt")} for name, of in groups.items()
    }

    ingest = {"arro3-core", "arro3-io", "numpy", "obstore", "pysimdjson"}
    assert all(ingest <= carried[door] for door in ("messages", "api"))
    assert ("duckdb" in carried["messages"], "duckdb" in carried["api"]) == (False, True)


def test_a_layer_leaves_out_what_no_function_runs(tmp_path: Path) -> None:
    for name in ("kept/__init__.py", "kept/fast.abi3.so", "kept/fast.h", "kept/fast.pyx", "kept/tests/test_it.py"):
        tmp_path.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath(name).touch()

    bundling._prune(tmp_path)

    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {"__init__.py", "fast.abi3.so"}
