"""Executions and the bus, on the emulator."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from makoto.adapters.clouds.aws.publisher import EventBridgePublisher
from makoto.adapters.clouds.aws.workflows import StepFunctionsWorkflows
from makoto.events import Envelope
from makoto.ports.workflows import ONBOARD_TENANT, ExecutionStatus
from tests.contract.clouds.worlds import PLATFORM_ACCOUNT, REGION, ROLE, AwsWorld
from tests.contract.tenancy.entries import fact

BUS = "makoto-contract"
ROLE_ARN = f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{ROLE}"
GIVEN = {"tenant_id": "t0123456789ab", "mode": "onboard", "correlation_id": "request-1"}


def _machine(world: AwsWorld, name: str, state: dict[str, Any]) -> StepFunctionsWorkflows:
    client = world.root("stepfunctions")
    definition = json.dumps({"StartAt": "Only", "States": {"Only": state}})
    made = client.create_state_machine(name=name, definition=definition, roleArn=ROLE_ARN)
    return StepFunctionsWorkflows(client, {ONBOARD_TENANT: made["stateMachineArn"]})


def _ended(workflows: StepFunctionsWorkflows, execution: str) -> ExecutionStatus:
    while (status := workflows.status(ONBOARD_TENANT, execution)) is ExecutionStatus.RUNNING:
        pass
    return status


def test_an_execution_is_started_once_by_its_name(world: AwsWorld) -> None:
    workflows = _machine(world, "waits", {"Type": "Wait", "Seconds": 600, "End": True})

    for _ in range(2):
        workflows.start(ONBOARD_TENANT, "t0123456789ab-1", GIVEN)

    assert workflows.status(ONBOARD_TENANT, "t0123456789ab-1") is ExecutionStatus.RUNNING
    assert workflows.status(ONBOARD_TENANT, "t0123456789ab-2") is ExecutionStatus.ABSENT


@pytest.mark.parametrize(
    ("state", "status"),
    [({"Type": "Succeed"}, ExecutionStatus.SUCCEEDED), ({"Type": "Fail", "Error": "x"}, ExecutionStatus.FAILED)],
)
def test_the_end_of_an_execution_is_told(world: AwsWorld, state: dict[str, Any], status: ExecutionStatus) -> None:
    workflows = _machine(world, f"ends-{status.value}", state)

    workflows.start(ONBOARD_TENANT, "t0123456789ab-1", GIVEN)

    assert _ended(workflows, "t0123456789ab-1") is status


@pytest.fixture
def queue(world: AwsWorld) -> Iterator[str]:
    """A consumer's queue behind the bus."""
    events, sqs = world.root("events"), world.root("sqs")
    events.create_event_bus(Name=BUS)
    url: str = sqs.create_queue(QueueName="contract")["QueueUrl"]
    events.put_rule(Name="all", EventBusName=BUS, EventPattern='{"source": ["makoto.tenants"]}')
    arn = f"arn:aws:sqs:{REGION}:{PLATFORM_ACCOUNT}:contract"
    events.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
    yield url
    sqs.delete_queue(QueueUrl=url)


def test_published_facts_reach_a_consumer_whole(world: AwsWorld, queue: str) -> None:
    sent = [fact(version=version) for version in range(2, 14)]

    EventBridgePublisher(world.root("events"), BUS).publish(sent)

    received: list[Envelope] = []
    for _ in range(4):
        answer = world.root("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        assert {body["detail-type"] for body in bodies} <= {"tenant.resumed.v1"}
        received += [Envelope.model_validate(body["detail"]) for body in bodies]
        for message in answer.get("Messages", []):
            world.root("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        if len(received) == len(sent):
            break
    assert sorted(received, key=lambda each: each.version) == sent
