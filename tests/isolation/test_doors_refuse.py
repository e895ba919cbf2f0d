"""At the doors, in process: no route lets another tenant or a wrong role through, whatever is sent."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from makoto.domain import PLATFORM_TENANT_ID, Role
from makoto.runtime.http import HttpApi
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.isolation.attempts import Route, forbidden_roles, foreign_attempts, routes
from tools.openapi import apis, document

Recorder = Callable[[str, object], None]
DOCUMENT = document()
BODIES: tuple[Any, ...] = (None, {}, {"tenant_id": TENANT}, "not json", {"device_id": "edge-01"})


def _answering(route: Route) -> HttpApi:
    """The domain whose document holds the route."""
    tag = next(
        operations[route.method.lower()]["tags"][0]
        for template, operations in DOCUMENT["paths"].items()
        if template.replace("<", "{").replace(">", "}") == route.template and route.method.lower() in operations
    )
    api = import_module(f"functions.{tag}.api").api
    assert isinstance(api, HttpApi)
    return api


def _try(route: Route, home: str, role: Role, body: Any) -> int:
    event = api_event(route.method, route.path(TENANT), tenant_id=home, role=role, body=body)
    return int(_answering(route).handler(event, lambda_context())["statusCode"])


def test_another_tenants_caller_is_refused_on_every_route(record_property: Recorder) -> None:
    tried = 0
    for route, role in foreign_attempts(DOCUMENT):
        home = PLATFORM_TENANT_ID if role is Role.PLATFORM_ADMIN else OTHER_TENANT
        for body in BODIES:
            assert _try(route, home, role, body) == 403, f"{role} of {home} passed {route.method} {route.template}"
            tried += 1
    record_property("attempts", tried)
    assert tried >= len([route for route in routes(DOCUMENT) if route.names_a_tenant]) * len(Role) * len(BODIES)


def test_a_role_that_the_policies_do_not_permit_is_refused_on_every_route(
    record_property: Recorder,
) -> None:
    tried = 0
    for route, role in forbidden_roles(DOCUMENT, TENANT):
        home = PLATFORM_TENANT_ID if role is Role.PLATFORM_ADMIN else TENANT
        for body in BODIES:
            assert _try(route, home, role, body) == 403, f"{role} passed {route.method} {route.template}"
            tried += 1
    record_property("attempts", tried)
    assert tried > 0


def test_a_call_that_no_authorizer_proved_is_refused_on_every_guarded_route() -> None:
    for route in routes(DOCUMENT):
        if route.permission:
            event = api_event(route.method, route.path(TENANT), tenant_id=None)
            assert _answering(route).handler(event, lambda_context())["statusCode"] == 401


def test_only_sign_in_and_health_are_public() -> None:
    public = {(route.method, route.template) for route in routes(DOCUMENT) if route.permission is None}
    assert public == {
        ("POST", "/api/v1/auth/login"),
        ("POST", "/api/v1/auth/challenge"),
        ("POST", "/api/v1/auth/refresh"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
    }
    assert len(apis()) >= 4
