"""What takes minutes is begun when a run of the system tests begins; the last stories look at its end."""

import pytest

from tests.system.customers import Begun, begin
from tests.system.laptop import LaptopCloud


@pytest.fixture(scope="session", autouse=True)
def begun(laptop: LaptopCloud) -> Begun:
    """A tenant that is being deleted and two that cannot be onboarded."""
    return begin(laptop)
