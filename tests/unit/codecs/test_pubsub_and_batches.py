"""OPC UA PubSub JSON (OPC 10000-14) and batches as AWS IoT SiteWise takes them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.codecs.ingress.formats import READERS
from makoto.codecs.ingress.opcua_json import PubSubReader
from makoto.codecs.ingress.portion import Portion
from makoto.codecs.ingress.sitewise import BatchReader

NOW = 1_800_000_000_000
T = "2026-05-01T00:00:00.1234567Z"
T_MS = 1_777_593_600_123


def pubsub(document: Any) -> Portion:
    return PubSubReader().read(json.dumps(document).encode(), NOW)


def field(value: Any) -> Portion:
    return pubsub({"Messages": [{"Timestamp": T, "Payload": {"Temperature": value}}]})


@pytest.mark.parametrize(
    "value",
    [
        21.5,
        {"Value": 21.5},
        {"Type": 11, "Body": 21.5},
        {"UaType": 11, "Value": 21.5},
        {"Value": {"Type": 11, "Body": 21.5}, "SourceTimestamp": T},
        {"UaType": 11, "Value": 21.5, "SourceTimestamp": T, "StatusCode": {"Code": 0}},
    ],
)
def test_raw_values_variants_and_data_values_of_both_versions_are_read(value: Any) -> None:
    assert [(each.metric, each.value, each.t, each.quality) for each in field(value).points] == [
        ("Temperature", 21.5, T_MS, 192)
    ]


@pytest.mark.parametrize(
    ("status", "quality", "word"),
    [
        ({"Code": 0x80310000, "Symbol": "BadNoCommunication"}, 0, "BadNoCommunication"),
        ({"Code": 0x40920000, "Symbol": "UncertainLastUsableValue"}, 64, "UncertainLastUsableValue"),
        (0x80000000, 0, "Bad(0x80000000)"),
        ("nonsense", 0, "BadStatus"),
    ],
)
def test_a_status_is_the_quality_with_the_servers_own_word(status: Any, quality: int, word: str) -> None:
    (point,) = field({"Value": 21.5, "StatusCode": status}).points

    assert (point.quality, point.status, point.value is None) == (quality, word, quality == 0)


def test_structures_and_arrays_are_readings_of_their_own() -> None:
    portion = field({"X": 1, "Items": [True, "a"]})

    assert [(each.metric, each.value) for each in portion.points] == [
        ("Temperature/X", 1.0),
        ("Temperature/Items/0", True),
        ("Temperature/Items/1", "a"),
    ]


def test_an_array_too_long_is_refused_and_its_neighbour_kept() -> None:
    portion = pubsub({"Payload": {"a": list(range(65)), "b": 1}, "Timestamp": T})

    assert [each.metric for each in portion.points] == ["b"]
    assert [(fault.pointer, fault.rule) for fault in portion.faults] == [("/Payload/a", "size")]


def test_a_writers_name_comes_before_its_fields_and_a_gap_is_told() -> None:
    reader = PubSubReader()
    message = {"DataSetWriterId": 101, "DataSetWriterName": "press", "Timestamp": T, "Payload": {"a": 1}}
    reader.read(json.dumps(message | {"SequenceNumber": 1}).encode(), NOW)
    reader = PubSubReader.from_text(reader.to_text())

    portion = reader.read(json.dumps(message | {"SequenceNumber": 4}).encode(), NOW)

    assert ([each.metric for each in portion.points], portion.counts["gap"]) == (["press/a"], 2)


def test_keep_alives_and_metadata_are_counted_and_no_readings() -> None:
    portion = pubsub({"Messages": [{"MessageType": "ua-keepalive"}, {"MessageType": "ua-metadata", "MetaData": {}}]})

    assert (portion.points, portion.faults) == ([], [])
    assert (portion.counts["ua-keepalive"], portion.counts["ua-metadata"]) == (1, 1)


def test_a_message_without_a_time_has_the_servers() -> None:
    (point,) = pubsub({"Payload": {"a": 1}}).points

    assert (point.t, point.clock) == (NOW, "server")


def batch(*values: Any, **entry: Any) -> Portion:
    made = {"entryId": "1", "propertyAlias": "/plant/press/temp", "propertyValues": list(values)} | entry
    return BatchReader().read(json.dumps({"entries": [made]}).encode(), NOW)


AT = {"timeInSeconds": T_MS // 1000, "offsetInNanos": 123_456_789}


def test_a_batch_is_read_with_its_quality() -> None:
    portion = batch(
        {"value": {"doubleValue": 1.5}, "timestamp": AT, "quality": "GOOD"},
        {"value": {"integerValue": 2}, "timestamp": AT, "quality": "UNCERTAIN"},
        {"value": {"booleanValue": True}, "timestamp": AT},
        {"value": {"stringValue": "x"}, "timestamp": AT, "quality": "BAD"},
        {"value": {"nullValue": {"valueType": "D"}}, "timestamp": AT, "quality": "GOOD"},
    )

    assert [(each.metric, each.t, each.value, each.quality) for each in portion.points] == [
        ("plant/press/temp", T_MS, 1.5, 192),
        ("plant/press/temp", T_MS, 2.0, 64),
        ("plant/press/temp", T_MS, True, 192),
        ("plant/press/temp", T_MS, None, 0),
        ("plant/press/temp", T_MS, None, 0),
    ]
    assert portion.counts["same_time"] == 4


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"value": {"doubleValue": "1"}, "timestamp": AT}, "/entries/0/propertyValues/0/value"),
        ({"value": {"doubleValue": 1, "integerValue": 1}, "timestamp": AT}, "/entries/0/propertyValues/0/value"),
        ({"value": {"doubleValue": True}, "timestamp": AT}, "/entries/0/propertyValues/0/value"),
        ({"value": {"doubleValue": 1}}, "/entries/0/propertyValues/0/timestamp"),
        ({"value": {"doubleValue": 1}, "timestamp": AT, "quality": "FINE"}, "/entries/0/propertyValues/0/quality"),
        ({"value": {"doubleValue": 1}, "timestamp": {"timeInSeconds": 5}}, "/entries/0/propertyValues/0"),
        ("1", "/entries/0/propertyValues/0"),
    ],
)
def test_a_wrong_value_is_refused_by_its_pointer_and_the_next_one_kept(value: Any, pointer: str) -> None:
    portion = batch(value, {"value": {"doubleValue": 7}, "timestamp": AT})

    assert [each.value for each in portion.points] == [7.0]
    assert [fault.pointer for fault in portion.faults] == [pointer]


def test_an_entry_without_a_name_is_refused() -> None:
    assert [fault.rule for fault in batch(propertyAlias="").faults] == ["name"]


@pytest.mark.parametrize("name", [name for name in READERS if name != "sparkplug-b"])
@given(
    data=st.one_of(
        st.binary(max_size=80),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["entries", "Messages", "Payload", "propertyAlias", "propertyValues", "Value", "x"]
                    ),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=8,
        ).map(lambda each: json.dumps(each).encode()),
    )
)
def test_whatever_comes_is_read_or_reported(name: str, data: bytes) -> None:
    reader = READERS[name](None)
    reader.read(data, NOW)
    READERS[name](reader.to_text()).read(data, NOW, is_last=True)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"Type": 8, "Body": "-123"}, -123.0),
        ({"UaType": 9, "Value": "123", "SourceTimestamp": T}, 123.0),
        ({"Value": {"Type": 9, "Body": "9007199254740993"}, "SourceTimestamp": T}, "9007199254740993"),
        ({"Value": {"Type": 8, "Body": "5"}, "ServerTimestamp": T, "ServerPicoseconds": 3}, 5.0),
        ({"Type": 12, "Body": "123"}, "123"),
        ({"Type": 8, "Body": "12x"}, "12x"),
    ],
)
def test_integers_of_64_bits_that_travel_as_texts_are_numbers_where_a_double_holds_them(value: Any, read: Any) -> None:
    assert [(each.metric, each.value) for each in field(value).points] == [("Temperature", read)]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_double_that_is_no_number_is_refused(word: str) -> None:
    portion = field({"Type": 11, "Body": word})

    assert (portion.points, [each.rule for each in portion.faults]) == ([], ["not_finite"])


def test_an_array_with_its_dimensions_and_times_is_no_structure() -> None:
    portion = field({"UaType": 8, "Value": ["1", "2"], "Dimensions": [2], "SourceTimestamp": T})

    assert [(each.metric, each.value) for each in portion.points] == [("Temperature/0", 1.0), ("Temperature/1", 2.0)]


def test_a_payload_without_any_header_is_read() -> None:
    portion = pubsub({"Temperature": 20.5, "IsRunning": True})

    assert [(each.metric, each.value) for each in portion.points] == [("Temperature", 20.5), ("IsRunning", True)]


def test_a_batch_with_odd_members_is_reported_by_its_pointer() -> None:
    stamp = {"timeInSeconds": 1_777_593_600, "offsetInNanos": None}
    values = [{"value": {"doubleValue": 1}, "timestamp": stamp, "quality": quality} for quality in (["GOOD"], "GOOD")]

    portion = BatchReader().read(json.dumps({"propertyAlias": "a", "propertyValues": values}).encode(), NOW)

    assert [each.rule for each in portion.faults] == ["enum"]
    assert [each.value for each in portion.points] == [1.0]
