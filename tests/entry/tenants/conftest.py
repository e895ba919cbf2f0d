"""The doors of tenants on the memory cloud."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.tenants import api
from makoto.domain import PLATFORM_TENANT_ID
from makoto.runtime.composition import Platform
from tests.builders import api_event, lambda_context

TENANTS = "/api/v1/admin/tenants"


@dataclass(frozen=True)
class Answer:
    """What API Gateway would send on."""

    status: int
    body: Any
    headers: dict[str, list[str]]


Call = Callable[..., Answer]


@pytest.fixture
def call(platform: Platform) -> Call:
    """Call the handler as the platform's administrator unless told otherwise."""

    def act(method: str, path: str, **given: Any) -> Answer:
        caller = {"tenant_id": PLATFORM_TENANT_ID, "role": "platform_admin"}
        answer = api.handler(api_event(method, path, **caller | given), lambda_context())
        assert answer["body"] != "null"
        body = None if answer["body"] is None else orjson.loads(answer["body"])
        return Answer(answer["statusCode"], body, answer["multiValueHeaders"])

    return act


def customer(**changes: Any) -> dict[str, Any]:
    """The body of an onboarding."""
    given: dict[str, Any] = {
        "name": "東都精機株式会社",
        "organization": "toto-seiki",
        "administrator": {"email": "hanako@example.com", "name": "山田 花子"},
        "cloud": {"mode": "hosted"},
        "features": ["chat"],
    }
    return given | changes


@pytest.fixture
def onboarded(call: Call) -> Callable[..., str]:
    """Take a tenant on and run its steps through the task door."""
    from functions.tenants import tasks
    from functions.tenants.model import STEPS

    def act(**changes: Any) -> str:
        body = customer(**changes)
        answer = call("POST", TENANTS, body=body, headers={"Idempotency-Key": body["organization"]})
        tenant_id = str(answer.body["tenant_id"])
        for step in STEPS:
            given = {"tenant_id": tenant_id, "correlation_id": "request-1"}
            tasks.handler({"task": step, "input": given}, lambda_context())
        return tenant_id

    return act
