"""`makoto lots …` through the real handlers."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.commands import traceability_epcis, traceability_recalls, traceability_trees
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import build, carry, cells, read, write


def moved(kind: str, activity: str, inputs: dict[str, str], outputs: dict[str, str], **more: Any) -> dict[str, Any]:
    """An activity over lots, each with its quantity."""
    lines = {"inputs": inputs, "outputs": outputs}
    lots = {name: [{"lot_id": lot, "quantity": much} for lot, much in these.items()] for name, these in lines.items()}
    for line in lots["outputs"]:
        line["material"] = "shaft"
    return {"activity_id": activity, "kind": kind, **lots, **more}


MADE = moved(
    "produce", "make-1", {"S-1": "30"}, {"H-7": "20", "H-8": "10"}, allow_imbalance=True, reason="kg into pieces"
)
SHIPPED = moved("ship", "ship-1", {"H-7": "20"}, {}, customer="豊橋工業", delivery_note="DN-1")


@pytest.fixture
def store(makoto: Terminal, world: World, tmp_path: Path) -> Terminal:
    """Steel came in, shafts were made of it, and a lot of them was shipped."""
    makoto.sign_in(ADMIN)
    build(makoto)
    steel = ("lots", "receive", "S-1", "100", "-m", "steel", "--supplier", "愛知製鋼", "--supplier-lot", "A7")
    assert makoto(*steel, "--expires-on", "2027-01-01").code == 0
    assert makoto(*steel, "--expires-on", "2027-01-01").code == 0
    done = makoto("lots", "record", write(tmp_path / "made.json", {"activities": [MADE, SHIPPED]}))
    assert done.code == 0, done
    return makoto


def test_lots_are_listed_with_what_is_left(store: Terminal) -> None:
    assert {row[0]: row[2] for row in cells(store("lots", "list"))} == {"S-1": "70", "H-7": "0", "H-8": "10"}
    assert [row[0] for row in cells(store("lots", "list", "-m", "steel", "--supplier-lot", "A7"))] == ["S-1"]
    assert read(store("lots", "list", "--expires-before", "2026-12-31", "--json")) == []
    assert read(store("lots", "show", "S-1", "--json"))["supplier"] == "愛知製鋼"
    assert store("lots", "show", "S-9").err.startswith("404")
    assert store("lots", "receive", "S-1", "7", "-m", "steel").err.startswith("409")
    assert store("lots", "receive", "S-2", "7", "-m", "nothing").code != 0
    assert store("lots", "list", "--status", "lost").code == 2


def test_activities_are_recorded_once_and_listed(store: Terminal, tmp_path: Path) -> None:
    again = cells(store("lots", "record", str(tmp_path / "made.json")))
    assert [(row[1], row[3], row[4]) for row in again] == [
        ("produce", "S-1 30 kg", "H-7 20 pcs, H-8 10 pcs"),
        ("ship", "H-7 20 pcs", "–"),
    ]
    assert [row[2] for row in cells(store("lots", "activities", "--kind", "ship"))] == ["ship-1"]
    assert {each["activity_id"] for each in read(store("lots", "history", "H-7", "--json"))} == {"make-1", "ship-1"}
    assert read(store("lots", "activity", "ship-1", "--json"))["customer"] == "豊橋工業"
    cold = write(tmp_path / "cold.json", [{"metric": "store/temperature", "unit": "degC", "maximum": 4.5}])
    assert read(store("lots", "sensors", "ship-1", cold, "--json"))["sensors"][0]["maximum"] == 4.5
    assert store("lots", "sensors", "ship-9", cold).err.startswith("404")
    assert store("lots", "activity", "ship-9").err.startswith("404")
    much = moved("ship", "ship-2", {"H-8": "11"}, {}, customer="x")
    assert store("lots", "record", write(tmp_path / "much.json", much)).err.startswith("409")
    assert "holds no activities" in store("lots", "record", write(tmp_path / "none.json", "text")).err
    assert store("lots", "refused").err == "Nothing to show.\n"
    assert store("lots", "activities", "--kind", "juggle").code == 2


def test_a_trace_is_a_tree_in_both_directions(store: Terminal) -> None:
    said = store("lots", "trace", "S-1")

    lines = [line.rstrip() for line in said.out.splitlines()]
    at = lines.index("What became of it")
    assert lines[0] == "Where it came from"
    assert ["receive" in line for line in lines[1:at]] == [False, True]
    assert lines[at + 1].startswith("S-1  steel")
    assert "produce  2026-04-01 09:00  make-1" in lines[at + 2]
    below = [line.strip("│├└─ ").split()[0] for line in lines[at + 3 :]]
    assert below in (["H-7", "ship", "H-8"], ["H-8", "H-7", "ship"])
    assert "3 lots, 2 activities, 2 ways" in said.err
    (trace,) = read(store("lots", "trace", "H-8", "--direction", "backward", "--json"))
    assert [each["lot_id"] for each in trace["affected"]] == ["H-8", "S-1"]
    assert store("lots", "trace", "S-9").err.startswith("404")
    assert store("lots", "trace", "S-1", "--direction", "sideways").code == 2


def test_lots_are_held_and_let_go(store: Terminal, world: World) -> None:
    held = read(store("lots", "hold", "H-8", "S-1", "--cause", "crack", "--reason", "cracks seen", "--json"))
    assert held["changed"] == 2
    assert {row[0] for row in cells(store("lots", "held", "crack"))} == {"H-8", "S-1"}
    assert {row[0] for row in cells(store("lots", "list", "--status", "on_hold"))} == {"H-8", "S-1"}
    picks = store("lots", "pick", "shaft", "-q", "4")
    assert "0 pcs covered, 4 missing." in picks.err
    assert read(store("lots", "release", "H-8", "--cause", "crack", "--reason", "ok", "--json"))["changed"] == 1
    assert cells(store("lots", "pick", "shaft", "-q", "4"))[0][:2] == ["H-8", "4"]
    assert store("lots", "hold", "H-99", "--cause", "crack", "--reason", "x").err.startswith("404")
    carry(world)
    assert store("lots", "sweeps").code == 0
    store.sign_in(VIEWER)
    assert store("lots", "hold", "H-8", "--cause", "x", "--reason", "x").err.startswith("403")


def test_a_recall_names_who_received_what(store: Terminal, world: World, tmp_path: Path) -> None:
    opened = read(store("lots", "recall", "open", "R-1", "--reason", "crack", "--supplier-lot", "A7", "--json"))
    assert opened["recall_id"] == "R-1"
    carry(world)

    assert cells(store("lots", "recall", "list"))[0][:2] == ["R-1", "done"]
    shown = store("lots", "recall", "show", "R-1")
    assert cells(shown)[0][:2] == ["豊橋工業", "H-7"]
    assert store("lots", "recall", "csv", "R-1", "--out", "recall.csv").code == 0
    assert "豊橋工業" in (tmp_path / "recall.csv").read_text(encoding="utf-8-sig")
    store.environment["MAKOTO_LANG"] = "ja"
    assert store("lots", "recall", "csv", "R-1", "--out", "ja.csv").code == 0
    assert "出荷先" in (tmp_path / "ja.csv").read_text(encoding="utf-8-sig")
    store.environment["MAKOTO_LANG"] = "en"
    assert store("lots", "recall", "csv", "R-2", "--out", "no.csv").err.startswith("404")
    assert store("lots", "recall", "open", "R-2", "--reason", "x").code == 2
    assert store("lots", "recall", "open", "R-1", "--reason", "other", "--lot", "H-8").err.startswith("409")


def test_a_recall_in_pages_is_one_table() -> None:
    pages = ["\ufeffLot,Product\r\nH-7,shaft\r\n", "\ufeffLot,Product\r\nH-8,shaft\r\n"]

    assert traceability_recalls._joined(pages) == "\ufeffLot,Product\r\nH-7,shaft\r\nH-8,shaft\r\n"


def test_events_go_out_and_come_back(store: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traceability_epcis, "PAGE", 1)
    said = store("lots", "epcis", "export", "--lot", "H-7", "--out", "events.json")
    assert "2 events saved to events.json" in said.err
    document = json.loads((tmp_path / "events.json").read_text(encoding="utf-8"))
    assert document["type"] == "EPCISDocument"
    captured = store("lots", "epcis", "capture", "events.json")
    assert [row[2] for row in cells(captured)] == ["true", "true"]
    document["epcisBody"]["eventList"][0] = {"type": "ObjectEvent"}
    (tmp_path / "bad.json").write_text(json.dumps(document))
    bad = store("lots", "epcis", "capture", "bad.json")
    assert (bad.code, "/eventList/0" in bad.err) == (2, True)
    assert store("lots", "epcis", "export", "--lot", "H-99", "--out", "no.json").code != 0
    assert store("lots", "epcis", "export", "--out", "no/such/folder.json").code == 2


def test_a_trace_in_pages_is_put_together(store: Terminal, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    world.gateway.before = lambda method, path: asked.append(path)
    monkeypatch.setattr(traceability_trees, "PAGE", 1)

    (trace,) = read(store("lots", "trace", "S-1", "--direction", "forward", "--json"))

    assert [each["lot_id"] for each in trace["affected"]] == ["S-1", "H-7", "H-8"]
    assert sum(path.endswith("/trace") for path in asked) == 3
    assert len(trace["edges"]) == len({json.dumps(each, sort_keys=True) for each in trace["edges"]})
