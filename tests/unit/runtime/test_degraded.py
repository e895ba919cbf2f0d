"""A tenant's store that is down is reported, and the caller is told when to come back."""

import pytest

from makoto.adapters.clouds import StoreKey
from makoto.errors import Unavailable
from makoto.ports.connection import StoreDown
from makoto.runtime.composition import Platform
from makoto.runtime.problem import problem_headers
from tests.builders import TENANT, settings


def test_the_metric_and_the_log_name_the_store_and_the_tenant(capsys: pytest.CaptureFixture[str]) -> None:
    connections = Platform(settings()).clouds.connections

    def down(_: object) -> None:
        raise Unavailable("cannot be reached")

    for _ in range(5):
        with pytest.raises(Unavailable):
            connections.connection(StoreKey(TENANT, "documents"), object).call(down)

    written = capsys.readouterr().out
    assert '"StoreCircuitOpen":[1.0]' in written
    assert f'"tenant_id":"{TENANT}"' in written
    assert connections.health()[TENANT, "documents"].is_open


def test_who_meets_a_store_that_is_left_alone_is_told_when_to_come_back() -> None:
    assert problem_headers(StoreDown("down", retry_after_s=9)) == {"Retry-After": "9"}
