"""A domain looks like its siblings and is registered where it must be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checkout import FUNCTIONS, ROOT, domain_files, domains, named, tree

ROOMS = frozenset({"__init__", "model", "service"})
DOORS = frozenset({"api", "events", "tasks", "messages", "schedule", "migrate", "authorizer", "claims", "relay"})
NO_NOUNS = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "manager", "data", "info", "process", "base", "core", "do"}
)
"""A model or a service past its size is split by noun; these say nothing about what is inside."""

VENDORS = ("boto3", "psycopg", "obstore", "duckdb", "cedarpy", "numpy")
DOOR_FILES = [path for path in domain_files() if path.stem in DOORS]


def test_there_are_domains_to_check() -> None:
    assert {path.name for path in domains()} >= {"devices", "health", "identity", "telemetry", "tenants"}


@pytest.mark.parametrize("domain", domains(), ids=lambda path: path.name)
def test_a_domain_says_in_one_sentence_what_it_is_for(domain: Path) -> None:
    module = tree(domain / "__init__.py")
    sentence = ast.get_docstring(module) or ""

    assert len(module.body) == 1
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    assert ". " not in sentence


@pytest.mark.parametrize("domain", domains(), ids=lambda path: path.name)
def test_a_domain_has_the_files_that_every_domain_has(domain: Path) -> None:
    files = {path.stem for path in domain.glob("*.py")}

    assert files >= ROOMS
    assert files & DOORS
    assert not files & NO_NOUNS


@pytest.mark.parametrize("path", [path for path in domain_files() if path.stem not in DOORS], ids=named)
def test_only_a_door_has_a_handler(path: Path) -> None:
    assert "handler" not in _names(tree(path))


@pytest.mark.parametrize("path", DOOR_FILES, ids=named)
def test_a_door_has_a_handler(path: Path) -> None:
    assert "handler" in _names(tree(path))


def test_every_door_is_deployed_and_every_deployed_door_is_there() -> None:
    deployed = _deployed_doors() | {("identity", "claims")}  # the trigger belongs to the user pool's stack

    assert deployed == {(path.parent.name, path.stem) for path in DOOR_FILES}


COMPUTES_WITH = {"telemetry": {"numpy"}}  # its codecs and mathematics stand on it


@pytest.mark.parametrize("path", DOOR_FILES, ids=named)
def test_importing_a_door_loads_no_vendor(path: Path) -> None:
    name = f"functions.{path.parent.name}.{path.stem}"
    script = f"import sys, {name}; print(*sorted(set(sys.modules) & set({VENDORS!r})))"
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers/makoto/python'}", "PATH": "/usr/bin:/bin"}

    answer = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert set(answer.stdout.split()) <= COMPUTES_WITH.get(path.parent.name, set())


def _names(module: ast.Module) -> set[str]:
    """What a module defines at its top."""
    assigned = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return assigned | {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def _deployed_doors() -> set[tuple[str, str]]:
    """Read `Domain("name", (Door("api", …), …))` without loading the CDK, which takes seconds."""
    calls = [node for node in ast.walk(tree(ROOT / "stacks" / "services.py")) if isinstance(node, ast.Call)]
    return {
        (_first_text(domain), _first_text(door))
        for domain in calls
        if _called(domain) == "Domain"
        for door in ast.walk(domain)
        if isinstance(door, ast.Call) and _called(door) == "Door"
    }


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _first_text(call: ast.Call) -> str:
    return str(ast.literal_eval(call.args[0]))


def test_no_domain_folder_is_hidden_from_these_checks() -> None:
    folders = {path.name for path in FUNCTIONS.iterdir() if path.is_dir() and not path.name.startswith("__")}

    assert folders == {path.name for path in domains()}
