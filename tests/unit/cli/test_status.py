"""`makoto status` on the real health routes."""

import json

import pytest

from makoto.adapters.clouds.memory.health import MemoryPart
from makoto.errors import Unavailable
from makoto.ports.health import Figures, HealthChecks
from tests.unit.cli.conftest import Terminal, World


class _Away(MemoryPart):
    def check(self) -> Figures:
        raise Unavailable("nobody there")


def test_every_part_is_shown_with_its_figures(makoto: Terminal) -> None:
    said = makoto("status", "--url", makoto.url)

    assert said.code == 0
    assert "dead_letters 0" in said.out
    assert "is ready" in said.err
    for name in ("api", "database", "configuration", "identity", "bus", "onboarding", "telemetry_queue"):
        assert name in said.out


def test_for_a_program_the_whole_report_is_one_document(makoto: Terminal) -> None:
    report = json.loads(makoto("status", "--url", makoto.url, "--json").out)

    assert (report["url"], report["status"]) == (makoto.url, "ready")
    assert set(report["parts"][0]) == set(report["parts"][1])


@pytest.mark.parametrize(("part", "code"), [("database", 1), ("bus", 0)])
def test_a_part_that_does_not_answer_is_named_and_is_exit_code_1_where_it_is_needed(
    makoto: Terminal, world: World, part: str, code: int
) -> None:
    connect = world.platform.adapter
    checks = HealthChecks([_Away(part), MemoryPart("identity")])
    makoto.monkeypatch.setattr(world.platform, "adapter", lambda port: checks if port == "health" else connect(port))

    said = makoto("status", "--url", makoto.url)

    assert said.code == code
    assert f"not ready: {part}" in said.err
    assert "not_ready" in said.out
