"""Two active tenants on the memory cloud, and calls to the devices handler."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.devices import api
from makoto.adapters.clouds.memory import fleet as memory_fleet
from makoto.ports.fleet import Fleet
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record

BODY = {"device_id": "edge-07", "site": "osaka", "area": "machining", "line": "l1", "cell": "c3"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any
    headers: dict[str, list[str]]


Call = Callable[..., Answer]


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> Iterator[None]:
    memory_fleet.connect.cache_clear()
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
    yield
    memory_fleet.connect.cache_clear()


@pytest.fixture
def fleet(platform: Platform) -> Fleet:
    found: Fleet = platform.adapter("fleet")
    return found


@pytest.fixture
def call() -> Call:
    """Call a route below the tenant's devices as one of its members."""

    def send(method: str, path: str = "", *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/devices{path}", **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]), answer["multiValueHeaders"])

    return send
