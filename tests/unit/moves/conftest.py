"""A tenant with data, in one of two clouds."""

import pytest

from tests.unit.moves.world import World, fill


@pytest.fixture
def world() -> World:
    """A tenant with data, at the source."""
    world = World()
    fill(world)
    return world
