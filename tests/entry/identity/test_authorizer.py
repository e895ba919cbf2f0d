"""The gate: forged, foreign, stale and strange tokens get 401; a proven caller gets his own paths and no others."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from functions.identity import authorizer
from makoto.adapters.clouds.memory.signing import TokenSigner
from makoto.domain import PLATFORM_TENANT_ID, Role, TenantStatus
from makoto.domain.membership import Membership
from makoto.runtime.principal import principal_from
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record
from tests.entry.identity.conftest import METHOD_ARN, World
from tests.entry.identity.forgeries import FORGERIES

STAGE = "arn:aws:execute-api:ap-northeast-1:000000000000:api123/v1"


def decision(answer: dict[str, Any], method: str, path: str) -> str:
    """Evaluate the policy as IAM does: an explicit Deny wins, nothing matched is a refusal too."""
    arn = f"{STAGE}/{method}{path}"
    effects = {
        statement["Effect"]
        for statement in answer["policyDocument"]["Statement"]
        if any(fnmatchcase(arn, resource) for resource in statement["Resource"])
    }
    return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else "no match"


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_proves_nothing_is_unauthorized(world: World, forgery: str) -> None:
    token = FORGERIES[forgery](world)

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        world.at_gate(token)


@pytest.mark.parametrize("header", [None, 7, "", "Bearer", "Bearer ", "Basic abc", "bearer\tx", "Bearerx.y.z", "\x00"])
def test_a_header_without_a_bearer_token_is_unauthorized(world: World, header: object) -> None:
    event = {"type": "TOKEN", "authorizationToken": header, "methodArn": METHOD_ARN}

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorizer.handler(event, lambda_context())


def test_the_good_token_that_the_forgeries_are_made_from_passes(world: World) -> None:
    answer = world.at_gate(world.signer.sign(world.claims()))

    assert decision(answer, "GET", "/api/v1/auth/me") == "Allow"


def test_a_clock_a_few_seconds_apart_does_no_harm(world: World) -> None:
    now = int(world.clock.now().timestamp())

    assert world.at_gate(world.signer.sign(world.claims(iat=now + 4)))
    assert world.at_gate(world.signer.sign(world.claims(exp=now - 4)))


def test_the_context_is_what_the_doors_read_and_holds_no_credential(world: World) -> None:
    world.platform.configuration.save_tenant(tenant_record(features=("oee", "spc"), version=2))
    tokens = world.member("hanako@example.com", Role.ENGINEER)

    context = world.at_gate(tokens.access_token)["context"]

    assert all(isinstance(value, str) for value in context.values())
    assert set(context) == {
        "subject",
        "username",
        "tenant_id",
        "role",
        "organization",
        "cloud_provider",
        "features",
        "session_id",
        "expires_at",
    }
    caller = principal_from(context)
    assert (caller.tenant_id, caller.role, caller.features) == (TENANT, Role.ENGINEER, ("oee", "spc"))
    assert tokens.access_token not in str(context)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PLATFORM_ADMIN])
def test_one_answer_serves_every_path_of_the_caller_and_none_of_another(world: World, role: Role) -> None:
    answer = world.at_gate(world.member("hanako@example.com", role).access_token)

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        assert decision(answer, method, f"/api/v1/tenants/{TENANT}") == "Allow"
        assert decision(answer, method, f"/api/v1/tenants/{TENANT}/devices/edge-01") == "Allow"
        assert decision(answer, method, "/api/v1/auth/logout") == "Allow"
        assert decision(answer, method, f"/api/v1/tenants/{OTHER_TENANT}") == "no match"
        assert decision(answer, method, f"/api/v1/tenants/{OTHER_TENANT}/devices") == "no match"
        assert decision(answer, method, f"/api/v1/tenants/{TENANT}x") == "no match"
        assert decision(answer, method, "/api/v1/admin/tenants") == "Deny"
        assert decision(answer, method, f"/api/v1/admin/tenants/{TENANT}") == "Deny"
        assert decision(answer, method, "/health/ready") == "no match"


def test_a_path_that_ends_like_ones_own_does_not_match(world: World) -> None:
    answer = world.at_gate(world.member("hanako@example.com").access_token)

    foreign = f"/api/v1/tenants/{OTHER_TENANT}/api/v1/tenants/{TENANT}/devices"

    assert decision(answer, "GET", foreign) == "no match"


def test_the_answer_does_not_depend_on_the_path_that_was_asked_first(world: World) -> None:
    token = world.member("hanako@example.com").access_token

    first = world.at_gate(token, f"{STAGE}/GET/api/v1/tenants/{OTHER_TENANT}/devices")

    assert first == world.at_gate(token, f"{STAGE}/POST/api/v1/tenants/{TENANT}/devices")
    assert decision(first, "GET", f"/api/v1/tenants/{OTHER_TENANT}/devices") == "no match"


def test_platform_administrators_reach_administration_and_no_tenants_data(world: World) -> None:
    tokens = world.member("operator@example.com", Role.PLATFORM_ADMIN, PLATFORM_TENANT_ID)

    answer = world.at_gate(tokens.access_token)

    assert decision(answer, "POST", f"/api/v1/admin/tenants/{TENANT}/suspend") == "Allow"
    assert decision(answer, "GET", f"/api/v1/tenants/{TENANT}/telemetry/latest") == "no match"
    assert answer["context"]["organization"] == "platform"


def test_a_logged_out_session_is_refused_at_once_and_so_are_its_refreshed_tokens(world: World) -> None:
    tokens = world.member("hanako@example.com")
    session = world.at_gate(tokens.access_token)["context"]["session_id"]
    assert tokens.refresh_token is not None
    refreshed = world.identity.refresh(tokens.refresh_token)

    world.platform.sessions.revoke(session, world.clock.now())

    for token in (tokens.access_token, refreshed.access_token):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            world.at_gate(token)


def test_a_suspended_tenant_is_refused_on_every_path_within_30_seconds(world: World) -> None:
    """API Gateway keeps an answer for 10 s (its cache is played here), the function keeps the tenant for 10 s."""
    token = world.member("hanako@example.com").access_token
    asked_at, kept = world.clock.now(), world.at_gate(token)
    world.clock.advance(0.5)
    suspended_at = world.clock.now()
    world.platform.configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))

    while decision(kept, "GET", f"/api/v1/tenants/{TENANT}/devices") == "Allow":
        world.clock.advance(0.5)
        if (world.clock.now() - asked_at).total_seconds() >= 10:
            asked_at, kept = world.clock.now(), world.at_gate(token)

    assert (world.clock.now() - suspended_at).total_seconds() <= 20
    assert kept["context"] == {"reason": "tenant_not_active"}
    assert decision(kept, "GET", "/api/v1/auth/me") == "Deny"


def test_another_tenants_suspension_does_not_touch_this_one(world: World) -> None:
    token = world.member("hanako@example.com").access_token
    world.platform.configuration.save_tenant(tenant_record(OTHER_TENANT, status=TenantStatus.SUSPENDED, version=2))

    assert decision(world.at_gate(token), "GET", f"/api/v1/tenants/{TENANT}") == "Allow"


@pytest.mark.parametrize("change", ["deleted", "demoted", "moved"])
def test_a_member_who_left_or_changed_must_sign_in_again(world: World, change: str) -> None:
    token = world.member("hanako@example.com").access_token
    username = world.at_gate(token)["context"]["username"]
    configuration = world.platform.configuration
    match change:
        case "deleted":
            configuration.delete_membership(username)
        case "demoted":
            configuration.save_membership(Membership(username=username, tenant_id=TENANT, role=Role.VIEWER))
        case "moved":
            configuration.save_membership(Membership(username=username, tenant_id=OTHER_TENANT, role=Role.TENANT_ADMIN))
    world.clock.advance(10)

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        world.at_gate(token)


def test_an_unknown_key_makes_the_key_set_be_read_again_once_a_minute_only(world: World) -> None:
    world.at_gate(world.signer.sign(world.claims()))
    driver = authorizer._parts_of(world.platform)[0]._keys._driver
    forged = TokenSigner("mallory").sign(world.claims())

    def attack(times: int) -> int:
        for _ in range(times):
            with pytest.raises(Exception, match=r"^Unauthorized$"):
                world.at_gate(forged)
        return int(driver.fetches)  # type: ignore[attr-defined]  # the memory driver counts

    assert attack(20) == 1
    world.clock.advance(61)
    assert attack(20) == 2


def test_a_rotated_key_is_found_without_a_restart(world: World) -> None:
    world.at_gate(world.signer.sign(world.claims()))
    rotated = TokenSigner("next-key")
    driver = authorizer._parts_of(world.platform)[0]._keys._driver
    driver.signers.append(rotated)  # type: ignore[attr-defined]  # the memory driver's
    world.clock.advance(61)

    assert world.at_gate(rotated.sign(world.claims()))


def test_importing_the_gate_reads_no_key_set(world: World) -> None:
    tokens, _ = authorizer._parts_of(world.platform)

    assert tokens._keys._driver.fetches == 0  # type: ignore[attr-defined]  # the memory driver counts
