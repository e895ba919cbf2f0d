"""The registry in memory."""

import pytest

from makoto.adapters.clouds.memory.fleet import MemoryFleet
from makoto.ports.fleet import Fleet
from tests.contract.fleet.suite import FleetContract


class TestMemoryFleet(FleetContract):
    driver: MemoryFleet

    @pytest.fixture
    def fleet(self) -> Fleet:
        self.driver = MemoryFleet()
        return Fleet(self.driver)

    @pytest.fixture
    def thing(self) -> str:
        return "t0123456789ab_edge-07"

    def is_active(self, fleet: Fleet, certificate_id: str) -> bool | None:
        return self.driver.active.get(certificate_id)

    def attributes(self, fleet: Fleet, thing: str) -> dict[str, str] | None:
        return self.driver.things.get(thing)
