"""A shop floor for each test."""

import pytest

from tests.unit.production.shopfloor import Shop, shop


@pytest.fixture
def floor() -> Shop:
    return shop()
