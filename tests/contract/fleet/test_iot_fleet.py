"""AWS IoT Core, on the emulator: the suite, and what only a real broker shows."""

import json
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from local.emulator import Emulator
from local.settings import REGION
from makoto.adapters.clouds.aws import fleet as aws_fleet
from makoto.adapters.clouds.aws.fleet import IotFleet
from makoto.errors import NotFound, Throttled, Unavailable
from makoto.ports.fleet import Fleet, IssuedCertificate
from makoto.settings import RuntimeSettings
from tests.builders import settings
from tests.contract.fleet.suite import ATTRIBUTES, FleetContract

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

POLICY = "makoto-test-device"


def iot_client(endpoint: str, config: Config | None = None) -> "IoTClient":
    return boto3.client(
        "iot",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="000000000000",
        aws_secret_access_key="test",
        config=config,
    )


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> "IoTClient":
    made = iot_client(emulator.endpoint)
    allow = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
    made.create_policy(policyName=POLICY, policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    made.create_thing_type(thingTypeName=POLICY)
    return made


@pytest.fixture
def given(emulator: Emulator) -> RuntimeSettings:
    mqtt_port = emulator.state.remembered().mqtt_port
    return settings(emulator_url=emulator.endpoint, device_policy_name=POLICY).model_copy(
        update={"emulator_mqtt_port": mqtt_port}
    )


class TestIotFleet(FleetContract):
    @pytest.fixture
    def fleet(self, client: "IoTClient", given: RuntimeSettings) -> Fleet:
        self.client = client
        return Fleet(IotFleet(client, given))

    @pytest.fixture
    def thing(self, request: pytest.FixtureRequest) -> str:
        return f"t0123456789ab_{uuid5(NAMESPACE_URL, request.node.name)}"

    def is_active(self, fleet: Fleet, certificate_id: str) -> bool | None:
        try:
            described = self.client.describe_certificate(certificateId=certificate_id)
        except self.client.exceptions.ResourceNotFoundException:
            return None
        return described["certificateDescription"]["status"] == "ACTIVE"

    def attributes(self, fleet: Fleet, thing: str) -> dict[str, str] | None:
        try:
            return self.client.describe_thing(thingName=thing)["attributes"]
        except self.client.exceptions.ResourceNotFoundException:
            return None

    def test_a_certificate_speaks_through_the_device_policy_only(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)

        certificate_id = fleet.issue_certificate(thing).certificate_id

        arn = self.client.describe_certificate(certificateId=certificate_id)["certificateDescription"]["certificateArn"]
        policies = self.client.list_attached_policies(target=arn)["policies"]
        assert [each["policyName"] for each in policies] == [POLICY]

    def test_a_thing_has_a_type_since_more_than_three_attributes_need_one(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)

        assert self.client.describe_thing(thingName=thing)["thingTypeName"] == POLICY

    def test_the_broker_takes_an_active_certificate_and_refuses_it_when_inactive(
        self, fleet: Fleet, thing: str, tmp_path: Path
    ) -> None:
        fleet.create_thing(thing, ATTRIBUTES)
        issued = fleet.issue_certificate(thing)

        refused_before = connects(fleet, issued, thing, tmp_path)
        fleet.activate(issued.certificate_id)
        taken = connects(fleet, issued, thing, tmp_path)
        fleet.deactivate(issued.certificate_id)
        refused_after = connects(fleet, issued, thing, tmp_path)

        assert (refused_before, taken, refused_after) == (False, True, False)


def connects(fleet: Fleet, issued: IssuedCertificate, client_id: str, folder: Path) -> bool:
    """Whether an MQTT 3.1.1 CONNECT over mutual TLS is answered with "accepted"; the host name is verified."""
    endpoint = fleet.endpoint()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_text(issued.certificate_pem)
    key.write_text(issued.private_key_pem.get_secret_value())
    context = ssl.create_default_context(cadata=endpoint.ca_pem)
    context.load_cert_chain(certificate, key)
    name = client_id.encode()
    variable = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name
    with (
        socket.create_connection((endpoint.host, endpoint.port), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname=endpoint.host) as broker,
    ):
        broker.sendall(b"\x10" + bytes([len(variable)]) + variable)
        try:
            return broker.recv(4) == b"\x20\x02\x00\x00"
        except (ConnectionResetError, ssl.SSLError):
            return False


def test_a_registry_that_does_not_answer_is_unavailable(given: RuntimeSettings) -> None:
    nowhere = iot_client("http://127.0.0.1:9", Config(retries={"total_max_attempts": 1}, connect_timeout=1))
    fleet = Fleet(IotFleet(nowhere, given.model_copy(update={"emulator_url": "http://127.0.0.1:9"})))

    with pytest.raises(Unavailable):
        fleet.activate("0" * 64)
    with pytest.raises(Unavailable):
        fleet.endpoint()
    with pytest.raises(Unavailable):
        fleet.certificates_of("t0123456789ab_edge-07")


def test_what_was_not_deployed_is_not_made_by_a_request(client: "IoTClient", given: RuntimeSettings) -> None:
    elsewhere = Fleet(IotFleet(client, given.model_copy(update={"device_policy_name": "makoto-none-device"})))

    with pytest.raises(NotFound):
        elsewhere.create_thing("t0123456789ab_edge-07", ATTRIBUTES)


def test_a_busy_registry_says_when_to_come_back() -> None:
    error = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "CreateThing")

    with pytest.raises(Throttled) as busy, aws_fleet._translated():
        raise error

    assert busy.value.retry_after_s > 0


def test_the_shipped_root_is_amazons() -> None:
    root = x509.load_pem_x509_certificate(aws_fleet.AMAZON_ROOT_CA_1.read_bytes())

    # https://www.amazontrust.com/repository/ names this SHA-256 for Amazon Root CA 1
    assert root.fingerprint(hashes.SHA256()).hex() == "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e"
