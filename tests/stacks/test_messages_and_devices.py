"""Queues, rules and what a device may do."""

import json
from typing import Any

import pytest

from makoto.events.catalogue import CATALOGUE
from stacks.constructs.domain_service import Domain, Door
from stacks.services import DOMAINS
from tests.stacks.assembly import Assembly, flat, listed

PARKING = {"makoto-prod-telemetry-rejected"}
"""Queues that people look into and nothing drains."""

PLACE = "/".join(
    f"${{iot:Connection.Thing.Attributes[{level}]}}" for level in ("tenant", "site", "area", "line", "cell")
)
ACK = "ack/${iot:Connection.Thing.Attributes[tenant]}/${iot:Connection.Thing.Attributes[device]}"
IOT = "arn:aws:iot:ap-northeast-1:<AWS::AccountId>"


def test_every_queue_is_a_dead_letter_queue_or_has_one(prod: Assembly) -> None:
    queues = prod.named("AWS::SQS::Queue", "QueueName")
    tries = {
        name: queue["RedrivePolicy"]["maxReceiveCount"] for name, queue in queues.items() if "RedrivePolicy" in queue
    }
    drained = set(tries)

    assert {f"{name}-dlq" for name in drained} <= set(queues)
    assert {name for name in queues if not name.endswith("-dlq")} == drained | PARKING
    assert tries == dict.fromkeys(drained, 5) | {"makoto-prod-outbox-wakes": 20}


def test_every_queue_is_encrypted_and_refuses_plain_http(prod: Assembly) -> None:
    queues = prod.resources("AWS::SQS::Queue")

    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    refusing = [
        policy
        for policy in prod.resources("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert len(refusing) == len(queues)


def test_a_message_stays_hidden_for_six_timeouts_of_its_consumer(prod: Assembly) -> None:
    queues = prod.named("AWS::SQS::Queue", "QueueName")
    functions = prod.named("AWS::Lambda::Function", "FunctionName")

    for consumer in ("makoto-prod-telemetry-messages", "makoto-prod-devices-events"):
        assert queues[consumer]["VisibilityTimeout"] >= 6 * functions[consumer]["Timeout"]
    relay = functions["makoto-prod-outbox-relay"]
    assert queues["makoto-prod-outbox-wakes"]["VisibilityTimeout"] >= 6 * relay["Timeout"]


@pytest.mark.parametrize(
    ("domain", "door"), [(domain, door) for domain in DOMAINS for door in domain.doors if door.consumes]
)
def test_a_consumer_gets_just_the_facts_it_names(prod: Assembly, domain: Domain, door: Door) -> None:
    name = f"{domain.name}-{door.name}"
    wanted = {event.detail_type() for event in door.consumes}

    rules = prod.resources("AWS::Events::Rule", "Messaging").values()
    patterns = [rule["EventPattern"] for rule in rules if rule["Name"].startswith(f"makoto-prod-{name}")]
    assert {detail_type for pattern in patterns for detail_type in pattern["detail-type"]} == wanted
    assert wanted <= set(CATALOGUE)


def test_the_bus_keeps_an_archive(prod: Assembly) -> None:
    assert prod.only("AWS::Events::EventBus")["Name"] == "makoto-prod"
    assert prod.only("AWS::Events::Archive")["RetentionDays"] == 90


def test_a_device_may_do_just_this(prod: Assembly) -> None:
    policy = prod.only("AWS::IoT::Policy")
    may = {
        statement["Action"]: {flat(each) for each in listed(statement["Resource"])}
        for statement in policy["PolicyDocument"]["Statement"]
    }

    assert policy["PolicyName"] == "makoto-prod-device"
    assert may == {
        "iot:Connect": {f"{IOT}:client/${{iot:Connection.Thing.ThingName}}"},
        "iot:Publish": {f"{IOT}:topic/dt/{PLACE}/?"},
        "iot:Subscribe": {f"{IOT}:topicfilter/{ACK}"},
        "iot:Receive": {f"{IOT}:topic/{ACK}"},
    }


def test_the_policy_of_a_device_is_within_the_quota_of_iot_core(prod: Assembly) -> None:
    document = prod.only("AWS::IoT::Policy")["PolicyDocument"]
    longest = {"<AWS::AccountId>": "123456789012", "<AWS::Partition>": "aws-us-gov", "ap-northeast-1": "ap-southeast-1"}

    text = json.dumps(_flattened(document), separators=(",", ":"))
    for reference, value in longest.items():
        text = text.replace(reference, value)

    assert "<" not in text
    assert len(text) <= 2048  # "Maximum policy document size", without white space, not adjustable


def _flattened(document: Any) -> Any:
    """The document as CloudFormation renders it, references as `<Name>`."""
    match document:
        case {"Statement": list(statements)}:
            return {**document, "Statement": [_flattened(statement) for statement in statements]}
        case {"Resource": resource}:
            return {**document, "Resource": [flat(each) for each in listed(resource)]}
    return document


def test_a_certificate_without_its_thing_may_do_nothing(prod: Assembly) -> None:
    statements = prod.only("AWS::IoT::Policy")["PolicyDocument"]["Statement"]

    attached = {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}
    assert [statement["Condition"] for statement in statements] == [attached] * 4


def test_the_rule_passes_the_whole_message_with_its_sender(prod: Assembly) -> None:
    rule = prod.only("AWS::IoT::TopicRule")
    payload = rule["TopicRulePayload"]

    assert rule["RuleName"] == "makoto_prod_device_messages"
    assert payload["Sql"] == (
        "SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id, "
        "principal() AS principal, timestamp() AS received_at FROM 'dt/#'"
    )
    assert "Dead" in flat(payload["ErrorAction"]["Sqs"]["QueueUrl"])
