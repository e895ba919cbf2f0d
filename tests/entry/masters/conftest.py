"""Two active tenants on the memory cloud, and calls to the masters handler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.masters import api
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any

    @property
    def pointers(self) -> set[str]:
        return {each["pointer"] for each in self.body.get("errors", [])}


Call = Callable[..., Answer]


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))


@pytest.fixture
def call() -> Call:
    """Call a route below the tenant's master data as one of its members."""

    def send(method: str, path: str = "", *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/masters{path}", **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture
def put(call: Call) -> Callable[[dict[str, Any]], Answer]:
    """Say what a record is, under its own path."""

    def say(record: dict[str, Any], **how: Any) -> Answer:
        path = f"/{record['kind']}/{record['id'].replace('/', '~')}"
        return call("PUT", path, body=record, **how)

    return say
