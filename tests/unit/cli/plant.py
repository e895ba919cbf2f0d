"""A plant for the factory's commands: its master data as a file, and reading what a command printed."""

import json
from pathlib import Path
from typing import Any

import orjson

from functions.maintenance import events as maintenance
from functions.performance import events as performance
from functions.quality import events as quality
from functions.traceability import events as traceability
from makoto.ports.outbox import PENDING
from tests.builders import TENANT, lambda_context
from tests.unit.cli.conftest import Said, Terminal, World

SITE = "nagoya"
LINE = f"{SITE}/machining/line-1"
LATHE, GRINDER = f"{LINE}/mc-01", f"{LINE}/mc-02"
SINCE = "2026-01-01"

BORE = {"nominal": "20", "lower": "19.9", "upper": "20.1"}
DAY = {"name": "day", "start": "08:00", "end": "17:00", "breaks": [{"start": "12:00", "end": "13:00"}]}
SPINDLE = {"name": "Spindle", "name_ja": "主軸故障", "category": "corrective_maintenance", "loss": "breakdown"}
RECORDS: list[dict[str, Any]] = [
    {
        "kind": "routing",
        "id": "shaft-1",
        "product": "shaft",
        "effective_from": SINCE,
        "operations": [
            {"sequence": 10, "name": "旋削", "equipment": [LINE], "setup_s": 600},
            {"sequence": 20, "name": "Grinding", "equipment": [GRINDER]},
        ],
    },
    {
        "kind": "bom",
        "id": "shaft-bom",
        "product": "shaft",
        "effective_from": SINCE,
        "lines": [{"material": "steel", "quantity": "1.5", "unit": "kg", "scrap": "0.04"}],
    },
    {
        "kind": "run_time",
        "id": "shaft-line-1",
        "product": "shaft",
        "equipment": LINE,
        "seconds_per_unit": 30,
        "effective_from": SINCE,
    },
    {"kind": "material", "id": "shaft", "name": "シャフト", "gtin": "04512345678906"},
    {"kind": "material", "id": "steel", "name": "S45C bar", "of": "raw", "unit": "kg"},
    {"kind": "characteristic", "id": "bore", "name": "内径", "product": "shaft", "unit": "mm", **BORE},
    {"kind": "calendar", "id": "days", "time_zone": "Asia/Tokyo", "shifts": [DAY]},
    {"kind": "reason", "id": "180100", "parent": "180000", **SPINDLE},
    {"kind": "equipment", "id": SITE, "name": "名古屋", "calendar": "days"},
    {"kind": "equipment", "id": f"{SITE}/machining", "name": "機械加工"},
    {"kind": "equipment", "id": LINE, "name": "Line 1", "work_center": "production_line"},
    {"kind": "equipment", "id": LATHE, "name": "Lathe 1"},
    {"kind": "equipment", "id": GRINDER, "name": "Grinder 2"},
]


def write(path: Path, content: Any) -> str:
    """Write JSON into a file and return its name."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(path)


def build(makoto: Terminal) -> None:
    """Import the plant's master data, as a person does."""
    file = write(makoto.home.parent / "plant.json", RECORDS)
    said = makoto("masters", "import", file)
    assert said.code == 0, said


def read(said: Said) -> Any:
    """What a command printed for a program."""
    assert said.code == 0, said
    return json.loads(said.out)


def cells(said: Said) -> list[list[str]]:
    """The rows of the last table that a command printed."""
    assert said.code == 0, said
    rows: list[list[str]] = []
    for line in said.out.splitlines():
        if line.startswith("┏"):
            rows = []
        if line.startswith("│"):
            rows.append([cell.strip() for cell in line.split("│")[1:-1]])
    return rows


def carry(world: World) -> None:
    """Bring what the domains told to all of them, until nothing waits."""
    documents = world.platform.open_tenant(TENANT, None, "test").documents.system()
    while waiting := [each for each in documents.walk(limit=1000).items if each.key.id.startswith(PENDING)]:
        for each in waiting:
            documents.delete(each.key)
        told = sorted((orjson.loads(str(each.data["envelope"])) for each in waiting), key=lambda one: one["version"])
        for number, envelope in enumerate(told):
            body = {"detail-type": envelope["detail_type"], "detail": envelope}
            record = {"messageId": str(number), "body": orjson.dumps(body).decode(), "eventSource": "aws:sqs"}
            for domain in (performance, quality, traceability, maintenance):
                answer: Any = domain.handler({"Records": [record]}, lambda_context())
                assert answer["batchItemFailures"] == []
