"""What administrators see of facts that wait, and do about them, over HTTP."""

from typing import Any

import orjson
import pytest

from functions.outbox import api
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.domain import PLATFORM_TENANT_ID
from makoto.runtime.composition import Platform
from makoto.runtime.http import HttpApi, permit
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.entry.outbox.conftest import call, tell, wake

OWN = f"/api/v1/tenants/{TENANT}/outbox"
ANY = f"/api/v1/admin/outbox/{TENANT}"
ADMIN = {"tenant_id": PLATFORM_TENANT_ID, "role": "platform_admin"}


def ask(method: str, path: str, **how: Any) -> tuple[int, Any]:
    answer = api.handler(api_event(method, path, **how), lambda_context())
    return answer["statusCode"], orjson.loads(answer["body"])


@pytest.fixture(autouse=True)
def troubled(platform: Platform, bus: MemoryPublisher) -> None:
    """One aggregate is parked, one has told its facts."""
    bus.refusing["order/1"] = True
    tell(platform, TENANT, ("order/1", 1), ("order/1", 2), ("order/2", 1), ("order/2", 2))
    tell(platform, OTHER_TENANT, ("order/9", 1))
    call(wake(), wake(OTHER_TENANT))


@pytest.mark.parametrize(("base", "who"), [(OWN, {}), (ANY, ADMIN)])
def test_an_administrator_sees_what_waits_and_mends_it(
    platform: Platform, bus: MemoryPublisher, base: str, who: dict[str, Any]
) -> None:
    status, state = ask("GET", base, **who)
    assert (status, state["behind"]) == (200, [])
    (parked,) = state["parked"]
    assert (parked["partition"], parked["aggregate"], parked["reason"]) == ("orders", "order/1", "MalformedDetail")

    query = {"partition": "orders", "state": "parked", "aggregate": "order/1"}
    status, page = ask("GET", f"{base}/events", query=query, **who)
    assert (status, [each["version"] for each in page["items"]]) == (200, [1, 2])
    assert page["items"][0]["detail_type"] == "order.placed.v1"
    assert "data" not in page["items"][0]

    bus.refusing.clear()
    status, _ = ask("POST", f"{base}/redrive", body={"partition": "orders", "aggregate": "order/1"}, **who)
    call(wake())
    assert status == 200
    assert ask("GET", base, **who)[1]["parked"] == []

    replay = {"partition": "orders", "aggregate": "order/2", "from_version": 2}
    assert ask("POST", f"{base}/replay", body=replay, **who) == (200, {"events": 1})


@pytest.mark.parametrize("role", ["engineer", "operator", "viewer"])
@pytest.mark.parametrize("base", [OWN, ANY])
def test_other_roles_see_nothing(role: str, base: str) -> None:
    command = {"partition": "orders", "aggregate": "order/1"}

    assert ask("GET", base, role=role)[0] == 403
    assert ask("GET", f"{base}/events", query={"partition": "orders"}, role=role)[0] == 403
    assert ask("POST", f"{base}/redrive", body=command, role=role)[0] == 403
    assert ask("POST", f"{base}/replay", body=command, role=role)[0] == 403


def test_another_tenants_administrator_sees_nothing() -> None:
    assert ask("GET", OWN, tenant_id=OTHER_TENANT)[0] == 403
    assert ask("GET", ANY, tenant_id=OTHER_TENANT)[0] == 403
    assert ask("GET", OWN, **ADMIN)[0] == 403


def test_a_route_that_opens_any_tenant_opens_it_for_the_platforms_people_only() -> None:
    """The permission says so already; this is the second lock."""
    careless = HttpApi("careless")

    @careless.get("/api/v1/tenants/<tenant_id>", middlewares=[permit("tenant:read")])
    def look(tenant_id: str) -> dict[str, str]:
        return {"tenant_id": careless.any_tenant(OTHER_TENANT).tenant_id}

    answer = careless.handler(api_event("GET", f"/api/v1/tenants/{TENANT}"), lambda_context())

    assert answer["statusCode"] == 403


def test_what_is_not_there_is_not_found() -> None:
    command = {"partition": "orders", "aggregate": "absent"}

    assert ask("POST", f"{OWN}/redrive", body=command)[0] == 404
    assert ask("POST", f"{OWN}/replay", body=command)[0] == 404
    assert ask("GET", f"{OWN}/events", query={"partition": "absent"})[1]["items"] == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/events", {}),
        ("/events", {"partition": ""}),
        ("/events", {"partition": "orders", "state": "lost"}),
        ("/events", {"partition": "orders", "limit": "0"}),
        ("/events", {"partition": "orders", "cursor": "forged"}),
        ("", {"cursor": "forged"}),
    ],
)
def test_what_makes_no_sense_is_refused(path: str, query: dict[str, str | list[str]]) -> None:
    assert ask("GET", f"{OWN}{path}", query=query)[0] == 422


@pytest.mark.parametrize("aggregate", ["", "\x00", "x" * 901, None])
def test_a_command_that_makes_no_sense_is_refused(aggregate: str | None) -> None:
    body = {"partition": "orders", "aggregate": aggregate}

    assert ask("POST", f"{OWN}/redrive", body=body)[0] == 422
    assert ask("POST", f"{OWN}/replay", body=body)[0] == 422
