"""Writer, relay and consumer killed at random points, 200 times in all: no event is lost and no effect doubled."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import Emulator
from local.postgres import Postgres
from makoto.domain import TenantRecord
from tests.builders import settings
from tests.contract.clouds.postgres_world import PostgresWorld, schema_of
from tests.contract.clouds.worlds import PLATFORM_ACCOUNT, REGION, AwsWorld, new_tenant
from tests.contract.crashes.story import Plan
from tests.house.checkout import ROOT

KILLS = 200
SEED = "MAKOTO_TEST_CRASH_SEED"
BUS = "makoto-crash"


@pytest.fixture(scope="module")
def world(emulator: Emulator) -> AwsWorld:
    made = AwsWorld(emulator.endpoint)
    made.create_roles()
    made.root("events").create_event_bus(Name=BUS)
    return made


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[PostgresWorld]:
    world = PostgresWorld.real() or PostgresWorld.on(postgres_server)
    yield world
    world.close()


def queues(world: AwsWorld, store: str) -> dict[str, str]:
    """A queue of wakes, and one that the bus feeds; a message that a dead process held is back after two seconds."""
    sqs, attributes = world.root("sqs"), {"VisibilityTimeout": "2"}
    urls = [
        sqs.create_queue(QueueName=f"crash-{store}-{purpose}", Attributes=attributes)["QueueUrl"]
        for purpose in ("wakes", "events")
    ]
    return dict(zip(("wakes_url", "events_url"), urls, strict=True))


def subscribe(world: AwsWorld, store: str, tenants: tuple[TenantRecord, ...], queue_url: str) -> None:
    """Feed the queue with the facts of this run's tenants."""
    names = ["QueueArn"]
    arn = world.root("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]["QueueArn"]
    pattern = {"source": ["makoto.orders"], "detail": {"tenant_id": [each.tenant_id for each in tenants]}}
    events = world.root("events")
    events.put_rule(Name=f"crash-{store}", EventBusName=BUS, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=f"crash-{store}", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])


def run(plan: Plan, folder: Path) -> tuple[dict[str, int], int]:
    """Run the supervisor to its end; return its tally, and how many deliveries were met a second time."""
    told = settings(cloud="aws", bus_name=BUS, wakes_queue_url=plan.wakes_url, environment="local")
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251  a child's
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/makoto/python'}",
        "AWS_ENDPOINT_URL": plan.endpoint_url,
        "AWS_ACCESS_KEY_ID": PLATFORM_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_METRICS_DISABLED": "1",
        "POWERTOOLS_TRACE_DISABLED": "1",
        **told.to_environment(),
    }
    plan_file = folder / "plan.json"
    plan_file.write_text(plan.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "tests.contract.crashes.supervisor", str(plan_file)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]), done.stdout.count("event came again")


@pytest.mark.parametrize("store", ["postgres", "dynamodb"])
def test_nothing_is_lost_and_nothing_happens_twice_whoever_is_killed_when(
    store: str,
    world: AwsWorld,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(10**6))  # noqa: TID251  a test's own
    stores: dict[str, Any] = {}
    if store == "postgres":
        postgres: PostgresWorld = request.getfixturevalue("postgres")
        tenants = (postgres.tenant(), postgres.tenant())
        schemas = {each.tenant_id: schema_of(each) for each in tenants}
        stores = {"database": postgres.database, "keys": postgres.keys, "schemas": schemas}
    else:
        tenants = (world.made(new_tenant()), world.made(new_tenant()))
    urls = queues(world, store)
    subscribe(world, store, tenants, urls["events_url"])
    plan = Plan(
        store=store, tenants=tenants, endpoint_url=world.endpoint_url, kills=KILLS // 2, seed=seed, **urls, **stores
    )
    begun = time.monotonic()

    found, again = run(plan, tmp_path)

    figures = f"lost={found['lost']} doubled={found['doubled']} kills={plan.kills}"
    took = f"{time.monotonic() - begun:.0f} s"
    record_property(
        "figure", f"outbox on {store}: {figures} events={found['told']} met_again={again} seed={seed} in {took}"
    )
    assert (found["lost"], found["doubled"], found["waiting"]) == (0, 0, 0)
    assert found["told"] > plan.kills
