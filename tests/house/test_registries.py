"""What is found by its name is there: adapters, state machines, policies."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.checkout import FUNCTIONS, PACKAGE, ROOT, named, tree

CLOUDS = PACKAGE / "adapters" / "clouds"
TENANT_CLOUDS = sorted(path.parent for path in CLOUDS.glob("*/__init__.py"))
STATE_MACHINES = sorted((ROOT / "statemachines").glob("*"))
VERB_NOUN = re.compile(r"^[a-z]+(_[a-z]+)+\.asl\.json$")
NOT_IN_MEMORY = frozenset({"schema"})
"""There is no SQL to migrate in memory."""


def ports_asked_for() -> set[str]:
    """The names in `adapter("…")`, by which the composition root finds a platform port's adapter."""
    files = [*FUNCTIONS.rglob("*.py"), *(PACKAGE / "runtime").rglob("*.py")]
    return {name for path in files for name in re.findall(r'\badapter\("([a-z_]+)"\)', path.read_text("utf-8"))}


@pytest.mark.parametrize("cloud", ["aws", "memory"])
@pytest.mark.parametrize("port", sorted(ports_asked_for()))
def test_each_cloud_has_an_adapter_of_each_platform_port(cloud: str, port: str) -> None:
    if cloud == "memory" and port in NOT_IN_MEMORY:
        return

    module = tree(CLOUDS / cloud / f"{port}.py")

    assert "connect" in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("cloud", TENANT_CLOUDS, ids=lambda path: path.name)
def test_each_cloud_opens_a_tenants_stores(cloud: Path) -> None:
    defined = {
        alias.asname or alias.name
        for node in tree(cloud / "__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    } | {node.name for node in tree(cloud / "__init__.py").body if isinstance(node, ast.FunctionDef)}

    assert "connect" in defined


@pytest.mark.parametrize("path", STATE_MACHINES, ids=named)
def test_a_state_machine_is_named_by_verb_and_noun(path: Path) -> None:
    assert VERB_NOUN.match(path.name)


def test_there_is_a_state_machine_and_policies() -> None:
    assert STATE_MACHINES
    assert sorted((ROOT / "policies").glob("*.cedar"))


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.cedar")), ids=named)
def test_every_policy_of_a_file_has_an_id(path: Path) -> None:
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))

    assert len(re.findall(r"@id\(", text)) == len(re.findall(r"\b(?:permit|forbid)\s*\(", text)) > 0
