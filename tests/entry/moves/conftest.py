"""The doors of moves on the memory cloud."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.moves import api
from makoto.adapters.clouds.memory import FixedClock
from makoto.domain import PLATFORM_TENANT_ID
from makoto.ports.tenant_entry import Admission, AuditEntry, FirstAdministrator, TenantEntry
from makoto.runtime.composition import Platform
from tests.accounts import AZURE
from tests.builders import TENANT, api_event, lambda_context, tenant_record

MOVES = f"/api/v1/admin/tenants/{TENANT}/moves"
AZURE_PLACE = {"mode": "azure", "account": AZURE.model_dump(mode="json")}


@dataclass(frozen=True)
class Answer:
    """What API Gateway would send on."""

    status: int
    body: Any
    headers: dict[str, list[str]]


Call = Callable[..., Answer]


@pytest.fixture
def clock(platform: Platform) -> FixedClock:
    """Time that stands still until it is told."""
    platform.clock = FixedClock()
    return platform.clock


@pytest.fixture
def served(platform: Platform, clock: FixedClock) -> str:
    """A tenant that works in the platform's own account."""
    object.__setattr__(platform, "settings", platform.settings.model_copy(update={"reaches_other_regions": True}))
    record = tenant_record(residency=("ap-northeast-1", AZURE.region))
    administrator = FirstAdministrator(email="hanako@example.com", name="山田 花子")
    entry = TenantEntry(
        record=record, administrator=administrator, created_at=clock.now(), updated_at=clock.now(), projected_version=1
    )
    audit = AuditEntry(
        tenant_id=TENANT, action="tenant.onboard", actor="o", correlation_id="r", occurred_at=clock.now()
    )
    platform.adapter("tenancy").admit(entry, Admission("onboarding", "fingerprint"), audit)
    platform.configuration.save_tenant(record)
    return TENANT


@pytest.fixture
def call(platform: Platform) -> Call:
    """Call the handler as the platform's administrator unless told otherwise."""

    def act(method: str, path: str, **given: Any) -> Answer:
        caller = {"tenant_id": PLATFORM_TENANT_ID, "role": "platform_admin"}
        answer = api.handler(api_event(method, path, **caller | given), lambda_context())
        body = None if answer["body"] is None else orjson.loads(answer["body"])
        return Answer(answer["statusCode"], body, answer["multiValueHeaders"])

    return act


@pytest.fixture
def start(call: Call, served: str) -> Callable[..., Answer]:
    """Ask for a move to Azure."""

    def act(key: str = "key-1", **changes: Any) -> Answer:
        return call("POST", MOVES, body={"cloud": AZURE_PLACE} | changes, headers={"Idempotency-Key": key})

    return act


@pytest.fixture
def finish(clock: FixedClock, platform: Platform) -> Callable[[str], list[str]]:
    """Run a move's tasks through the task door until the move ends; returns what each said."""
    from functions.moves import tasks

    def act(move_id: str) -> list[str]:
        said: list[str] = []
        given = {"tenant_id": TENANT, "move_id": move_id, "attempt": "1", "correlation_id": "request-1"}
        while not said or said[-1] != "done":
            turn = tasks.handler({"task": "advance", "input": given}, lambda_context())
            said.append(turn["next"])
            clock.advance(turn["wait_s"])
        return said

    return act
