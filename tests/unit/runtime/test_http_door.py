"""The HTTP door: validation, permission, isolation and problem+json for every domain alike."""

from typing import Annotated, Any, Literal

import orjson
import pytest
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import Field

from makoto.domain import Instant, Value
from makoto.errors import Conflict, Throttled, Unavailable
from makoto.runtime.http import HttpApi, permit, public
from tests.builders import api_event, lambda_context

OWN = "t0123456789ab"
OTHER = "t0123456789ac"


class AlreadyThere(Conflict):
    """A domain's own error."""


class Lathe(Value):
    kind: Literal["lathe"]
    chuck_mm: int


class Mill(Value):
    kind: Literal["mill"]
    tools: int


class Machine(Value):
    name: Annotated[str, Field(max_length=8)]
    made: Annotated[Lathe | Mill, Field(discriminator="kind")] | None = None
    power_kw: float = 0
    since: Instant | None = None


@pytest.fixture
def api() -> HttpApi:
    api = HttpApi("machines")

    @api.get("/api/v1/tenants/<tenant_id>/devices", middlewares=[permit("devices:list")])
    def list_machines(tenant_id: Annotated[str, Path()], limit: Annotated[int, Query(ge=1)] = 10) -> dict[str, Any]:
        return {"tenant": tenant_id, "limit": limit}

    @api.post("/api/v1/tenants/<tenant_id>/devices", middlewares=[permit("devices:register")])
    def add_machine(tenant_id: Annotated[str, Path()], body: Annotated[Machine, Body()]) -> Machine:
        match body.name:
            case "there":
                raise AlreadyThere("the machine is already there")
            case "busy":
                raise Throttled("too many machines", retry_after_s=7)
            case "down":
                raise Unavailable("the store does not answer")
            case "bug":
                raise ZeroDivisionError("secret detail")
        return body

    @api.get("/health/live", middlewares=[public()])
    def live() -> dict[str, str]:
        return {"status": "live"}

    return api


def call(api: HttpApi, method: str, path: str, **given: Any) -> tuple[int, dict[str, Any], dict[str, list[str]]]:
    answer = api.handler(api_event(method, path, **given), lambda_context())
    headers = {name.lower(): value for name, value in answer["multiValueHeaders"].items()}
    return answer["statusCode"], orjson.loads(answer["body"]), headers


def test_a_permitted_call_is_answered(api: HttpApi) -> None:
    status, body, headers = call(api, "GET", f"/api/v1/tenants/{OWN}/devices", query={"limit": "3"}, tenant_id=OWN)
    assert (status, body) == (200, {"tenant": OWN, "limit": 3})
    assert headers["x-request-id"] == ["request-1"]


def test_another_tenants_path_is_forbidden(api: HttpApi) -> None:
    status, body, headers = call(api, "GET", f"/api/v1/tenants/{OTHER}/devices", tenant_id=OWN)
    assert status == 403
    assert headers["content-type"] == ["application/problem+json"]
    assert body["type"] == "urn:makoto:problem:action-forbidden"


def test_a_role_without_the_permission_is_forbidden_before_its_body_is_judged(api: HttpApi) -> None:
    status, body, _ = call(
        api, "POST", f"/api/v1/tenants/{OWN}/devices", body={"nonsense": 1}, tenant_id=OWN, role="viewer"
    )
    assert status == 403
    assert "errors" not in body


def test_a_call_without_an_authorizer_context_is_refused(api: HttpApi) -> None:
    status, _, headers = call(api, "GET", f"/api/v1/tenants/{OWN}/devices", tenant_id=None)
    assert status == 401
    assert headers["www-authenticate"] == ["Bearer"]


def test_a_public_route_needs_no_token(api: HttpApi) -> None:
    assert call(api, "GET", "/health/live", tenant_id=None)[0] == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x", "colour": "red"}, "/body/colour"),
        ({"name": "far too long"}, "/body/name"),
        ({"name": 7}, "/body/name"),
        ({"name": "x", "power_kw": "strong"}, "/body/power_kw"),
        ({"name": "x", "since": "2026-11-20T10:00:00"}, "/body/since"),
        ({}, "/body/name"),
        ({"name": "x", "made": {"kind": "mill", "tools": "many"}}, "/body/made/tools"),
        ({"name": "x", "made": {"kind": "mill"}}, "/body/made/tools"),
        ({"name": "x", "made": {"kind": "press"}}, "/body/made"),
        ({"name": "x", "made": 7}, "/body/made"),
        ("[1", "/body"),
        ('{"name": "x", "power_kw": NaN}', "/body"),
        ("\udcff", "/body"),
        ("[]", "/body"),
        ('[{"name": "x"}]', "/body"),
        ("null", "/body"),
        ("", "/body"),
    ],
)
def test_bad_input_names_the_field_and_the_rule(api: HttpApi, body: Any, pointer: str) -> None:
    status, problem, _ = call(api, "POST", f"/api/v1/tenants/{OWN}/devices", body=body, tenant_id=OWN)
    assert status == 422
    assert problem["errors"][0]["pointer"].startswith(pointer)
    assert problem["errors"][0]["rule"]


def test_a_query_parameter_out_of_range_is_named(api: HttpApi) -> None:
    status, problem, _ = call(api, "GET", f"/api/v1/tenants/{OWN}/devices", query={"limit": "0"}, tenant_id=OWN)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/query/limit")


def test_errors_of_a_domain_answer_by_their_kind(api: HttpApi) -> None:
    path = f"/api/v1/tenants/{OWN}/devices"
    status, problem, _ = call(api, "POST", path, body={"name": "there"}, tenant_id=OWN)
    assert (status, problem["type"]) == (409, "urn:makoto:problem:already-there")
    status, _, headers = call(api, "POST", path, body={"name": "busy"}, tenant_id=OWN)
    assert (status, headers["retry-after"]) == (429, ["7"])
    assert call(api, "POST", path, body={"name": "down"}, tenant_id=OWN)[0] == 503


def test_an_unknown_failure_tells_the_caller_nothing(api: HttpApi) -> None:
    status, problem, _ = call(api, "POST", f"/api/v1/tenants/{OWN}/devices", body={"name": "bug"}, tenant_id=OWN)
    assert status == 500
    assert "secret detail" not in str(problem)
    assert problem["instance"] == "urn:makoto:request:request-1"


def test_an_unknown_route_and_media_type_are_problems_too(api: HttpApi) -> None:
    status, problem, _ = call(api, "GET", "/api/v1/nowhere", tenant_id=OWN)
    assert (status, problem["type"]) == (404, "urn:makoto:problem:no-such-route")
    path = f"/api/v1/tenants/{OWN}/devices"
    status, problem, _ = call(api, "POST", path, body="a=1", tenant_id=OWN, headers={"content-type": "text/plain"})
    assert (status, problem["type"]) == (415, "urn:makoto:problem:unsupported-content-type")
