"""Storing and asking over DynamoDB and S3 as over the memory cloud, and the way to devices and to people."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest

from functions.telemetry.ingest import TooMuchAtOnce
from functions.telemetry.model import AskExport, AskHistory
from functions.telemetry.service import export_history, read_history
from makoto.adapters.clouds.aws.acknowledgements import IotAcknowledgements
from makoto.adapters.clouds.aws.dead_letters import SqsDeadLetters
from makoto.adapters.history_duckdb import DuckdbHistory
from makoto.errors import Throttled, Unavailable
from makoto.ports.acknowledgements import Acknowledgement, Acknowledgements
from makoto.ports.dead_letters import DeadLetter, DeadLetters
from makoto.ports.history import History
from tests.builders import TENANT
from tests.contract.clouds.worlds import AwsWorld
from tests.unit.codecs.messages import DEVICE, SESSION, series, state, telemetry
from tests.unit.telemetry.world import World

MINUTE_MS = 60_000


def sent(now_ms: int, seq: int, **changes: Any) -> dict[str, Any]:
    part = series("主軸/回転数", t=[now_ms - seq, now_ms - seq - MINUTE_MS], v=[0.1 + seq, 1e-300])
    return telemetry(part, sent_at=now_ms, seq=seq, **changes)


def test_messages_take_effect_once(world: World, now_ms: int) -> None:
    documents = [sent(now_ms, seq) for seq in range(5)]
    world.receive(*documents, received_at_ms=now_ms)
    world.receive(documents[2], sent(now_ms, 6), state(seq=5, t=now_ms, sent_at=now_ms), received_at_ms=now_ms)
    assert sum(rollup.count for rollup in world.rollups().values()) == 12
    assert sorted(row[8] for row in world.history()) == sorted([0, 1, 2, 3, 4, 6] * 2)
    assert world.values()["主軸/回転数"] == (now_ms, 0.1, 192)
    assert world.told()[-1] == {"session": SESSION, "seq": 6}


def test_a_message_of_many_minutes_is_stored_in_several_transactions(world: World, now_ms: int) -> None:
    times = [now_ms - each * 2 * MINUTE_MS for each in range(120)]
    document = telemetry(series("a", t=times, v=[1.0] * 120), sent_at=now_ms)
    assert world.receive(document, received_at_ms=now_ms).accepted == 120
    assert len(world.rollups()) == 120


def test_two_functions_at_once_lose_and_double_nothing(world: World, now_ms: int) -> None:
    documents = [sent(now_ms, seq) for seq in range(12)]

    def receive(mine: list[dict[str, Any]]) -> None:
        for document in mine:
            while True:
                try:
                    world.receive(document, received_at_ms=now_ms)
                    break
                except (TooMuchAtOnce, Throttled, Unavailable):
                    continue

    threads = [threading.Thread(target=receive, args=(share,)) for share in (documents[:8], documents[4:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(rollup.count for rollup in world.rollups().values()) == 24
    assert len(world.history()) == 24


def test_history_is_answered_and_exported(world: World, now_ms: int) -> None:
    world.receive(sent(now_ms, 0), received_at_ms=now_ms)
    history, now = History(DuckdbHistory), world.clock.now()
    span: dict[str, Any] = {
        "device": DEVICE,
        "metrics": ("主軸/回転数",),
        "start": now - timedelta(minutes=5),
        "end": now + timedelta(minutes=1),
    }
    raw = read_history(AskHistory(**span, step="raw"), world.tenant, history)
    assert [item["value"] for item in raw.items] == [1e-300, 0.1]
    minutes = read_history(AskHistory(**span, step="1m", aggregations=("count",)), world.tenant, history)
    assert sum(int(str(item["count"])) for item in minutes.items) == 2
    exported = export_history(AskExport(**span), world.tenant, history)
    assert exported.rows == 2
    assert exported.url.startswith("http")


@pytest.fixture
def queue(aws: AwsWorld) -> tuple[Any, str]:
    client = aws.root("sqs")
    return client, client.create_queue(QueueName="makoto-contract-telemetry")["QueueUrl"]


def received(queue: tuple[Any, str]) -> list[dict[str, Any]]:
    client, url = queue
    found = client.receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(each["Body"]) for each in found]


def test_a_rejected_message_waits_in_its_queue_however_long_it_is(queue: tuple[Any, str]) -> None:
    letters = DeadLetters(SqsDeadLetters(queue[1], queue[0]))
    letters.keep(DeadLetter(reason="unknown_certificate", detail="x", message_id="m", body="漢" * 300_000))
    (kept,) = received(queue)
    assert (kept["reason"], kept["message_id"], kept["body"][:2]) == ("unknown_certificate", "m", "漢漢")


def heard_by(aws: AwsWorld, queue_url: str) -> None:
    """Let a rule of the broker put what devices are told into a queue."""
    trust = {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}
    grant = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    iam, name = aws.root("iam"), "makoto-contract-rule"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="send", PolicyDocument=policy(grant))
    action = {"sqs": {"roleArn": role, "queueUrl": queue_url, "useBase64": False}}
    rule = {"sql": "SELECT *, topic() AS topic FROM 'ack/#'", "actions": [action], "awsIotSqlVersion": "2016-03-23"}
    aws.root("iot").create_topic_rule(ruleName="makoto_contract_acknowledgements", topicRulePayload=rule)


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_device_is_told_on_its_own_topic(aws: AwsWorld, queue: tuple[Any, str]) -> None:
    heard_by(aws, queue[1])
    told = Acknowledgements(IotAcknowledgements(lambda: aws.root("iot-data")))
    told.acknowledge(TENANT, DEVICE, Acknowledgement(session=SESSION, seq=7, rebirth=True))
    assert received(queue) == [{"session": SESSION, "seq": 7, "rebirth": True, "topic": f"ack/{TENANT}/{DEVICE}"}]
