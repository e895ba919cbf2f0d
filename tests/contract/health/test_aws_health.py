"""The platform's parts on the emulator: there, missing, or nobody answers."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.emulator import Emulator
from local.settings import REGION
from local.state import free_ports
from makoto.adapters.clouds.aws import health, signing_keys
from makoto.ports.health import Checked
from makoto.settings import RuntimeSettings
from tests.builders import settings

MISSING_DATABASE = "database"  # the emulator holds no secret of it here

TRUST = """{"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""


@pytest.fixture
def aws(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    health._client.cache_clear()
    yield
    health._client.cache_clear()


@pytest.fixture
def parts(aws: None, emulator: Emulator) -> RuntimeSettings:
    """Every part but the database, with three messages waiting and one dead."""
    names = settings(emulator_url=emulator.endpoint)
    _client("dynamodb").create_table(
        TableName=names.configuration_table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    _client("events").create_event_bus(Name=names.bus_name)
    for name, messages in [("makoto-test-telemetry-messages", 3), ("makoto-test-telemetry-messages-dlq", 1)]:
        url = _client("sqs").create_queue(QueueName=name)["QueueUrl"]
        for _ in range(messages):
            _client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    role = _client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    machine = _client("stepfunctions").create_state_machine(
        name="makoto-test-onboard",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn=role,
    )
    pool = _client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]
    queue = url.replace("telemetry-messages-dlq", "telemetry-rejected")
    return names.model_copy(
        update={
            "user_pool_id": pool,
            "onboarding_state_machine_arn": machine["stateMachineArn"],
            "rejected_queue_url": queue,
        }
    )


def checked(names: RuntimeSettings) -> dict[str, Checked]:
    return {each.name: each for each in health.connect(names).run()}


def _client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]  # the name is free


def test_parts_that_are_there_answer_with_their_figures(
    parts: RuntimeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(signing_keys, "urlopen")  # the network's endpoint serves signed questions, not the key set

    found = checked(parts)

    assert {name for name, each in found.items() if not each.is_well} == {MISSING_DATABASE}
    assert found["telemetry_queue"].figures == {"waiting": 3, "in_flight": 0, "dead_letters": 1}


def test_parts_that_are_missing_are_named_each(aws: None, emulator: Emulator) -> None:
    nowhere = settings(
        emulator_url=emulator.endpoint,
        configuration_table="no-table",
        bus_name="no-bus",
        rejected_queue_url=f"{emulator.endpoint}/000000000000/rejected",
        environment="none",
        onboarding_state_machine_arn="arn:aws:states:ap-northeast-1:000000000000:stateMachine:none",
        user_pool_id="ap-northeast-1_none",
    )

    found = checked(nowhere)

    assert not [name for name, each in found.items() if each.is_well]
    assert all(each.has_answered for each in found.values())


def test_when_nothing_answers_the_checks_are_done_in_time(monkeypatch: pytest.MonkeyPatch, aws: None) -> None:
    closed = f"http://127.0.0.1:{free_ports(1)[0]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", closed)

    found = checked(settings(emulator_url=closed))

    assert not [name for name, each in found.items() if each.is_well]
    assert max(each.latency_s for each in found.values()) < 3
