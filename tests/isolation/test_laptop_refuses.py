"""On the running laptop cloud: gateway, authorizer and doors together let nobody through who may not."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from makoto.domain import Role
from tests.isolation.attempts import Route, forbidden_roles, foreign_attempts, routes
from tests.system.laptop import FOOD, MACHINING, LaptopCloud

Recorder = Callable[[str, object], None]
DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/api/openapi.json").read_text())
AT_ONCE = 4


@pytest.fixture(scope="module")
def callers(laptop: LaptopCloud) -> dict[Role, httpx.Client]:
    """Somebody of each role at the food company."""
    return {
        role: laptop.platform_client() if role is Role.PLATFORM_ADMIN else laptop.client(FOOD, role) for role in Role
    }


def _status(client: httpx.Client, route: Route, tenant_id: str) -> int:
    body: dict[str, str] | None = {} if route.method in ("POST", "PUT") else None
    return client.request(route.method, route.path(tenant_id), json=body).status_code


def _try(attempts: Iterator[tuple[Route, Role]], callers: dict[Role, httpx.Client], tenant_id: str) -> int:
    """Send every attempt; all are refused with 403 or the test names those that were not."""
    listed = list(attempts)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda one: _status(callers[one[1]], one[0], tenant_id), listed))
    passed = [(*one, status) for one, status in zip(listed, answers, strict=True) if status != 403]
    assert passed == []
    return len(listed)


def test_no_caller_reaches_another_tenant_on_any_route(
    laptop: LaptopCloud, callers: dict[Role, httpx.Client], record_property: Recorder
) -> None:
    tried = _try(foreign_attempts(DOCUMENT), callers, laptop.tenant_ids[MACHINING])
    record_property("attempts", tried)
    assert tried >= len(Role) * sum(route.names_a_tenant for route in routes(DOCUMENT))


def test_no_role_does_what_the_policies_do_not_permit(
    laptop: LaptopCloud, callers: dict[Role, httpx.Client], record_property: Recorder
) -> None:
    own = laptop.tenant_ids[FOOD]
    tried = _try(forbidden_roles(DOCUMENT, own), callers, own)
    record_property("attempts", tried)
    assert tried > len(Role)


def test_no_guarded_route_answers_without_a_token(laptop: LaptopCloud) -> None:
    stranger = laptop.anonymous_client()
    guarded = [route for route in routes(DOCUMENT) if route.permission]
    answers = {route: _status(stranger, route, laptop.tenant_ids[FOOD]) for route in guarded}
    assert {route: status for route, status in answers.items() if status != 401} == {}


def _forgeries(token: str) -> dict[str, str]:
    """Tokens made from a real one without the pool's key."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    kid = jwt.get_unverified_header(token)["kid"]
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    raised = base64.urlsafe_b64encode(json.dumps(claims | {"role": "platform_admin"}).encode()).rstrip(b"=").decode()
    return {
        "foreign key": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": kid}),
        "exchanged payload": f"{header}.{raised}.{signature}",
        "no algorithm": jwt.encode(claims, "", algorithm="none", headers={"kid": kid}),
        "cut signature": f"{header}.{payload}.",
        "not a token": "nonsense",
        "unicode": "トークン",
    }


def test_no_forged_token_opens_anything(laptop: LaptopCloud, callers: dict[Role, httpx.Client]) -> None:
    token = callers[Role.TENANT_ADMIN].headers["authorization"].removeprefix("Bearer ")
    stranger = laptop.anonymous_client()
    answers = {
        name: stranger.get("/api/v1/auth/me", headers={b"authorization": f"Bearer {forged}".encode()}).status_code
        for name, forged in _forgeries(token).items()
    }
    assert answers == dict.fromkeys(answers, 401)
