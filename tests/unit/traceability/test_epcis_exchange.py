"""Activities as EPCIS for partners, and partners' EPCIS as activities."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from functions.traceability import capturing, exporting
from functions.traceability.capturing import CaptureReport, NotUnderstood, TooManyEvents
from functions.traceability.exporting import AskEvents
from functions.traceability.holds import HoldLots, ReleaseLots, hold_lots, release_lots
from functions.traceability.traces import AskTrace, trace
from tests.unit.traceability.conftest import Plant

SCHEMA = json.loads((Path(__file__).parents[2] / "data/epcis/EPCIS-JSON-Schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)
SENSORS = ({"metric": "coolant/temp", "unit": "degC", "minimum": 20, "mean": 21.5, "maximum": 23, "device": "edge-01"},)


def everything(plant: Plant) -> None:
    """One activity of each kind."""
    bar = {"lot_id": "B1", "quantity": 100, "material": "steel", "attributes": {"heat": "H1"}}
    plant.receive(bar, supplier="神戸製鋼", supplier_lot="KS-9")
    plant.receive("M1:100:L:milk", "P9:1:pcs:pump")
    plant.do("split", inputs=["B1"], outputs=["B2:40"])
    plant.do("merge", inputs=["B1:10", "B2:10"], outputs=["B3:20"])
    line = "nagoya/machining/line-1/mc-01"
    plant.do("produce", inputs=["B3"], outputs=["S1:100:pcs:shaft"], equipment=line, order_id="WO-1", sensors=SENSORS)
    plant.do("produce", inputs=["S1:1", "M1:1"], outputs=["P1:1:pcs:pump"])
    plant.do("produce", outputs=["P2:1:pcs:pump"])
    plant.do("move", inputs=["S1"], location="Hall 2 / 北")
    plant.do("inspect", inputs=["S1"], is_conforming=False)
    plant.do("consume", inputs=["M1:1"])
    plant.do("scrap", inputs=["M1:1"], reason="spilt")
    plant.do("reject", inputs=["P9"], reason="dent")
    plant.do("reserve", inputs=["B2"], order_id="O1")
    plant.do("unreserve", inputs=["B2"])
    plant.do("pack", inputs=["P1", "P2"], container="BOX")
    plant.do("unpack", inputs=["P2"], container="BOX")
    plant.do("ship", inputs=["BOX"], customer="東洋", delivery_note="DN-1")
    wrong = plant.do("ship", inputs=["S1:5"], customer="Wrong")
    plant.do("reverse", reverses=wrong.activity_id)


def exported(plant: Plant, **asked: Any) -> list[dict[str, Any]]:
    document, _ = exporting.export_events(AskEvents(**asked), plant.tenant)
    assert [each.message for each in VALIDATOR.iter_errors(document)] == []
    events: list[dict[str, Any]] = document["epcisBody"]["eventList"]
    return events


@pytest.mark.parametrize("prefix", [None, "4512345"])
def test_every_kind_of_activity_is_an_event_that_obeys_the_schema(plant: Plant, prefix: str | None) -> None:
    everything(plant)

    events = exported(plant, company_prefix=prefix, limit=200)

    assert len(events) == 18  # every activity but the reversal
    assert {each["type"] for each in events} == {"ObjectEvent", "AggregationEvent", "TransformationEvent"}


def test_production_is_a_transformation_with_its_place_order_and_sensors(plant: Plant) -> None:
    everything(plant)

    (made,) = [each for each in exported(plant, company_prefix="4512345") if "sensorElementList" in each]

    assert made["outputQuantityList"] == [
        {"epcClass": "urn:epc:class:lgtin:4512345.067890.S1", "quantity": 100, "uom": "EA"}
    ]
    assert made["inputQuantityList"][0]["uom"] == "KGM"
    assert made["readPoint"]["id"].endswith(":nagoya/machining/line-1/mc-01")
    assert made["bizTransactionList"][0]["type"] == "prodorder"
    (report,) = made["sensorElementList"][0]["sensorReport"]
    assert (report["type"], report["minValue"], report["meanValue"], report["maxValue"], report["uom"]) == (
        "Temperature",
        20,
        21.5,
        23,
        "CEL",
    )


def test_receiving_and_shipping_are_observed_and_a_new_serial_is_commissioned(plant: Plant) -> None:
    everything(plant)

    steps = {each["bizStep"]: each for each in exported(plant)}

    assert steps["receiving"]["action"] == steps["shipping"]["action"] == "OBSERVE"
    (commissioned,) = [each for each in exported(plant) if each.get("action") == "ADD" and "epcList" in each]
    assert (commissioned["bizStep"], commissioned["epcList"]) == (
        "commissioning",
        ["https://id.gs1.org/01/04512345000011/21/P2"],
    )
    assert steps["packing"]["parentID"].startswith("urn:makoto:lot:")
    assert steps["inspecting"]["disposition"] == "non_conformant"


def test_a_reversed_activity_is_declared_an_error(plant: Plant) -> None:
    everything(plant)

    (wrong,) = [each for each in exported(plant) if "errorDeclaration" in each]

    assert wrong["errorDeclaration"]["reason"] == "did_not_occur"
    assert wrong["destinationList"][0]["destination"].endswith(":Wrong")


def test_a_lots_events_hold_its_holds(plant: Plant) -> None:
    plant.receive("M1:100:L:milk")
    plant.clock.advance(60)
    hold_lots(HoldLots(lots=("M1",), cause="NC-1", reason="smell"), plant.tenant)
    plant.clock.advance(60)
    release_lots(ReleaseLots(cause="NC-1", lots=("M1",), reason="fine"), plant.tenant)

    events = exported(plant, lot="M1")

    assert [(each["bizStep"], each["disposition"]) for each in events] == [
        ("receiving", "in_progress"),
        ("holding", "non_conformant"),
        ("storing", "available"),
    ]


def test_events_are_paged_by_time(plant: Plant) -> None:
    everything(plant)
    ids: list[str] = []
    cursor = None
    while True:
        document, cursor = exporting.export_events(AskEvents(limit=4, cursor=cursor), plant.tenant)
        ids += [each["eventID"] for each in document["epcisBody"]["eventList"]]
        if cursor is None:
            break

    assert len(ids) == len(set(ids)) == 18


LGTIN = "urn:epc:class:lgtin:4512345.067890."
MILK = "https://id.gs1.org/01/04512345000028/10/"


def event(kind: str = "ObjectEvent", **more: Any) -> dict[str, Any]:
    base = {"type": kind, "eventTime": "2026-01-01T06:30:00.000+09:00", "eventTimeZoneOffset": "+09:00"}
    return base | more


def milk(lot: str, quantity: float) -> list[dict[str, Any]]:
    return [{"epcClass": f"{MILK}{lot}", "quantity": quantity, "uom": "LTR"}]


def captured(plant: Plant, *events: dict[str, Any]) -> CaptureReport:
    return capturing.capture({"type": "EPCISDocument", "epcisBody": {"eventList": list(events)}}, plant.tenant)


RECEIVED = event(
    action="OBSERVE",
    bizStep="receiving",
    eventID="urn:uuid:1",
    quantityList=milk("M7", 100),
    sourceList=[{"type": "possessing_party", "source": "urn:epc:id:pgln:4512345.00001"}],
)
MADE = event(
    "TransformationEvent",
    eventID="urn:uuid:2",
    bizStep="commissioning",
    inputQuantityList=milk("M7", 10),
    outputQuantityList=[{"epcClass": f"{LGTIN}S7", "quantity": 10, "uom": "H87"}],
    outputEPCList=["urn:epc:id:sgtin:4512345.000001.P7"],
    ilmd={"cbvmda:itemExpirationDate": "2027-01-31"},
    sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 4.5, "uom": "CEL"}]}],
)
SHIPPED = event(
    action="OBSERVE",
    bizStep="shipping",
    eventID="urn:uuid:3",
    quantityList=[{"epcClass": f"{LGTIN}S7", "quantity": 4, "uom": "EA"}],
    destinationList=[{"type": "owning_party", "destination": "urn:epc:id:pgln:4999999.00001"}],
    bizTransactionList=[{"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:4512345000013:DN-9"}],
)


def test_a_partners_events_become_lots_and_genealogy(plant: Plant) -> None:
    report = captured(plant, RECEIVED, MADE, SHIPPED)

    assert (len(report.captured), report.refused) == (3, ())
    assert plant.left("M7", "S7", "P7") == (90, 6, 1)
    assert plant.lot("P7").is_serial
    assert str(plant.lot("S7").expires_on) == "2027-01-31"
    (forward,) = trace(AskTrace(lot="M7", direction="forward"), plant.tenant).traces
    assert {each.lot_id for each in forward.affected} == {"M7", "S7", "P7"}


def test_an_event_counts_once_however_often_it_is_sent(plant: Plant) -> None:
    first = captured(plant, RECEIVED, RECEIVED)
    nameless = {name: value for name, value in RECEIVED.items() if name != "eventID"}
    captured(plant, nameless)
    again = captured(plant, RECEIVED, nameless)

    assert [each.is_duplicate for each in (*first.captured, *again.captured)] == [False, True, True, True]
    assert plant.left("M7") == (200,)  # one with an id, one by its hash


def test_valid_events_go_through_and_the_rest_is_named_with_its_reason(plant: Plant) -> None:
    report = captured(
        plant,
        event(action="OBSERVE", bizStep="shipping", quantityList=milk("M404", 1)),
        RECEIVED,
        event(action="ADD", quantityList=[{"epcClass": "https://id.gs1.org/01/09999999999994/10/X", "quantity": 1}]),
        event(action="ADD", bizStep="commissioning", quantityList=[{"epcClass": f"{MILK}M8"}]),
        event("TransactionEvent", action="ADD"),
        {"eventTime": "2026-01-01T06:30:00Z"},
        event("AggregationEvent", action="OBSERVE", childEPCs=["urn:epc:id:sgtin:4512345.000001.P7"]),
        event(action="DELETE", bizStep="destroying", quantityList=milk("M7", 1000)),
    )

    assert [each.position for each in report.captured] == [1]
    assert [(each.position, each.code) for each in report.refused] == [
        (0, "not_understood"),
        (2, "not_understood"),
        (3, "not_understood"),
        (4, "unsupported_type"),
        (5, "unsupported_type"),
        (6, "not_understood"),
        (7, "insufficient_quantity"),
    ]
    assert "GTIN 09999999999994" in report.refused[1].detail


def test_what_we_told_and_is_sent_back_changes_nothing(plant: Plant) -> None:
    everything(plant)
    document, _ = exporting.export_events(AskEvents(limit=200), plant.tenant)
    before = plant.left("B1", "M1", "S1", "P1")

    report = capturing.capture(document, plant.tenant)

    assert (len(report.captured), report.refused) == (18, ())
    assert all(each.is_duplicate for each in report.captured)
    assert plant.left("B1", "M1", "S1", "P1") == before


def test_what_one_tenant_told_another_can_capture(plant: Plant) -> None:
    """A supplier's shipment of goods with GTINs is the customer's knowledge too, under the supplier's event ids."""
    plant.receive("M1:100:L:milk")
    plant.do("ship", inputs=["M1:40"], customer="Toyo")
    document, _ = exporting.export_events(AskEvents(company_prefix="4512345"), plant.tenant)
    other = Plant(plant.neighbour, plant.tenant, plant.clock)
    for found in plant.tenant.documents.query(_materials()).items:
        other.tenant.documents.put(found.key, found.data)

    report = capturing.capture(document, other.tenant)

    assert report.refused == ()
    assert other.left("M1") == (60,)


def test_an_error_declaration_takes_the_event_back(plant: Plant) -> None:
    captured(plant, RECEIVED)
    declared = RECEIVED | {"errorDeclaration": {"declarationTime": "2026-01-01T07:00:00Z", "reason": "did_not_occur"}}

    captured(plant, declared, declared)

    assert plant.lot("M7").status == "void"


def test_packing_moving_and_inspecting_are_captured(plant: Plant) -> None:
    sscc = "urn:epc:id:sscc:4512345.0000000001"
    captured(plant, RECEIVED)
    report = captured(
        plant,
        event(action="OBSERVE", bizStep="inspecting", disposition="non_conformant", quantityList=milk("M7", 1)),
        event(action="OBSERVE", bizStep="storing", quantityList=milk("M7", 100), bizLocation={"id": "urn:a:b"}),
        event("AggregationEvent", action="ADD", parentID=sscc, childQuantityList=milk("M7", 100)),
    )

    assert report.refused == ()
    assert plant.lot("M7").location == "urn:a:b"
    container = plant.lot(str(plant.lot("M7").packed_in))
    assert container.contents == ("M7",)
    captured(plant, event("AggregationEvent", action="DELETE", parentID=sscc, childQuantityList=milk("M7", 100)))
    assert plant.lot("M7").packed_in is None


def test_a_lot_number_that_another_material_has_gets_its_gtin(plant: Plant) -> None:
    plant.receive("M7:5:kg:steel")

    captured(plant, RECEIVED)

    assert plant.left("M7", "04512345000028.M7") == (5, 100)


def test_a_document_without_events_or_with_too_many_is_refused(plant: Plant) -> None:
    with pytest.raises(NotUnderstood):
        captured(plant)
    with pytest.raises(TooManyEvents):
        captured(plant, *[RECEIVED] * 201)


def _materials() -> Any:
    from makoto.domain.factory import Material
    from makoto.ports.documents import Query
    from makoto.ports.masters import partition_of

    return Query(partition_of(Material), limit=100)


def test_a_gtin_that_is_none_is_not_told(plant: Plant) -> None:
    from makoto.domain.factory import Material
    from makoto.ports.masters import current_key

    wrong = Material(id="paint", name="Paint", unit="L", gtin="04512345000020")
    data: dict[str, Any] = {"content": wrong.model_dump_json(), "product": "", "revision": 1}
    plant.tenant.documents.put(current_key(Material, "paint"), data)
    plant.receive("F1:5:L:paint")

    (received,) = exported(plant)

    assert received["quantityList"][0]["epcClass"].startswith("urn:makoto:lot:")


def test_reports_of_one_side_are_one_transformation_by_its_id(plant: Plant) -> None:
    plant.receive("M1:100:L:milk")
    plant.do("consume", inputs=["M1:5"], order_id="WO-1")
    plant.do("produce", outputs=["S1:1:pcs:shaft"], order_id="WO-1")

    sides = [each for each in exported(plant) if each["type"] == "TransformationEvent"]

    assert len({each["transformationID"] for each in sides}) == 1
    assert [sorted(name for name in each if name.endswith("QuantityList")) for each in sides] == [
        ["inputQuantityList"],
        ["outputQuantityList"],
    ]


def test_a_partners_transformation_in_two_events_is_joined(plant: Plant) -> None:
    joined = {"transformationID": "urn:uuid:t1"}
    captured(
        plant,
        RECEIVED,
        event("TransformationEvent", inputQuantityList=milk("M7", 10), **joined),
        event("TransformationEvent", outputQuantityList=[{"epcClass": f"{LGTIN}S7", "quantity": 1}], **joined),
    )

    (forward,) = trace(AskTrace(lot="M7", direction="forward"), plant.tenant).traces
    assert "S7" in {each.lot_id for each in forward.affected}
