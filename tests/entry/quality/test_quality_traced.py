"""A signal's lots are found by genealogy and held, decided, and free again: quality and traceability over one bus."""

from typing import Any

import orjson
import pytest

from functions.quality import events as quality
from functions.traceability import api as tracing
from functions.traceability import events as traceability
from makoto.domain.factory import Material
from makoto.events import Envelope
from makoto.ports.masters import current_key
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import TENANT, api_event, lambda_context
from tests.entry.quality.conftest import Answer, Call, at, subgroup

HERE = "nagoya/machining/line-1/mc-01"


@pytest.fixture
def genealogy(platform: Platform) -> Call:
    """Bores of steel, a pump of a bore, and the pump that was shipped before anybody noticed."""
    documents = platform.open_tenant(TENANT, None, "test").documents
    for name in ("steel", "housing", "pump"):
        made = Material(id=name, name=name, unit="pcs")
        documents.put(current_key(Material, name), {"content": made.model_dump_json(), "product": ""})

    def send(method: str, path: str, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{TENANT}/traceability{path}", **how)
        answer = tracing.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    def line(lot: str, material: str | None = None) -> dict[str, Any]:
        return {"lot_id": lot, "quantity": "10", "unit": "pcs"} | ({"material": material} if material else {})

    def do(kind: str, minutes: float, **more: Any) -> None:
        body = {"activity_id": f"{kind}-{minutes}", "kind": kind, "at": at(minutes), **more}
        answer = send("POST", "/activities", body={"activities": [body]})
        assert answer.status == 201, answer.body

    do("receive", 0, outputs=[line("S-1", "steel"), line("S-2", "steel"), line("S-3", "steel")])
    do("produce", 150, equipment=HERE, inputs=[line("S-1")], outputs=[line("H-1", "housing")])
    do("produce", 205, equipment=HERE, inputs=[line("S-2")], outputs=[line("H-2", "housing")])
    do("produce", 215, equipment="nagoya/machining/line-2", inputs=[line("S-3")], outputs=[line("H-3", "housing")])
    do("produce", 216, inputs=[line("H-2")], outputs=[line("P-1", "pump")])
    do("ship", 217, inputs=[line("P-1")], customer="toyo")
    return send


def carry(platform: Platform) -> list[str]:
    """The bus: every fact to both domains until none waits; the names of the facts."""
    documents, told = platform.open_tenant(TENANT, None, "test").documents.system(), list[str]()
    while waiting := [each for each in documents.walk(limit=1000).items if each.key.id.startswith(PENDING)]:
        for each in waiting:
            documents.delete(each.key)
            envelope = Envelope.model_validate_json(str(each.data["envelope"]))
            body = {"detail-type": envelope.detail_type, "detail": envelope.model_dump(mode="json")}
            record = {
                "messageId": "m",
                "receiptHandle": "h",
                "body": orjson.dumps(body).decode(),
                "eventSource": "aws:sqs",
            }
            for door in (quality, traceability):
                assert door.handler({"Records": [record]}, lambda_context()) == {"batchItemFailures": []}
            told.append(envelope.detail_type)
    return told


def test_what_a_signal_may_have_reached_is_held_until_it_is_decided(
    charted: Call, genealogy: Call, platform: Platform
) -> None:
    carry(platform)
    charted(
        "POST", "/charts/bore-line-1/points", body={"points": [subgroup(20), subgroup(21, mean=20.09, lots=["H-4"])]}
    )
    charted("POST", "/charts/bore-line-1/points", body={"points": [subgroup(22, mean=20.09)]})
    told = carry(platform)

    (line,) = charted("GET", "/non-conformances").body["items"]
    path = f"/non-conformances/{line['nc_id']}"
    case = charted("GET", path).body
    # H-1 was made before the process was last seen in control, H-3 elsewhere; P-1 was made of H-2 and is gone
    assert {each["lot_id"]: each["state"] for each in case["lots"]} == {
        "H-4": "named",
        "H-2": "beyond",
        "P-1": "beyond",
    }
    assert case["traces_done"] == case["traces_wanted"] == 2
    assert told.count("traceability.lots_traced.v1") == 2

    charted("POST", f"{path}/dispositions", body={"disposition": "rework", "reason": "ream"})
    assert charted("POST", f"{path}/close").body["status"] == "closed"
    assert "quality.non_conformance_closed.v1" in carry(platform)


def test_a_lot_in_stock_is_held_and_released_with_the_closing(
    charted: Call, genealogy: Call, platform: Platform
) -> None:
    carry(platform)
    body = {"nc_id": "nc-scratch", "title": "Scratch", "product": "housing", "lots": ["S-1", "H-1"]}
    assert charted("POST", "/non-conformances", body=body).status == 201
    carry(platform)

    case = charted("GET", "/non-conformances/nc-scratch").body
    assert {each["lot_id"]: each["state"] for each in case["lots"]} == {"S-1": "beyond", "H-1": "held"}
    assert genealogy("GET", "/holds", query={"cause": "nc-scratch"}).body["items"][0]["lot_id"] == "H-1"

    charted(
        "POST", "/non-conformances/nc-scratch/dispositions", body={"disposition": "use_as_is", "reason": "polished"}
    )
    charted("POST", "/non-conformances/nc-scratch/close")
    carry(platform)

    assert genealogy("GET", "/holds", query={"cause": "nc-scratch"}).body["items"] == []
