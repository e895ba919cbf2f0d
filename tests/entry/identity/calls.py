"""Requests to the identity routes, with and without the gate in front."""

from typing import Any

import orjson

from functions.identity import api
from tests.builders import api_event, lambda_context
from tests.entry.identity.conftest import World

EMAIL = "hanako@example.com"


def call(method: str, path: str, body: Any = None, **event: Any) -> tuple[int, Any]:
    """Send one request without a token; returns status and the parsed body."""
    return sent(api_event(method, f"/api/v1/auth/{path}", body=body, **{"tenant_id": None, **event}))


def as_member(world: World, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Send one request through the gate, as API Gateway does."""
    event = api_event(method, f"/api/v1/auth/{path}", body=body, headers={"Authorization": f"Bearer {token}"})
    event["requestContext"]["authorizer"] = world.at_gate(token)["context"]
    return sent(event)


def sent(event: dict[str, Any]) -> tuple[int, Any]:
    answer = api.handler(event, lambda_context())
    return answer["statusCode"], orjson.loads(answer["body"]) if answer["body"] else None
