"""The laptop cloud as a newcomer meets it, and the corrections it makes to the emulator."""

import json
import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from awscrt import mqtt5
from awsiot import mqtt5_client_builder
from botocore.exceptions import ClientError

from local.assembly import Assembly
from local.cast import TENANTS
from local.emulator import Emulator
from local.settings import PLATFORM_ACCOUNT, PREFIX, REGION
from local.template import DROPPED_TYPES
from tests.system.laptop import FOOD, MACHINING, LaptopCloud

CONNECTED_WITHIN_S = 10


def connect(credentials: Path, client_id: str | None = None) -> tuple[mqtt5.Client, Future[bool]]:
    """Connect as a device; the future tells how it went."""
    device = json.loads(credentials.read_text())
    outcome: Future[bool] = Future()
    client = mqtt5_client_builder.mtls_from_bytes(
        endpoint="127.0.0.1",
        port=device["port"],
        cert_bytes=device["certificate_pem"].encode(),
        pri_key_bytes=device["private_key_pem"].encode(),
        ca_bytes=device["ca_pem"].encode(),
        client_id=client_id or device["client_id"],
        on_lifecycle_connection_success=lambda _: settle(outcome, True),
        on_lifecycle_connection_failure=lambda _: settle(outcome, False),
    )
    client.start()
    return client, outcome


def settle(outcome: Future[bool], is_connected: bool) -> None:
    """Keep the first outcome; the client goes on trying."""
    if not outcome.done():
        outcome.set_result(is_connected)


def publish(client: mqtt5.Client, topic: str) -> int:
    packet = mqtt5.PublishPacket(topic=topic, payload=b"{}", qos=mqtt5.QoS.AT_LEAST_ONCE)
    return int(client.publish(packet).result(CONNECTED_WITHIN_S).puback.reason_code)


def test_each_demo_tenant_is_active_in_a_cloud_of_another_kind(laptop: LaptopCloud) -> None:
    listed = laptop.platform_client().get("/api/v1/admin/tenants").json()["items"]

    found = {tenant["organization"]: (tenant["status"], tenant["cloud_provider"]) for tenant in listed}
    assert found.items() >= {tenant.organization: ("active", tenant.cloud) for tenant in TENANTS}.items()


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.organization)
def test_each_machine_of_the_demo_has_a_certificate_and_a_topic(laptop: LaptopCloud, tenant: Any) -> None:
    tenant_id = laptop.tenant_ids[tenant.organization]

    devices = f"/api/v1/tenants/{tenant_id}/devices?limit=200"
    listed = laptop.client(tenant.organization).get(devices).json()["items"]

    assert {device["device_id"] for device in listed} >= {device.device_id for device in tenant.devices()}
    for device in tenant.devices():
        credentials = json.loads(laptop.credentials(tenant.organization, device.device_id).read_text())
        assert credentials["topic"] == f"dt/{tenant_id}/{device.site}/{device.area}/{device.line}/{device.cell}"


def demo_tenants(laptop: LaptopCloud) -> list[dict[str, Any]]:
    listed = laptop.platform_client().get("/api/v1/admin/tenants?limit=200").json()["items"]
    return [tenant for tenant in listed if tenant["organization"] in {known.organization for known in TENANTS}]


def test_a_second_up_changes_nothing(laptop: LaptopCloud) -> None:
    before = demo_tenants(laptop)
    files = {file: file.stat().st_mtime_ns for file in laptop.state.devices.iterdir()}

    answer = laptop.run("up")

    assert "created" not in answer.stdout
    assert "updated" not in answer.stdout
    assert demo_tenants(laptop) == before
    assert {file: file.stat().st_mtime_ns for file in laptop.state.devices.iterdir()} == files


def test_status_shows_every_process_and_part(laptop: LaptopCloud) -> None:
    shown = laptop.run("status", check=False).stdout

    assert all(name in shown for name in ("postgres", "emulator", "front-door", "simulator"))


def test_the_role_to_tenants_stores_opens_to_the_platforms_functions_only(laptop: LaptopCloud) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        laptop.aws.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{PREFIX}-tenant-data", RoleSessionName="stranger"
        )


def test_a_role_without_a_grant_reads_nothing(laptop: LaptopCloud) -> None:
    """Were the emulator not to enforce roles, a missing grant would show in the cloud only."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": PLATFORM_ACCOUNT}}
    role = laptop.aws.client("iam").create_role(
        RoleName="test-without-grants", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )
    made = laptop.aws.client("sts").assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="test")["Credentials"]
    table = boto3.client(
        "dynamodb",
        endpoint_url=laptop.aws.endpoint,
        region_name=REGION,
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )

    with pytest.raises(ClientError, match="AccessDenied"):
        table.get_item(TableName=f"{PREFIX}-configuration", Key={"pk": {"S": "x"}, "sk": {"S": "record"}})


def test_a_failed_function_names_its_error_as_step_functions_matches_it(laptop: LaptopCloud) -> None:
    answer = laptop.aws.client("lambda").invoke(
        FunctionName=f"{PREFIX}-tenants-tasks", Payload=json.dumps({"task": "no_such_task", "input": {}}).encode()
    )

    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorType"] not in {"Runtime.HandlerError", "Exception"}


def test_twenty_requests_at_once_are_all_answered(laptop: LaptopCloud) -> None:
    client = laptop.client(MACHINING)

    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = list(pool.map(lambda _: client.get("/api/v1/auth/me"), range(40)))

    assert {answer.status_code for answer in answers} == {200}


def test_only_types_that_the_app_holds_are_left_out_of_its_templates(laptop: LaptopCloud) -> None:
    stacks = Assembly(laptop.state.assembly).stacks()
    held = {resource["Type"] for stack in stacks for resource in stack.template["Resources"].values()}

    assert DROPPED_TYPES.keys() <= held


def test_a_device_publishes_under_its_own_topic_only(laptop: LaptopCloud) -> None:
    credentials = laptop.credentials(MACHINING, "cnc-01")
    own = json.loads(credentials.read_text())["topic"]
    neighbours = json.loads(laptop.credentials(MACHINING, "cnc-02").read_text())["topic"]
    foreign = own.replace(laptop.tenant_ids[MACHINING], laptop.tenant_ids[FOOD])

    client, connected = connect(credentials)
    try:
        assert connected.result(CONNECTED_WITHIN_S)
        answers = [publish(client, f"{topic}/t") for topic in (own, neighbours, foreign)]
    finally:
        client.stop()

    refused = mqtt5.PubackReasonCode.NOT_AUTHORIZED
    assert answers == [mqtt5.PubackReasonCode.SUCCESS, refused, refused]


def test_a_device_cannot_connect_under_anothers_name(laptop: LaptopCloud) -> None:
    client, connected = connect(laptop.credentials(MACHINING, "cnc-01"), f"{laptop.tenant_ids[MACHINING]}_cnc-02")
    try:
        assert not connected.result(CONNECTED_WITHIN_S)
    finally:
        client.stop()


def test_a_crashed_emulator_is_reported_and_the_next_up_repairs_it(laptop: LaptopCloud) -> None:
    devices = f"/api/v1/tenants/{laptop.tenant_ids[FOOD]}/devices"
    before = laptop.client(FOOD).get(devices).json()
    emulator = Emulator(laptop.state)
    emulator.checkpoint()
    pid = emulator.child.pid()
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    status = laptop.run("status", check=False)
    away = laptop.anonymous_client().get("/health/live")
    laptop.run("up")

    assert "crashed" in status.stdout
    assert away.status_code == 502
    assert laptop.client(FOOD).get(devices).json() == before


def test_everything_is_still_there_after_down_and_up(laptop: LaptopCloud) -> None:
    devices = f"/api/v1/tenants/{laptop.tenant_ids[MACHINING]}/devices"
    before = laptop.client(MACHINING).get(devices).json()

    laptop.run("down")
    laptop.run("up")

    assert laptop.client(MACHINING).get(devices).json() == before


def test_every_server_listens_on_loopback_alone(laptop: LaptopCloud) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("only Linux lists its listening sockets there")
    remembered = laptop.state.remembered()
    ports = {remembered.postgres_port, remembered.emulator_port, remembered.mqtt_port}
    ports.add(int(laptop.base_url.rpartition(":")[2]))
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    listening = {int(row[1][9:], 16): row[1][:8] for row in rows if row[3] == "0A"}
    assert {port: listening.get(port) for port in ports} == dict.fromkeys(ports, "0100007F")
