"""The publisher over a wire that the test moves: delivery, loss, acknowledgement, goodbye."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from awscrt import mqtt5
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from local.simulator.credentials import Credentials
from local.simulator.device import Message
from local.simulator.publisher import Publisher

SESSION = "01J9Z6ABCDEFGHJKMNPQRSTVWX"
TOPIC = "dt/t0123456789ab/tokyo/machining/machining-1/cell-1"
WILL = b'{"schema":"death/1"}'


class Wire:
    """Stands for awscrt's client, the outermost thing we do not own: records packets, calls back when told."""

    def __init__(self, options: mqtt5.ClientOptions) -> None:
        self.options = options
        self.sent: list[mqtt5.PublishPacket] = []
        self.subscribed: list[str] = []
        self.answer = mqtt5.PubackReasonCode.SUCCESS

    def start(self) -> None:
        return

    def publish(self, packet: mqtt5.PublishPacket) -> "Future[Any]":
        self.sent.append(packet)
        return done(mqtt5.PublishCompletionData(puback=mqtt5.PubackPacket(reason_code=self.answer)))

    def subscribe(self, packet: mqtt5.SubscribePacket) -> "Future[Any]":
        self.subscribed += [one.topic_filter for one in packet.subscriptions]
        return done(mqtt5.SubackPacket(reason_codes=[mqtt5.SubackReasonCode.GRANTED_QOS_1]))

    def stop(self, packet: mqtt5.DisconnectPacket) -> None:
        self.options.on_lifecycle_event_stopped_fn(mqtt5.LifecycleStoppedData())

    def connect(self) -> None:
        self.options.on_lifecycle_event_connection_success_fn(mqtt5.LifecycleConnectSuccessData())

    def lose(self) -> None:
        self.options.on_lifecycle_event_disconnection_fn(mqtt5.LifecycleDisconnectData())

    def acknowledge(self, body: bytes, topic: str = "ack/t0123456789ab/cnc-01") -> None:
        packet = mqtt5.PublishPacket(topic=topic, payload=body)
        self.options.on_publish_callback_fn(mqtt5.PublishReceivedData(publish_packet=packet))

    def bodies(self) -> list[bytes]:
        return [packet.payload for packet in self.sent]


def done(result: object) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(result)
    return future


def self_signed() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=36500))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return certificate, private.decode()


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    certificate, key = self_signed()
    return Credentials(
        certificate_pem=certificate,
        private_key_pem=key,
        endpoint="localhost",
        port=8883,
        client_id="t0123456789ab_cnc-01",
        topic=TOPIC,
        ca_pem=certificate,
    )


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    made: list[Wire] = []

    def make(options: mqtt5.ClientOptions) -> Wire:
        made.append(Wire(options))
        return made[-1]

    monkeypatch.setattr(mqtt5, "Client", make)
    return made


@pytest.fixture
def publisher(credentials: Credentials, wires: list[Wire]) -> Publisher:
    return Publisher(credentials, SESSION, WILL)


def message(seq: int, kind: str = "t") -> Message:
    return Message(kind, seq, f"body {seq}".encode(), readings=1)


def acknowledgement(seq: int, **more: object) -> bytes:
    return orjson.dumps({"session": SESSION, "seq": seq, **more})


def test_the_will_is_the_death_and_the_broker_limits_are_left_to_the_broker(
    publisher: Publisher, wires: list[Wire]
) -> None:
    options = wires[0].options
    will = options.connect_options.will
    assert (will.topic, will.payload, will.qos) == (f"{TOPIC}/d", WILL, mqtt5.QoS.AT_LEAST_ONCE)
    assert options.extended_validation_and_flow_control_options is mqtt5.ExtendedValidationAndFlowControlOptions.NONE
    assert options.connect_options.client_id == "t0123456789ab_cnc-01"


def test_messages_wait_for_the_connection_and_keep_their_order(publisher: Publisher, wires: list[Wire]) -> None:
    publisher.publish([message(0, "b"), message(1)])
    assert wires[0].sent == []
    wires[0].connect()
    publisher.publish([message(2, "s")])
    assert [packet.topic for packet in wires[0].sent] == [f"{TOPIC}/b", f"{TOPIC}/t", f"{TOPIC}/s"]
    assert wires[0].subscribed == ["ack/t0123456789ab/cnc-01"]
    assert publisher.wait_delivered(0)


def test_only_what_the_server_has_not_stored_is_sent_again(publisher: Publisher, wires: list[Wire]) -> None:
    wires[0].connect()
    publisher.publish([message(seq) for seq in range(4)])
    wires[0].acknowledge(acknowledgement(1))
    wires[0].lose()
    publisher.publish([message(4)])
    wires[0].connect()
    assert wires[0].bodies()[4:] == [b"body 2", b"body 3", b"body 4"]


def test_a_device_that_comes_back_announces_itself_again(publisher: Publisher, wires: list[Wire]) -> None:
    wires[0].connect()
    assert not publisher.take_rebirth_request()
    wires[0].lose()
    wires[0].connect()
    assert publisher.take_rebirth_request()
    assert not publisher.take_rebirth_request()


def test_the_server_can_ask_for_a_rebirth(publisher: Publisher, wires: list[Wire]) -> None:
    wires[0].acknowledge(acknowledgement(0, rebirth=True))
    assert publisher.take_rebirth_request()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"session":"x"}', b'{"session":"x","seq":"many"}', b"\xff"])
def test_an_unreadable_acknowledgement_changes_nothing(publisher: Publisher, wires: list[Wire], body: bytes) -> None:
    publisher.publish([message(0)])
    wires[0].acknowledge(body)
    assert publisher.unacknowledged == 1


def test_a_message_on_another_topic_is_no_acknowledgement(publisher: Publisher, wires: list[Wire]) -> None:
    publisher.publish([message(0)])
    wires[0].acknowledge(acknowledgement(0), topic="ack/t0123456789ab/cnc-02")
    assert publisher.unacknowledged == 1


def test_a_refused_publish_is_not_delivered(publisher: Publisher, wires: list[Wire]) -> None:
    wires[0].connect()
    wires[0].answer = mqtt5.PubackReasonCode.NOT_AUTHORIZED
    publisher.publish([message(0)])
    assert not publisher.wait_delivered(0)
    assert publisher.tally.failed == 1


def test_a_closing_device_says_that_it_dies(publisher: Publisher, wires: list[Wire]) -> None:
    wires[0].connect()
    publisher.publish([message(0)])
    publisher.close(b"farewell", timeout_s=0)
    assert (wires[0].sent[-1].topic, wires[0].sent[-1].payload) == (f"{TOPIC}/d", b"farewell")


def test_the_acknowledgement_of_the_last_message_is_waited_for(publisher: Publisher, wires: list[Wire]) -> None:
    wires[0].connect()
    publisher.publish([message(0), message(1)])
    assert not publisher.wait_acknowledged(1, 0)
    wires[0].acknowledge(acknowledgement(1))
    assert publisher.wait_acknowledged(1, 0)
