"""A tenant's stores in the emulator, as a function of the platform opens them."""

from dataclasses import replace

import pytest

from local.emulator import Emulator
from makoto.adapters.system import SystemIds
from makoto.domain import ms_from_instant
from tests.contract.clouds.worlds import AwsWorld
from tests.unit.telemetry.world import World


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> AwsWorld:
    world = AwsWorld(emulator.endpoint)
    world.create_roles()
    return world


@pytest.fixture
def world(aws: AwsWorld) -> World:
    """A device of a new tenant whose stores are in AWS; its clock shows the emulator's time."""
    record = aws.tenant()
    stores, world = aws.open(record), World(clock=aws.clock)
    world.tenant = replace(
        world.tenant,
        record=record,
        documents=stores.documents,
        objects=stores.objects,
        secrets=stores.secrets,
        ids=SystemIds(),
    )
    return world


@pytest.fixture
def now_ms(aws: AwsWorld) -> int:
    return ms_from_instant(aws.clock.now())
