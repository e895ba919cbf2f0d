"""Sparkplug B as a host reads it (Sparkplug 3.0, chapters 4 to 6)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.codecs.ingress.portion import Portion
from makoto.codecs.ingress.sparkplug import REBIRTH, SparkplugReader, rebirth_command, topic_of
from makoto.codecs.ingress.sparkplug_proto import payload_class

NOW = 1_800_000_000_000
T = NOW - 5000
DEATH = "spBv1.0/plant/DDEATH/edge-1/press"
DOUBLE, INT16, INT64, BOOLEAN, STRING, DATASET = 10, 2, 4, 11, 12, 16


class Node:
    """An edge node on the wire and the reader that follows it, whose state goes through its text each time."""

    def __init__(self) -> None:
        self.reader = SparkplugReader()

    def say(self, kind: str, *metrics: dict[str, Any], seq: int | None = 0, device: str = "") -> Portion:
        payload = payload_class()(timestamp=T)
        if seq is not None:
            payload.seq = seq
        for metric in metrics:
            made = payload.metrics.add()
            quality = metric.pop("quality", None)
            for name, value in metric.items():
                setattr(made, name, value)
            if quality is not None:
                made.properties.keys.append("Quality")
                made.properties.values.add(type=3, int_value=quality)
        topic = f"spBv1.0/plant/{kind}/edge-1" + (f"/{device}" if device else "")
        portion = self.reader.read(payload.SerializeToString(), NOW, topic=topic)
        self.reader = SparkplugReader.from_text(self.reader.to_text())
        return portion

    def birth(self, bd_seq: int = 0, seq: int = 0) -> Portion:
        return self.say(
            "NBIRTH",
            {"name": "bdSeq", "datatype": INT64, "long_value": bd_seq},
            {"name": REBIRTH, "datatype": BOOLEAN, "boolean_value": False},
            {"name": "temp", "alias": 1, "datatype": DOUBLE, "double_value": 20.5},
            seq=seq,
        )


def test_a_birth_names_its_metrics_and_later_data_may_carry_aliases_only() -> None:
    node = Node()
    born = node.birth()
    data = node.say("NDATA", {"alias": 1, "double_value": 21.0, "timestamp": T + 7}, seq=1)

    assert [(each.metric, each.value, each.t, each.clock) for each in born.points] == [("temp", 20.5, T, "edge")]
    assert [(each.metric, each.value, each.t, each.clock) for each in data.points] == [("temp", 21.0, T + 7, "source")]
    assert not data.wants_rebirth


def test_a_devices_metrics_are_named_below_it_and_share_the_nodes_sequence() -> None:
    node = Node()
    node.birth()
    node.say("DBIRTH", {"name": "speed", "alias": 2, "datatype": DOUBLE, "double_value": 1.0}, seq=1, device="press")

    data = node.say("DDATA", {"alias": 2, "double_value": 2.0}, seq=2, device="press")

    assert [(each.metric, each.value) for each in data.points] == [("press/speed", 2.0)]
    assert data.counts["gap"] == 0


def test_a_gap_in_the_sequence_asks_for_a_rebirth_and_keeps_the_data() -> None:
    node = Node()
    node.birth(seq=254)
    assert not node.say("NDATA", {"alias": 1, "double_value": 1.0}, seq=255).wants_rebirth
    assert not node.say("NDATA", {"alias": 1, "double_value": 2.0}, seq=0).wants_rebirth

    portion = node.say("NDATA", {"alias": 1, "double_value": 3.0}, seq=2)

    assert (portion.wants_rebirth, portion.counts["gap"], len(portion.points)) == (True, 1, 1)


def test_an_alias_that_no_birth_gave_is_refused_and_asks_for_a_rebirth() -> None:
    node = Node()
    node.birth()

    portion = node.say("NDATA", {"alias": 9, "double_value": 1.0}, {"alias": 1, "double_value": 2.0}, seq=1)

    assert [(fault.pointer, fault.rule) for fault in portion.faults] == [("/metrics/0", "alias")]
    assert portion.wants_rebirth
    assert [each.value for each in portion.points] == [2.0]


def test_data_before_any_birth_asks_for_one() -> None:
    portion = Node().say("NDATA", {"name": "temp", "datatype": DOUBLE, "double_value": 1.0}, seq=7)

    assert (portion.wants_rebirth, [each.value for each in portion.points]) == (True, [1.0])


def test_a_new_birth_forgets_the_aliases_of_the_old_one() -> None:
    node = Node()
    node.birth()
    node.say("NBIRTH", {"name": "other", "alias": 1, "datatype": DOUBLE, "double_value": 0.0}, seq=0)

    assert [each.metric for each in node.say("NDATA", {"alias": 1, "double_value": 3.0}, seq=1).points] == ["other"]


def test_everything_is_stale_when_the_node_dies_and_an_old_will_changes_nothing() -> None:
    node = Node()
    node.birth(bd_seq=3)
    node.say("DBIRTH", {"name": "speed", "datatype": DOUBLE, "double_value": 1.0}, seq=1, device="press")

    old = node.say("NDEATH", {"name": "bdSeq", "long_value": 2}, seq=None)
    died = node.say("NDEATH", {"name": "bdSeq", "long_value": 3}, seq=None)
    again = node.say("NDEATH", {"name": "bdSeq", "long_value": 3}, seq=None)

    assert (old.points, old.is_dead, old.counts["old_death"]) == ([], False, 1)
    assert died.is_dead
    assert {(each.metric, each.value, each.quality) for each in died.points} >= {
        ("temp", None, 500),
        ("press/speed", None, 500),
    }
    assert again.points == []


def test_only_the_devices_metrics_are_stale_when_a_device_dies() -> None:
    node = Node()
    node.birth()
    node.say("DBIRTH", {"name": "speed", "datatype": DOUBLE, "double_value": 1.0}, seq=1, device="press")

    died = node.say("DDEATH", seq=2, device="press")

    assert [(each.metric, each.quality, each.t) for each in died.points] == [("press/speed", 500, T)]
    assert not died.is_dead


def test_a_null_is_bad_and_a_quality_is_kept() -> None:
    node = Node()
    node.birth()
    portion = node.say(
        "NDATA",
        {"alias": 1, "is_null": True},
        {"alias": 1, "double_value": 1.0, "quality": 500},
        {"alias": 1, "double_value": 2.0, "quality": 192},
        {"alias": 1, "double_value": 3.0, "quality": 68},
        {"alias": 1, "double_value": 4.0, "is_historical": True},
        seq=1,
    )

    assert [(each.value, each.quality) for each in portion.points] == [
        (None, 0),
        (1.0, 500),
        (2.0, 192),
        (3.0, 64),
        (4.0, 192),
    ]
    assert [each.is_historical for each in portion.points] == [False, False, False, False, True]


@given(st.integers(-(2**15), 2**15 - 1))
def test_signed_numbers_travel_as_their_twos_complement_of_32_bits(value: int) -> None:
    node = Node()
    portion = node.say("NBIRTH", {"name": "n", "datatype": INT16, "int_value": value & 0xFFFFFFFF})

    assert [each.value for each in portion.points] == [float(value)]


def test_a_number_that_a_double_does_not_hold_is_kept_as_text() -> None:
    portion = Node().say("NBIRTH", {"name": "n", "datatype": INT64, "long_value": 2**60 + 1})

    assert [each.value for each in portion.points] == [str(2**60 + 1)]


def test_texts_and_booleans_are_kept_and_what_has_no_scalar_is_refused() -> None:
    portion = Node().say(
        "NBIRTH",
        {"name": "state", "datatype": STRING, "string_value": "RUN"},
        {"name": "on", "datatype": BOOLEAN, "boolean_value": True},
        {"name": "table", "datatype": DATASET},
    )

    assert [each.value for each in portion.points] == ["RUN", True]
    assert [(fault.pointer, fault.rule) for fault in portion.faults] == [("/metrics/2", "datatype")]


@pytest.mark.parametrize(
    "topic", ["", "dt/t/x", "spBv1.0/plant/NDATA", "spBv1.0/plant/DDATA/edge", "spBv1.0/plant/NDATA/edge/press"]
)
def test_a_topic_of_another_form_is_refused(topic: str) -> None:
    assert [fault.rule for fault in SparkplugReader().read(b"", NOW, topic=topic).faults] == ["topic"]


def test_bytes_that_are_no_payload_are_refused() -> None:
    portion = SparkplugReader().read(b"\xff\xff\xff", NOW, topic="spBv1.0/plant/NDATA/edge-1")

    assert [fault.rule for fault in portion.faults] == ["protobuf"]


@given(st.binary(max_size=200))
def test_whatever_bytes_come_nothing_is_raised(data: bytes) -> None:
    node = Node()
    node.birth()
    node.reader.read(data, NOW, topic="spBv1.0/plant/NDATA/edge-1")


def test_a_rebirth_is_asked_for_as_the_standard_has_it() -> None:
    place = topic_of("spBv1.0/plant/NDATA/edge-1")
    assert place is not None

    topic, payload = rebirth_command(place, NOW)

    (metric,) = payload_class().FromString(payload).metrics
    assert topic == "spBv1.0/plant/NCMD/edge-1"
    assert (metric.name, metric.boolean_value) == (REBIRTH, True)


def device_of_two(node: Node) -> None:
    two = (
        {"name": name, "alias": alias, "datatype": DOUBLE, "double_value": 1.0} for name, alias in (("x", 2), ("y", 3))
    )
    node.birth()
    node.say("DBIRTH", *two, seq=1, device="press")


def test_a_devices_next_birth_ends_the_aliases_of_its_last_one() -> None:
    node = Node()
    device_of_two(node)
    node.say("DBIRTH", {"name": "x", "alias": 5, "datatype": DOUBLE, "double_value": 1.0}, seq=2, device="press")

    old = node.say("DDATA", {"alias": 2, "double_value": 7.0}, {"alias": 3, "double_value": 8.0}, seq=3, device="press")
    new = node.say("DDATA", {"alias": 5, "double_value": 9.0}, seq=4, device="press")

    assert (old.points, [each.rule for each in old.faults], old.wants_rebirth) == ([], ["alias", "alias"], True)
    assert [(each.metric, each.value) for each in new.points] == [("press/x", 9.0)]


def test_a_device_that_died_speaks_after_its_birth_only() -> None:
    node = Node()
    device_of_two(node)
    node.say("DDEATH", seq=2, device="press")

    data = node.say("DDATA", {"name": "x", "datatype": DOUBLE, "double_value": 7.0}, seq=3, device="press")

    assert data.wants_rebirth


def test_a_death_from_another_age_has_the_servers_time() -> None:
    node = Node()
    device_of_two(node)
    died = node.reader.read(payload_class()(timestamp=2**64 - 1, seq=2).SerializeToString(), NOW, topic=DEATH)

    assert [each.t for each in died.points] == [NOW, NOW]


def test_another_nodes_messages_do_not_mix_with_this_ones() -> None:
    node = Node()
    node.birth()
    other = payload_class()(timestamp=T, seq=0).SerializeToString()

    portion = node.reader.read(other, NOW, topic="spBv1.0/plant/NBIRTH/edge-2")

    assert [each.rule for each in portion.faults] == ["other_node"]
    assert node.say("NDATA", {"alias": 1, "double_value": 1.0}, seq=1).points


def test_what_is_no_reading_is_not_stale_at_a_death() -> None:
    node = Node()
    node.birth(bd_seq=255)

    died = node.say("NDEATH", {"name": "bdSeq", "datatype": INT64, "long_value": 255}, seq=None)

    assert [each.metric for each in died.points] == ["temp"]


def test_the_sequence_begins_again_after_255() -> None:
    node = Node()
    node.birth(seq=254)

    said = [node.say("NDATA", {"alias": 1, "double_value": 1.0}, seq=seq) for seq in (255, 0, 1)]

    assert [each.counts["gap"] for each in said] == [0, 0, 0]
