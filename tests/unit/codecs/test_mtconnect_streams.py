"""MTConnect Streams XML: what an agent answers."""

import pytest

from makoto.codecs.ingress.mtconnect import StreamsReader
from makoto.codecs.ingress.portion import Portion

NOW = 1_800_000_000_000
T = "2026-05-01T00:00:00.1234567Z"


def document(body: str, *, instance: str = "1", first: int = 1, after: int = 100) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:2.0">
  <Header instanceId="{instance}" firstSequence="{first}" nextSequence="{after}" creationTime="{T}"/>
  <Streams><DeviceStream name="mill" uuid="u"><ComponentStream component="Linear" componentId="x">
  {body}</ComponentStream></DeviceStream></Streams>
</MTConnectStreams>""".encode()


def read(body: str) -> Portion:
    return StreamsReader().read(document(body), NOW)


def test_samples_events_and_conditions_are_read() -> None:
    portion = read(
        f"""<Samples><Position dataItemId="x1" name="Xact" sequence="1" timestamp="{T}">12.5</Position>
        <PathPosition dataItemId="p1" sequence="2" timestamp="{T}">1 2 3</PathPosition></Samples>
        <Events><Execution dataItemId="e1" sequence="3" timestamp="{T}">ACTIVE</Execution></Events>
        <Condition><Fault dataItemId="c1" nativeCode="F12" type="SYSTEM" sequence="4" timestamp="{T}">Overload</Fault>
        </Condition>"""
    )

    assert [(each.metric, each.value) for each in portion.points] == [
        ("Xact", 12.5),
        ("p1/x", 1.0),
        ("p1/y", 2.0),
        ("p1/z", 3.0),
        ("e1", "ACTIVE"),
        ("c1", "FAULT"),
    ]
    assert [(each.id, each.is_active, each.text) for each in portion.conditions] == [("c1/F12", True, "Overload")]
    assert portion.faults == []


def test_a_time_series_is_spread_back_from_its_time() -> None:
    portion = read(
        f'<Samples><PositionTimeSeries dataItemId="v" sequence="1" timestamp="{T}" sampleCount="3" sampleRate="10">'
        "1 2 3</PositionTimeSeries></Samples>"
    )

    times = [each.t for each in portion.points]
    assert [each - times[-1] for each in times] == [-200, -100, 0]


def test_a_time_series_of_another_length_than_it_says_is_refused() -> None:
    portion = read(
        f'<Samples><PositionTimeSeries dataItemId="v" sequence="1" timestamp="{T}" sampleCount="4" sampleRate="10">'
        "1 2 3</PositionTimeSeries></Samples>"
    )

    assert (portion.points, [fault.rule for fault in portion.faults]) == ([], ["time_series"])


def test_entries_of_a_data_set_are_readings_and_a_removed_one_is_null() -> None:
    portion = read(
        f'<Events><VariableDataSet dataItemId="vars" sequence="1" timestamp="{T}"><Entry key="a">1</Entry>'
        '<Entry key="b" removed="true"/></VariableDataSet></Events>'
    )

    assert [(each.metric, each.value, each.quality) for each in portion.points] == [
        ("vars/a", 1.0, 192),
        ("vars/b", None, 0),
    ]


def test_what_an_answer_repeats_is_taken_once_and_a_gap_asks_for_everything_again() -> None:
    reader = StreamsReader()
    item = '<Samples><Position dataItemId="x" sequence="{}" timestamp="' + T + '">1</Position></Samples>'
    reader.read(document(item.format(5), after=6), NOW)
    reader = StreamsReader.from_text(reader.to_text())

    again = reader.read(document(item.format(5), after=6), NOW)
    later = reader.read(document(item.format(40), first=30, after=41), NOW)

    assert (again.points, again.counts["repeated"]) == ([], 1)
    assert (len(later.points), later.counts["gap"], later.wants_rebirth) == (1, 24, True)


def test_an_agent_that_restarted_counts_anew() -> None:
    reader = StreamsReader()
    item = f'<Samples><Position dataItemId="x" sequence="5" timestamp="{T}">1</Position></Samples>'
    reader.read(document(item, after=50), NOW)

    portion = reader.read(document(item, instance="2", after=6), NOW)

    assert (len(portion.points), portion.counts["restarts"]) == (1, 1)


def test_an_observation_without_its_time_is_refused_and_its_neighbour_kept() -> None:
    portion = read(
        f'<Samples><Position dataItemId="x" sequence="1">1</Position>'
        f'<Position dataItemId="y" sequence="2" timestamp="{T}">2</Position></Samples>'
    )

    assert [each.metric for each in portion.points] == ["y"]
    assert [fault.pointer for fault in portion.faults] == ["/mill/x/x"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"<MTConnectStreams><Header", "xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><MTConnectStreams/>', "xml"),
        (b"<MTConnectError/>", "schema"),
        (b"", "xml"),
        (b"\xff\xfe\x00", "xml"),
    ],
)
def test_what_is_no_streams_document_is_refused_whole(data: bytes, rule: str) -> None:
    assert [fault.rule for fault in StreamsReader().read(data, NOW).faults] == [rule]


def test_a_normal_without_a_code_ends_the_alarms_of_every_code() -> None:
    reader = StreamsReader()
    faults = "".join(
        f'<Fault dataItemId="c1" nativeCode="{code}" sequence="{at}" timestamp="{T}">hot</Fault>'
        for at, code in enumerate(("E1", "E2"), 4)
    )
    reader.read(document(f"<Condition>{faults}</Condition>"), NOW)
    reader = StreamsReader.from_text(reader.to_text())

    normal = f'<Condition><Normal dataItemId="c1" sequence="101" timestamp="{T}"/></Condition>'
    portion = reader.read(document(normal, after=200), NOW)

    assert [(each.id, each.is_active) for each in portion.conditions] == [("c1/E1", False), ("c1/E2", False)]


@pytest.mark.parametrize("sequence", ["²", "9" * 5000, "-1", "x"])
def test_a_sequence_that_is_no_number_loses_no_reading(sequence: str) -> None:
    portion = read(f'<Samples><P dataItemId="x1" sequence="{sequence}" timestamp="{T}">1</P></Samples>')

    assert [each.value for each in portion.points] == [1.0]


@pytest.mark.parametrize("rate", ["1e-320", "0", "-1", "", "x"])
def test_samples_at_no_rate_are_refused(rate: str) -> None:
    series = f'<P dataItemId="x1" sequence="1" timestamp="{T}" sampleCount="2" sampleRate="{rate}">1 2</P>'

    portion = read(f"<Samples>{series}</Samples>")

    assert [each.rule for each in portion.faults] == ["time_series"]


def test_an_encoding_that_nobody_knows_is_refused() -> None:
    portion = StreamsReader().read(b'<?xml version="1.0" encoding="foo"?><a/>', NOW)

    assert [each.rule for each in portion.faults] == ["xml"]


def test_a_table_is_a_reading_a_cell_and_a_message_has_its_code() -> None:
    portion = read(
        f"""<Events><WorkOffsetTable dataItemId="w" sequence="1" timestamp="{T}" count="2">
        <Entry key="G54"><Cell key="X">1.5</Cell><Cell key="Y">2</Cell></Entry><Entry key="G55" removed="true"/>
        </WorkOffsetTable><Message dataItemId="m" sequence="2" timestamp="{T}" nativeCode="E7">Change inserts</Message>
        </Events>"""
    )

    assert [(each.metric, each.value) for each in portion.points] == [
        ("w/G54/X", 1.5),
        ("w/G54/Y", 2.0),
        ("w/G55", None),
        ("m", "Change inserts"),
        ("m/code", "E7"),
    ]
