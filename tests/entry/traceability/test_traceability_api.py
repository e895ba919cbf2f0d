"""The traceability routes through the handler."""

from typing import Any

import pytest

from tests.builders import OTHER_TENANT
from tests.entry.traceability.conftest import Answer, Call

BAR = {"lot_id": "B1", "material": "steel", "quantity": "100", "attributes": {"heat": "H4711"}}


def pointers(answer: Answer) -> list[str]:
    return [each["pointer"] for each in answer.body.get("errors", [])]


def record(call: Call, *activities: dict[str, Any], **how: Any) -> Answer:
    return call("POST", "/activities", body={"activities": list(activities)}, **how)


MADE = {
    "activity_id": "make-1",
    "kind": "produce",
    "inputs": [{"lot_id": "B1", "quantity": 20, "unit": "kg"}],
    "outputs": [{"lot_id": "S1", "material": "shaft", "quantity": 10}],
    "equipment": "nagoya/machining/line-1/mc-01",
    "at": "2026-04-01T18:00:00+09:00",
}
SHIPPED = {
    "activity_id": "ship-1",
    "kind": "ship",
    "inputs": [{"lot_id": "S1", "quantity": 4}],
    "customer": "東洋精機",
    "delivery_note": "DN-1",
}


@pytest.fixture
def flow(call: Call) -> None:
    assert call("POST", "/lots", body=BAR).status == 201
    assert record(call, MADE, SHIPPED).status == 201


def test_a_lot_is_received_and_read_with_exact_quantities(call: Call) -> None:
    answer = call("POST", "/lots", body=BAR | {"quantity": "0.1", "supplier_lot": "KS-9"})

    assert answer.status == 201
    assert (answer.body["remaining"], answer.body["unit"], answer.body["status"]) == ("0.1", "kg", "available")
    assert call("GET", "/lots/B1").body == answer.body
    assert call("GET", "/lots", query={"supplier_lot": "KS-9"}).body["items"] == [answer.body]


def test_receiving_the_same_again_is_the_same_receipt_and_something_else_a_conflict(call: Call) -> None:
    first = call("POST", "/lots", body=BAR)

    assert call("POST", "/lots", body=BAR).body == first.body
    other = call("POST", "/lots", body=BAR | {"quantity": 99})
    assert (other.status, other.body["type"]) == (409, "urn:makoto:problem:activity-id-taken")


def test_activities_are_recorded_in_order_and_shown(call: Call, flow: None) -> None:
    shown = call("GET", "/activities/make-1").body
    listed = call("GET", "/activities", query={"equipment": "nagoya/machining"}).body["items"]

    assert shown["at"] == "2026-04-01T09:00:00Z"
    assert shown["balance"]["state"] == "not_comparable"
    assert [each["activity_id"] for each in listed] == ["make-1"]
    assert {each["kind"] for each in call("GET", "/lots/S1/history").body["items"]} == {"produce", "ship"}


def test_a_refused_activity_is_named_by_its_place_and_the_ones_before_it_stand(call: Call) -> None:
    call("POST", "/lots", body=BAR)
    wrong = MADE | {"activity_id": "make-2", "inputs": [{"lot_id": "B1", "quantity": 1, "unit": "m"}]}

    answer = record(call, MADE, wrong)

    assert (answer.status, answer.body["type"]) == (422, "urn:makoto:problem:units-do-not-convert")
    assert pointers(answer) == ["/body/activities/1/inputs/0/unit"]
    assert call("GET", "/activities/make-1").status == 200
    assert record(call, MADE).status == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"quantity": 0}, "/body/quantity"),
        ({"quantity": -1}, "/body/quantity"),
        ({"unit": "parsec"}, "/body/unit"),
        ({"lot_id": "a/b"}, "/body/lot_id"),
        ({"at": "2026-04-01T18:00:00"}, "/body/at"),
        ({"colour": "red"}, "/body/colour"),
    ],
)
def test_bad_input_is_refused_with_its_field(call: Call, change: dict[str, Any], pointer: str) -> None:
    answer = call("POST", "/lots", body=BAR | change)

    assert answer.status == 422
    assert pointer in pointers(answer)


def test_an_unknown_lot_and_an_unknown_material_are_not_found(call: Call) -> None:
    assert call("GET", "/lots/B404").status == 404
    assert call("GET", "/trace", query={"lot": "B404"}).status == 404
    assert record(call, SHIPPED).body["type"] == "urn:makoto:problem:lot-not-found"
    assert call("POST", "/lots", body=BAR | {"material": "gold"}).status == 404


def test_a_trace_is_a_graph_with_every_path_in_both_directions(call: Call, flow: None) -> None:
    answer = call("GET", "/trace", query={"lot": "B1", "direction": "forward", "paths": "true"})

    (one,) = answer.body["traces"]
    assert [each["lot_id"] for each in one["affected"]] == ["B1", "S1"]
    assert one["paths"] == [{"target": "S1", "steps": ["B1", "make-1", "S1"]}]
    assert {"source": "B1", "target": "make-1", "quantity": "20", "unit": "kg"} in one["edges"]
    assert len(call("GET", "/trace", query={"lot": "S1"}).body["traces"]) == 2


def test_a_hold_by_hand_stops_a_shipment_until_it_is_released(call: Call, flow: None) -> None:
    held = call("POST", "/holds", body={"lots": ["S1"], "cause": "QA-7", "reason": "burr"})
    refused = record(call, SHIPPED | {"activity_id": "ship-2"})

    assert (held.body["state"], held.body["changed"]) == ("done", 1)
    assert (refused.status, refused.body["type"]) == (409, "urn:makoto:problem:lot-is-held")
    assert "S1" in refused.body["detail"]
    assert call("GET", "/holds", query={"cause": "QA-7"}).body["items"] == [{"lot_id": "S1", "reason": "burr"}]
    released = call("POST", "/holds/release", body={"cause": "QA-7", "reason": "deburred"})
    assert (released.body["state"], released.body["changed"]) == ("done", 1)
    assert call("GET", f"/sweeps/{released.body['sweep']}").body["phase"] == "done"
    assert len(call("GET", "/sweeps").body["items"]) == 1
    assert record(call, SHIPPED | {"activity_id": "ship-2"}).status == 201


def test_a_recall_names_customers_and_exports_a_list(call: Call, flow: None) -> None:
    opened = call("POST", "/recalls", body={"recall_id": "R1", "reason": "crack", "scope": {"lots": ["B1"]}})

    assert (opened.status, opened.body["state"], opened.body["lots"]) == (201, "done", 2)
    assert call("GET", "/recalls/R1").body["customers"] == ["東洋精機"]
    exported = call("GET", "/recalls/R1/csv", query={"language": "ja"})
    assert exported.headers["Content-Type"] == ["text/csv; charset=utf-8"]
    assert exported.body.startswith("\ufeffトレーサビリティロット番号,")
    assert "東洋精機" in exported.body
    assert [each["recall_id"] for each in call("GET", "/recalls").body["items"]] == ["R1"]


def test_fefo_says_what_to_pick(call: Call) -> None:
    for lot, day in (("B1", "2030-05-01"), ("B2", "2030-04-30")):
        call("POST", "/lots", body=BAR | {"lot_id": lot, "expires_on": day})

    answer = call("GET", "/fefo", query={"material": "steel", "quantity": "150000", "unit": "g"})

    assert [(each["lot_id"], each["take"]) for each in answer.body["picks"]] == [("B2", "100"), ("B1", "50")]
    assert call("GET", "/fefo", query={"material": "steel", "quantity": "1", "unit": "m"}).status == 422
    assert call("GET", "/fefo", query={"material": "gold"}).status == 404


def test_epcis_goes_out_and_in(call: Call, flow: None) -> None:
    out = call("GET", "/epcis/events", query={"lot": "S1", "company_prefix": "4512345"})
    assert out.headers["Content-Type"] == ["application/ld+json"]
    assert {each["type"] for each in out.body["epcisBody"]["eventList"]} == {"ObjectEvent", "TransformationEvent"}

    back = call("POST", "/epcis/capture", body=out.body)

    assert [each["is_duplicate"] for each in back.body["captured"]] == [True, True]
    assert call("POST", "/epcis/capture", body={"type": "EPCISDocument"}).status == 422
    page = call("GET", "/epcis/events", query={"limit": "1"})
    assert page.headers["X-Next-Cursor"]


def test_sensors_may_be_told_later_and_go_out_with_the_event(call: Call, flow: None) -> None:
    report = {"metric": "coolant/temp", "unit": "degC", "minimum": 20.5, "maximum": 23}
    for _ in range(2):
        told = call("POST", "/activities/make-1/sensors", body={"sensors": [report]})

    assert (told.status, len(told.body["sensors"])) == (200, 1)
    assert call("GET", "/activities/make-1").body["sensors"] == told.body["sensors"]
    events = call("GET", "/epcis/events", query={"lot": "S1"}).body["epcisBody"]["eventList"]
    (sensed,) = [each for each in events if "sensorElementList" in each]
    assert sensed["sensorElementList"][0]["sensorReport"][0]["maxValue"] == 23
    wrong = call("POST", "/activities/make-1/sensors", body={"sensors": [report | {"minimum": 99}]})
    assert wrong.status == 422


def test_a_viewer_looks_and_exports_and_an_operator_records_and_neither_holds(call: Call, flow: None) -> None:
    hold = {"lots": ["S1"], "cause": "QA-7", "reason": "burr"}

    assert call("GET", "/lots", role="viewer").status == 200
    assert call("GET", "/epcis/events", role="viewer").status == 200
    assert record(call, SHIPPED, role="viewer").status == 403
    assert record(call, SHIPPED, role="operator").status == 201
    assert call("POST", "/holds", body=hold, role="operator").status == 403
    assert call("GET", "/epcis/events", role="operator").status == 403
    assert call("POST", "/holds", body=hold, role="engineer").status == 200


def test_another_tenants_lots_are_neither_seen_nor_touched(call: Call, flow: None) -> None:
    mine = {"tenant_id": OTHER_TENANT}
    event = call("GET", "/lots/B1", **mine)

    assert event.status == 403  # the caller of another tenant
    assert call("GET", "/refused-reports").body["items"] == []


def test_a_broken_line_is_named_and_not_also_said_to_be_missing(call: Call) -> None:
    line = {"lot_id": "B-9", "material": "steel", "quantity": -1}
    body = {"activities": [{"activity_id": "a-1", "kind": "receive", "outputs": [line]}]}

    answer = call("POST", "/activities", body=body)

    assert [each["pointer"] for each in answer.body["errors"]] == ["/body/activities/0/outputs/0/quantity"]
    empty = call("POST", "/activities", body={"activities": []}).body["errors"]
    assert [(each["pointer"], each["rule"]) for each in empty] == [("/body/activities", "too_short")]


def test_a_need_beyond_the_calendar_is_refused(call: Call) -> None:
    need = {"material": "steel", "quantity": "1", "need_on": "9999-12-31", "min_remaining_days": "1"}

    answer = call("GET", "/fefo", query=need)

    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/query/need_on")
