"""The broker: one request at a time, renewed in time, nothing shared between tenants."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.names import table_name
from makoto.adapters.clouds.aws.policies import data_policy
from makoto.adapters.clouds.aws.session import client_of, session_with
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.system import SystemClock
from makoto.errors import Unavailable
from tests.contract.clouds.worlds import REGION, AwsWorld, new_tenant


def test_many_threads_share_one_request_for_credentials_and_keep_them(aws_world: AwsWorld) -> None:
    broker, record = CredentialsBroker(aws_world.root("sts"), SystemClock()), new_tenant()
    together = threading.Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return broker.credentials(record).session_token

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(ask, range(8)))

    assert tokens == {broker.credentials(record).session_token}


def test_credentials_are_renewed_ahead_of_their_end_and_when_they_must_last_longer(aws_world: AwsWorld) -> None:
    clock = FixedClock(SystemClock().now())
    broker, record = CredentialsBroker(aws_world.root("sts"), clock), new_tenant()
    first = broker.credentials(record)

    clock.advance(2600)  # 1,000 of 3,600 s are left, 16 minutes are kept ahead
    assert broker.credentials(record) == first
    clock.advance(60)
    second = broker.credentials(record)
    assert second != first

    clock.advance(-2660)
    assert broker.credentials(record, life_s=3300) == second
    clock.advance(600)
    assert broker.credentials(record, life_s=3300) != second


def test_while_sts_is_down_credentials_serve_until_a_minute_before_their_end(
    aws_world: AwsWorld,
) -> None:
    clock, sts, record = FixedClock(SystemClock().now()), aws_world.root("sts", tries=1), new_tenant()
    broker = CredentialsBroker(sts, clock)
    first = broker.credentials(record)
    sts.meta.events.register("before-send.sts.AssumeRole", _unreachable)

    clock.advance(3500)
    assert broker.credentials(record) == first
    clock.advance(50)
    with pytest.raises(Unavailable):
        broker.credentials(record)


def _unreachable(**_: object) -> None:
    raise EndpointConnectionError(endpoint_url="http://sts")


def test_two_tenants_or_two_policies_never_share_credentials(aws_world: AwsWorld) -> None:
    one, other = new_tenant(), new_tenant()
    broker = aws_world.broker

    tokens = {
        broker.credentials(one).session_token,
        broker.credentials(other).session_token,
        broker.credentials(one, policy=data_policy(other)).session_token,
    }

    assert len(tokens) == 3


def test_a_client_of_a_session_asks_again_when_its_credentials_end(aws_world: AwsWorld) -> None:
    record = aws_world.tenant()
    asked: list[int] = []

    def fetch() -> Any:
        asked.append(1)
        ends = SystemClock().now() + timedelta(minutes=14 if len(asked) == 1 else 60)
        return replace(aws_world.broker.credentials(record), expires_at=ends)

    client = client_of(session_with(fetch), "dynamodb", REGION, aws_world.endpoint_url)
    assert asked == []
    for _ in range(3):
        client.describe_table(TableName=table_name(record.tenant_id))

    assert len(asked) == 2


def test_the_session_policy_fits_and_names_every_resource() -> None:
    policy = data_policy(new_tenant())

    assert len(json.dumps(policy, separators=(",", ":"))) < 2048
    assert all("*" not in action for statement in policy["Statement"] for action in statement["Action"])
    assert all(new_tenant().tenant_id[:1] in statement["Resource"] for statement in policy["Statement"])


def test_credentials_do_not_show_themselves(aws_world: AwsWorld) -> None:
    given = aws_world.broker.credentials(new_tenant())

    assert given.secret_access_key not in repr(given)
    assert given.session_token not in repr(given)
