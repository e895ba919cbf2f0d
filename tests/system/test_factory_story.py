"""A factory's day through the whole platform, with the figures that its simulator knows."""

import csv
import json
from pathlib import Path
from typing import Any

from tests.system.laptop import LaptopCloud

PICTURES = (
    "oee-waterfall.png",
    "losses-pareto.png",
    "control-chart.png",
    "anomaly.png",
    "genealogy.png",
    "forecast.png",
)
COMPARED = 56


def test_a_day_of_two_lines_is_told_as_it_was(laptop: LaptopCloud, tmp_path: Path) -> None:
    told = laptop.makoto("demo-factory", "--out", "day", home=tmp_path, check=False)

    assert told.returncode == 0, told.stdout + told.stderr
    folder = tmp_path / "day"
    figures: dict[str, Any] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in PICTURES)
    assert len(figures["compared"]) == COMPARED
    assert all(abs(each["platform"] - each["truth"]) <= 0.001 for each in figures["compared"])
    assert 0.6 < figures["oee"]["day-1/day"]["oee"] < figures["oee"]["day-2/day"]["oee"] < 0.95
    assert (figures["anomaly"]["metric"], figures["alarm"]["state"]) == ("spindle/current", "normal")
    assert "held" in figures["non_conformance"]["lots"].values()
    assert figures["forecast"]["held"] >= 6
    _require_recall(figures["recall"], folder)


def _require_recall(recall: dict[str, Any], folder: Path) -> None:
    rows = list(csv.DictReader((folder / "recall.csv").read_text(encoding="utf-8-sig").splitlines()))
    shipped = [each for each in rows if each["Event"] == "shipping"]
    events = json.loads((folder / "epcis.jsonld").read_text(encoding="utf-8"))["epcisBody"]["eventList"]

    assert len(shipped) == recall["deliveries"] > 0
    assert {each["Customer (Ship To)"] for each in shipped} == set(recall["customers"])
    assert {each["Traceability Lot Code"] for each in rows} >= {recall["heat"]}
    assert {"ObjectEvent", "TransformationEvent"} <= {each["type"] for each in events}
