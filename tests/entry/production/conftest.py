"""Two active tenants with the same master data on the memory cloud, and calls to the production handler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.production import api
from makoto.ports.masters import current_key
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record
from tests.unit.production.shopfloor import MASTERS

BODY = {"order_id": "wo-1", "product": "gear", "quantity": 100, "due_at": "2099-01-01T00:00:00+09:00"}
LATHE = "nagoya/machining/line-1/mc-01"
GRINDER = "nagoya/machining/line-1/mc-03"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any

    @property
    def problem(self) -> str:
        return str(self.body["type"]).removeprefix("urn:makoto:problem:")

    @property
    def pointers(self) -> set[str]:
        return {each["pointer"] for each in self.body.get("errors", [])}


Call = Callable[..., Answer]


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
        documents = platform.open_tenant(tenant_id, None, "correlation-1").documents
        for record in MASTERS:
            of: Any = type(record)  # Any: one of the kinds, which the checker wants to know
            data = {"content": record.model_dump_json(), "product": getattr(record, "product", ""), "revision": 1}
            documents.put(current_key(of, record.id), data)


@pytest.fixture
def call() -> Call:
    """Call a route below the tenant as one of its members."""

    def send(method: str, path: str, *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}{path}", tenant_id=tenant_id, **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture
def act(call: Call) -> Call:
    """Do something to an operation of the order."""

    def send(action: str, body: Any = None, sequence: int = 10, **how: Any) -> Answer:
        return call("POST", f"/work-orders/wo-1/operations/{sequence}/{action}", body=body, **how)

    return send
