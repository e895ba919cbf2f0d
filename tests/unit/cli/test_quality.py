"""`makoto quality …` of inspections and cases, through the real handlers."""

import json
from pathlib import Path

import pytest

from cli.times import now
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import LATHE, build, carry, cells, read, write

SAMPLED = {"characteristic": "bore", "sampling": {"by": "units", "units": 50}}
BY_LOT = {"characteristic": "bore", "sampling": {"by": "lot", "aql": "1.0"}, "opens_non_conformance": False}
PLAN = {"plan_id": "shaft-final", "title": "最終検査", "product": "shaft", "lines": [SAMPLED]}


@pytest.fixture
def inspector(makoto: Terminal, world: World) -> Terminal:
    world.clock.advance((now() - world.clock.now()).total_seconds())
    makoto.sign_in(ADMIN)
    build(makoto)
    return makoto


def test_a_plan_is_written_in_versions(inspector: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "plan.json", PLAN)
    for _ in range(2):
        assert read(inspector("quality", "put-plan", file, "--json"))["version"] == 1
    second = write(tmp_path / "second.json", PLAN | {"title": "最終検査 2"})

    assert read(inspector("quality", "put-plan", second, "--version", "2", "--json"))["version"] == 2
    assert cells(inspector("quality", "plans"))[0][:3] == ["shaft-final", "2", "最終検査 2"]
    assert read(inspector("quality", "plan", "shaft-final", "--version", "1", "--json"))["title"] == "最終検査"
    assert [row[1] for row in cells(inspector("quality", "plan-versions", "shaft-final"))] == ["2", "1"]
    assert inspector("quality", "put-plan", second).err.startswith("409")
    unknown = write(tmp_path / "third.json", PLAN | {"plan_id": "x", "lines": [SAMPLED | {"characteristic": "flow"}]})
    assert inspector("quality", "put-plan", unknown).code in {1, 2}
    assert read(inspector("quality", "retire-plan", "shaft-final", "--json"))["is_retired"] is True
    assert inspector("quality", "plan", "nothing").err.startswith("404")


def test_results_are_recorded_once_and_found(inspector: Terminal, tmp_path: Path) -> None:
    given = ("quality", "record", "bore", "20.01", "19.98", "--lot", "H-7", "-e", LATHE, "--id", "r-1", "--at", "1h")
    first = inspector(*given)
    assert (first.code, first.err) == (0, "1 recorded, 0 refused.\n")
    wide = json.loads(inspector("quality", "record", "bore", "21", "--lot", "H-7", "--id", "r-2", "--json").out)
    assert wide["items"][0]["result"]["is_conforming"] is False
    several = [
        {"result_id": "r-3", "characteristic": "bore", "at": "2026-04-02T09:00:00+09:00", "values": [20.0]},
        {"result_id": "r-4", "characteristic": "flow", "at": "2026-04-02T09:00:00+09:00", "values": [1]},
    ]
    some = inspector("quality", "import-results", write(tmp_path / "r.json", {"results": several}))

    assert (some.code, some.err.splitlines()[0]) == (2, "1 recorded, 1 refused.")
    assert "/results/1/characteristic" in some.err
    assert {row[-1] for row in cells(inspector("quality", "results", "-c", "bore"))} == {"r-1", "r-2", "r-3"}
    failed = cells(inspector("quality", "results", "-c", "bore", "--failed"))
    assert [(row[2], row[-1]) for row in failed] == [("21.0", "r-2")]
    assert read(inspector("quality", "results", "-c", "bore", "--from", "2h", "--json"))[0]["lot_id"] == "H-7"
    assert inspector("quality", "results").code == 2
    below = read(inspector("quality", "record", "bore", "--id", "r-5", "--json", "--", "-0.02"))
    assert below["items"][0]["result"]["values"] == ["-0.02"]


def test_a_result_whose_answer_was_lost_is_sent_again_under_its_name(inspector: Terminal, world: World) -> None:
    def break_off(method: str, path: str) -> None:
        if path.endswith("/results"):
            raise ConnectionAbortedError

    given = ("quality", "record", "bore", "20.01")
    world.gateway.before = break_off
    lost = inspector(*given)
    world.gateway.before = lambda method, path: None

    assert lost.code == 3
    name, _, when = lost.err.split("--id ")[1].split(": then")[0].split()
    for _ in range(2):
        assert inspector(*given, "--id", name, "--at", when).code == 0
    assert [row[-1] for row in cells(inspector("quality", "results", "-c", "bore"))] == [name]


def test_a_lot_is_judged_by_its_plan(inspector: Terminal, tmp_path: Path) -> None:
    inspector("quality", "put-plan", write(tmp_path / "plan.json", PLAN | {"lines": [BY_LOT]}))
    judge = ("quality", "judge", "H-7", "--plan", "shaft-final", "--size", "50")
    assert inspector(*judge).err.startswith("409")
    values = ["20.0"] * 13
    inspector("quality", "record", "bore", *values, "--plan", "shaft-final", "--lot", "H-7")

    judged = cells(inspector(*judge))

    assert judged[0][:6] == ["bore", "true", "13", "0", "13", "0"]
    assert read(inspector("quality", "acceptance", "H-7", "--plan", "shaft-final", "--json"))["is_accepted"] is True
    assert inspector("quality", "acceptance", "H-8", "--plan", "shaft-final").err.startswith("404")
    resume = ("quality", "resume", "shaft-final", "-c", "bore", "--reason", "supplier changed")
    assert "its inspection is not discontinued" in inspector(*resume).err


def test_a_case_is_opened_decided_and_closed(inspector: Terminal, world: World) -> None:
    opening = ("quality", "open", "チップかけ", "--id", "nc-1", "--lot", "H-7", "-c", "bore", "--since", "2h")
    assert "equipment and since are said together" in inspector(*opening).err
    opened = inspector(*opening, "-e", LATHE)
    assert opened.code == 0
    assert "H-7" in opened.out
    carry(world)
    assert cells(inspector("quality", "nonconformances", "--status", "open"))[0][:3] == ["nc-1", "チップかけ", "open"]
    assert inspector("quality", "close", "nc-1").err.startswith("409")
    assert inspector("quality", "disposition", "nc-1", "melt", "--reason", "x").code == 2

    decided = read(inspector("quality", "disposition", "nc-1", "use-as-is", "--reason", "harmless", "--json"))

    assert decided["decisions"][0]["disposition"] == "use_as_is"
    carry(world)
    assert read(inspector("quality", "close", "nc-1", "--note", "done", "--json"))["status"] == "closed"
    assert inspector("quality", "disposition", "nc-1", "scrap", "--reason", "x").err.startswith("409")
    assert inspector("quality", "nonconformance", "nc-9").err.startswith("404")
    inspector.sign_in(VIEWER)
    assert inspector("quality", "open", "x").err.startswith("403")


def test_a_corrective_action_goes_from_its_cause_to_its_effect(inspector: Terminal) -> None:
    begin = ("quality", "open-capa", "工具摩耗", "--problem", "bore too wide", "--id", "capa-1")
    assert inspector(*begin, "--action", "shorter tool life;佐藤;3d", "--due", "9d").code == 0
    assert inspector(*begin, "--action", "who knows").code == 2
    assert inspector("quality", "verify-capa", "capa-1", "--evidence", "none yet").err.startswith("409")
    changed = ("--cause", "no limit", "--because", "nobody counted", "--done", "1", "--note", "set to 400")
    shown = read(inspector("quality", "change-capa", "capa-1", *changed, "--json"))
    assert (shown["root_cause"]["whys"], shown["actions"][0]["done_note"]) == (["nobody counted"], "set to 400")

    assert inspector("quality", "verify-capa", "capa-1", "--evidence", "Cpk 1.6").code == 0

    assert cells(inspector("quality", "capas", "--status", "closed"))[0][0] == "capa-1"
    assert read(inspector("quality", "capas", "--overdue", "--json")) == []
    assert inspector("quality", "capa", "capa-9").err.startswith("404")
    assert inspector("quality", "change-capa", "capa-1", "--done", "7").code != 0
