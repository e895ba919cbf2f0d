"""Every route says who may use it, in words that the policies know."""

import ast
import re
from pathlib import Path

import pytest

from makoto.runtime.http import Permit, Public
from tests.house.checkout import FUNCTIONS, ROOT, functions_of, named, tree
from tools import openapi

MAX_ROUTE_LINES = 5
ROUTES = [
    (f"{route.method} {route.openapi_path}", route.middlewares)
    for api in openapi.apis()
    for route in api._static_routes + api._dynamic_routes
]


def actions() -> set[str]:
    """The actions of the Cedar schema."""
    schema = (ROOT / "policies" / "makoto.cedarschema").read_text(encoding="utf-8")
    declared = re.findall(r"\baction\b([^;]*?)(?:\bin\b|\bappliesTo\b|;)", schema)
    return {name for names in declared for name in re.findall(r'"([a-z:-]+)"', names)}


def test_there_are_routes_and_actions_to_check() -> None:
    assert len(ROUTES) >= 15
    assert {"devices:register", "telemetry:read"} <= actions()


@pytest.mark.parametrize(("route", "middlewares"), ROUTES, ids=[name for name, _ in ROUTES])
def test_a_route_names_its_permission_or_is_open_on_purpose(route: str, middlewares: list[object]) -> None:
    said = [each for each in middlewares if isinstance(each, Permit | Public)]

    assert len(said) == 1, route
    assert said[0].action is None or said[0].action in actions()


def test_only_signing_in_and_health_are_open() -> None:
    is_open = {route for route, middlewares in ROUTES if any(isinstance(each, Public) for each in middlewares)}

    assert is_open == {
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/challenge",
        "POST /api/v1/auth/refresh",
        "GET /health/live",
        "GET /health/ready",
    }


def test_every_action_guards_a_route() -> None:
    used = {each.action for _, middlewares in ROUTES for each in middlewares if isinstance(each, Permit)}

    assert actions() - {"member", "platform"} == used


@pytest.mark.parametrize("path", sorted(FUNCTIONS.glob("*/api.py")), ids=named)
def test_a_route_is_short_since_it_only_hands_over(path: Path) -> None:
    for function in functions_of(tree(path)):
        if any(_is_route(each) for each in function.decorator_list):
            lines = sum(1 + (each.end_lineno or each.lineno) - each.lineno for each in function.body)
            assert lines <= MAX_ROUTE_LINES, function.name


def _is_route(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("get", "post", "put", "patch", "delete")
    )
