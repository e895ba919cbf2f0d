"""EPCIS 2.0: what is written obeys the published schema, what is read is read or refused with its reason."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from makoto.codecs.epcis import (
    Amount,
    EpcisEvent,
    Identified,
    InvalidGtin,
    RefusedEvent,
    Sensed,
    class_id,
    document_of,
    identified,
    instance_id,
    private_id,
    read_events,
)
from makoto.codecs.epcis.identity import check_digit
from makoto.codecs.epcis.vocabulary import CODES, bare, measurement_of
from makoto.domain.factory.units import UNITS

SCHEMA = json.loads((Path(__file__).parents[2] / "data/epcis/EPCIS-JSON-Schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)
AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
LOT = Amount("urn:epc:class:lgtin:4512345.067890.S1", Decimal("12.5"), "kg")
SERIAL = Amount("urn:epc:id:sgtin:4512345.000001.P7", is_instance=True)
BASE = EpcisEvent(type="ObjectEvent", event_id="urn:makoto:event:t0:a1", time=AT, action="OBSERVE", things=(LOT,))
EVENTS = {
    "object": replace(BASE, step="receiving", disposition="in_progress", source="urn:makoto:party:t0:Kobe"),
    "commissioning": replace(BASE, action="ADD", step="commissioning", things=(SERIAL,)),
    "no quantity": replace(BASE, things=(LOT._replace(quantity=None, unit=None),)),
    "shipping": replace(
        BASE,
        step="shipping",
        destination="urn:makoto:party:t0:%E6%9D%B1%E6%B4%8B",
        transactions=(("desadv", "urn:makoto:document:t0:DN-1"),),
    ),
    "aggregation": replace(
        BASE, type="AggregationEvent", action="ADD", parent="urn:epc:id:sscc:4512345.0000000001", step="packing"
    ),
    "transformation": replace(
        BASE,
        type="TransformationEvent",
        action=None,
        things=(),
        inputs=(SERIAL, LOT),
        outputs=(LOT._replace(unit="pcs"),),
        step="assembling",
        lot_data={"cbvmda:itemExpirationDate": "2027-01-31", "makoto:heat": "H1"},
        sensors=(Sensed("coolant/temp", "degC", 20.5, 22.0, 23.5, "urn:makoto:device:t0:edge-01", AT, AT),),
        read_point="urn:makoto:place:t0:nagoya/machining",
    ),
    "error": replace(BASE, error_at=AT),
}


def problems(document: dict[str, Any]) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(document)]


@pytest.mark.parametrize("name", EVENTS)
def test_what_is_written_obeys_the_published_schema(name: str) -> None:
    assert problems(document_of([EVENTS[name]], AT)) == []


@pytest.mark.parametrize("field", ["eventTime", "eventTimeZoneOffset", "type"])
def test_the_schema_refuses_an_event_that_lacks_what_is_needed(field: str) -> None:
    document = document_of([EVENTS["transformation"]], AT)
    del document["epcisBody"]["eventList"][0][field]

    assert problems(document)


def test_the_schema_refuses_a_unit_and_a_time_that_are_none() -> None:
    wrong = document_of([EVENTS["object"]], AT)
    wrong["epcisBody"]["eventList"][0]["quantityList"][0]["uom"] = "kilogram"
    late = document_of([EVENTS["object"]], AT)
    late["epcisBody"]["eventList"][0]["eventTime"] = "yesterday"

    assert problems(wrong)
    assert problems(late)


@pytest.mark.parametrize("name", EVENTS)
def test_what_is_written_is_read_as_it_was(name: str) -> None:
    ((position, event),) = list(read_events(document_of([EVENTS[name]], AT)))  # type: ignore[misc]  # none refused

    assert position == 0
    assert event == EVENTS[name]


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_has_a_code_of_recommendation_20_and_a_kind_of_measurement(unit: str) -> None:
    sensed = Sensed("m", unit, 1.0, 1.0, 1.0)
    event = replace(EVENTS["transformation"], sensors=(sensed,), outputs=(Amount(LOT.id, Decimal(1), unit),))

    assert problems(document_of([event], AT)) == []
    assert measurement_of(unit)
    assert len(CODES[unit]) in (2, 3)


def test_the_codes_that_partners_ask_for() -> None:
    assert [CODES[unit] for unit in ("kg", "L", "m", "pcs")] == ["KGM", "LTR", "MTR", "EA"]


def test_gtin_and_lot_make_the_urn_of_the_standards_own_example() -> None:
    """TDS 2.0, 6.3.17, and the EPCIS 2.0 example 9.6.4: GTIN 04012345111118 with the company prefix 4012345."""
    gtin = "0401234511111" + check_digit("0401234511111")

    assert class_id(gtin, "4444", "4012345") == "urn:epc:class:lgtin:4012345.011111.4444"
    assert identified("urn:epc:class:lgtin:4012345.011111.4444") == Identified("4444", gtin)
    serial = "0401234511122" + check_digit("0401234511122")
    assert identified("urn:epc:id:sgtin:4012345.011122.25") == Identified("25", serial, True)


def test_without_a_company_prefix_a_lot_is_a_digital_link() -> None:
    assert class_id("4512345678906", "S/1") == "https://id.gs1.org/01/04512345678906/10/S%2F1"
    assert identified("https://example.com/01/04512345678906/10/S%2F1") == Identified("S/1", "04512345678906")
    assert identified("https://id.gs1.org/01/04512345678906/21/P7") == Identified("P7", "04512345678906", True)
    assert identified("https://id.gs1.org/01/04512345678906") is None


def test_without_a_gtin_a_lot_is_a_urn_of_ours() -> None:
    name = private_id("lot", "t0123456789ab", "ロット/1")

    assert identified(name) == Identified("ロット/1", None, False, "lot", "t0123456789ab")
    assert name.isascii()


def test_a_gtin_with_a_wrong_check_digit_or_another_company_is_refused() -> None:
    with pytest.raises(InvalidGtin, match="check digit"):
        class_id("04512345678907", "S1")
    with pytest.raises(InvalidGtin, match="company prefix"):
        instance_id("04512345678906", "P1", "4999999")


@given(
    body=st.text("0123456789", min_size=13, max_size=13),
    length=st.integers(6, 12),
    lot=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
)
def test_every_gtin_and_lot_comes_back_from_its_urn_and_from_its_link(body: str, length: int, lot: str) -> None:
    gtin = body + check_digit(body)
    prefix = gtin[1 : 1 + length]

    assert identified(class_id(gtin, lot, prefix)) == identified(class_id(gtin, lot)) == Identified(lot, gtin)
    assert (
        identified(instance_id(gtin, lot, prefix)) == identified(instance_id(gtin, lot)) == Identified(lot, gtin, True)
    )


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("receiving", "receiving"),
        ("urn:epcglobal:cbv:bizstep:receiving", "receiving"),
        ("https://ref.gs1.org/cbv/BizStep-receiving", "receiving"),
        ("https://ref.gs1.org/cbv/Disp-in_transit", "in_transit"),
        (None, None),
    ],
)
def test_words_of_all_versions_mean_the_same(word: str | None, plain: str | None) -> None:
    assert bare(word) == plain


def test_a_document_of_the_published_examples_is_read() -> None:
    """EPCIS 2.0, 9.6.4 in the form of the draft: `isA`, URNs as words, an item in place of a lot."""
    example = {
        "isA": "TransformationEvent",
        "eventTime": "2013-10-31T14:58:56.591Z",
        "eventTimeZoneOffset": "+02:00",
        "inputEPCList": ["urn:epc:id:sgtin:4012345.011122.25"],
        "inputQuantityList": [
            {"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": 10, "uom": "KGM"},
            {"epcClass": "urn:epc:class:lgtin:0614141.077777.987", "quantity": 30},
        ],
        "outputEPCList": ["urn:epc:id:sgtin:4012345.077889.25"],
        "bizStep": "urn:epcglobal:cbv:bizstep:commissioning",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00001.0"},
    }
    ((_, event),) = list(read_events({"epcisBody": {"eventList": [example]}}))  # type: ignore[misc]  # none refused

    assert (event.type, event.step, len(event.inputs), len(event.outputs)) == (
        "TransformationEvent",
        "commissioning",
        3,
        1,
    )
    assert event.inputs[1] == Amount("urn:epc:class:lgtin:4012345.011111.4444", Decimal(10), "kg")


BROKEN: dict[str, dict[str, Any]] = {
    "event_time": {"eventTime": None},
    "event_time ": {"eventTime": "2026-11-20T10:00:00"},
    "event_time  ": {"eventTime": "soon"},
    "unsupported_type": {"type": "TransactionEvent"},
    "action": {"action": "LOOK"},
    "quantity": {"quantityList": [{"epcClass": LOT.id, "quantity": -1, "uom": "KGM"}]},
    "quantity ": {"quantityList": [{"epcClass": LOT.id, "quantity": "much", "uom": "KGM"}]},
    "unit": {"quantityList": [{"epcClass": LOT.id, "quantity": 1, "uom": "XYZ"}]},
    "identifier": {"quantityList": [{"epcClass": 7, "quantity": 1}]},
    "type": {"quantityList": "none"},
    "type ": {"bizStep": ["receiving"]},
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_cannot_be_read_is_refused_alone_with_its_reason(code: str) -> None:
    document = document_of([EVENTS["object"], EVENTS["object"]], AT)
    document["epcisBody"]["eventList"][0] |= BROKEN[code]

    refused, kept = list(read_events(document))

    assert isinstance(refused, RefusedEvent)
    assert (refused.position, refused.code) == (0, code.strip())
    assert kept == (1, EVENTS["object"])


def test_an_event_without_an_id_is_named_by_what_it_says() -> None:
    document = document_of([EVENTS["object"]], AT)
    event = document["epcisBody"]["eventList"][0]
    del event["eventID"]
    again = dict(reversed(event.items())) | {"recordTime": "2026-11-21T00:00:00Z"}
    other = event | {"eventTime": "2026-11-20T06:31:00Z"}
    ids = [each[1].event_id for each in read_events({"epcisBody": {"eventList": [event, again, other]}})]  # type: ignore[union-attr]  # none refused

    assert ids[0] == ids[1] != ids[2]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(EVENTS)), st.data())
def test_whatever_a_partner_sends_is_read_or_refused_and_never_falls_over(name: str, data: st.DataObject) -> None:
    document = document_of([EVENTS[name]], AT)
    event = document["epcisBody"]["eventList"][0]
    for field in data.draw(st.sets(st.sampled_from(sorted(event)), min_size=1, max_size=3)):
        event[field] = data.draw(json_values)

    assert len(list(read_events(document))) == 1
