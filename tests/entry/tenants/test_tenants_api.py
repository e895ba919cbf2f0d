"""The operator's routes, called as API Gateway calls them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.tenants.upkeep import keep_up
from functions.tenants.wiring import ports
from makoto.adapters.clouds.memory import FixedClock
from makoto.runtime.composition import Platform
from tests.accounts import CUSTOM
from tests.builders import OTHER_TENANT, TENANT
from tests.entry.tenants.conftest import TENANTS, Call, customer
from tests.unit.tenants.test_commands import OWN

KEY = {"Idempotency-Key": "8a5f0e1c-7c1b-4c55-9c59-6f7d5f0f9a11"}
NOWHERE = "t00000000000z"


def test_an_accepted_tenant_is_told_where_to_look(call: Call) -> None:
    answer = call("POST", TENANTS, body=customer(), headers=KEY)

    assert answer.status == 202
    assert answer.body["status"] == "onboarding"
    assert answer.headers["Location"] == [f"{TENANTS}/{answer.body['tenant_id']}"]


def test_the_same_request_again_gives_the_same_answer(call: Call, onboarded: Callable[..., str]) -> None:
    first = call("POST", TENANTS, body=customer(), headers=KEY)
    again = call("POST", TENANTS, body=customer(), headers=KEY)

    assert (again.status, again.body) == (first.status, first.body)
    assert len(call("GET", TENANTS).body["items"]) == 1


def test_the_same_key_with_another_body_is_a_422(call: Call) -> None:
    call("POST", TENANTS, body=customer(), headers=KEY)

    answer = call("POST", TENANTS, body=customer(locale="en"), headers=KEY)

    assert (answer.status, answer.body["type"]) == (422, "urn:makoto:problem:idempotency-key-reused")


def test_a_taken_organization_is_a_409(call: Call) -> None:
    call("POST", TENANTS, body=customer(), headers=KEY)

    answer = call("POST", TENANTS, body=customer(), headers={"Idempotency-Key": "another"})

    assert (answer.status, answer.body["type"]) == (409, "urn:makoto:problem:organization-taken")


@pytest.mark.parametrize(
    "headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "a b"}, {"Idempotency-Key": "x" * 129}]
)
def test_a_request_without_a_good_key_is_a_422(call: Call, headers: dict[str, str]) -> None:
    answer = call("POST", TENANTS, body=customer(), headers=headers)

    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"].lower() == "/header/idempotency-key"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/body/name"),
        ({"name": "x" * 101}, "/body/name"),
        ({"name": "nul\0"}, "/body/name"),
        ({"name": 7}, "/body/name"),
        ({"name": None}, "/body/name"),
        ({"organization": "Robert'); DROP TABLE tenants;--"}, "/body/organization"),
        ({"organization": "../../etc"}, "/body/organization"),
        ({"organization": "🏭"}, "/body/organization"),
        ({"administrator": {"email": "nobody", "name": "x"}}, "/body/administrator/email"),
        ({"administrator": {"email": "a@example.com"}}, "/body/administrator/name"),
        ({"administrator": []}, "/body/administrator"),
        ({"cloud": {"mode": "moon"}}, "/body/cloud"),
        ({"cloud": "hosted"}, "/body/cloud"),
        ({"cloud": OWN | {"region": "tokyo"}}, "/body/cloud/region"),
        ({"cloud": OWN | {"account_id": "333333333333"}}, "/body/cloud/role_arn"),
        ({"cloud": OWN | {"role_arn": "arn:aws:iam::222222222222:role/x"}}, "/body/cloud/role_arn"),
        ({"cloud": OWN | {"external_id": "short"}}, "/body/cloud/external_id"),
        ({"cloud": OWN | {"region": "eu-central-1"}}, "/body/cloud/region"),
        ({"features": ["A"]}, "/body/features/0"),
        ({"features": float(2**70)}, "/body/features"),
        ({"time_zone": "Mars/Olympus"}, "/body/time_zone"),
        ({"locale": "fr"}, "/body/locale"),
        ({"tenant_id": TENANT}, "/body/tenant_id"),
    ],
)
def test_a_broken_rule_is_a_422_that_names_its_field(call: Call, changes: dict[str, Any], pointer: str) -> None:
    answer = call("POST", TENANTS, body=customer(**changes), headers=KEY)

    assert answer.status == 422
    assert answer.headers["Content-Type"] == ["application/problem+json"]
    assert any(error["pointer"].startswith(pointer) for error in answer.body["errors"])


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "7", '"x"', "\0", "NaN", '{"name": NaN}', '{"a":' * 2000, "{}", "日本", "🏭"]
)
def test_a_body_that_is_no_command_is_a_4xx(call: Call, body: str) -> None:
    answer = call("POST", TENANTS, body=body, headers=KEY)

    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"] == ["application/problem+json"]


def test_the_platforms_own_account_is_nobodys(call: Call, platform: Platform) -> None:
    own = {
        "mode": "own_account",
        "account_id": platform.settings.account_id,
        "region": "ap-northeast-1",
        "role_arn": f"arn:aws:iam::{platform.settings.account_id}:role/makoto-tenant-access",
        "external_id": "Zb3-kq_9VtR2mXw7",
    }

    answer = call("POST", TENANTS, body=customer(cloud=own), headers=KEY)

    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/body/cloud/account_id")


def test_progress_and_steps_are_shown(call: Call, onboarded: Callable[..., str]) -> None:
    tenant_id = onboarded()

    answer = call("GET", f"{TENANTS}/{tenant_id}")

    assert (answer.status, answer.body["status"]) == (200, "active")
    assert {step["status"] for step in answer.body["steps"]} == {"done"}
    assert "role_arn" not in str(answer.body)


def test_an_unknown_tenant_is_a_404(call: Call) -> None:
    for method, path in (("GET", ""), ("POST", "/resume"), ("DELETE", "")):
        assert call(method, f"{TENANTS}/{NOWHERE}{path}").status == 404


@pytest.mark.parametrize(
    "tenant_id", ["x", "T0123456789AB", "t0123456789a", "t0123456789ab'--", "日本", "%00", "t0123456789ab%0a"]
)
def test_what_is_no_tenant_id_is_a_4xx(call: Call, tenant_id: str) -> None:
    for method, path in (("GET", ""), ("POST", "/resume"), ("DELETE", "")):
        assert call(method, f"{TENANTS}/{tenant_id}{path}").status in (404, 422)


def test_a_list_is_filtered_and_paged(call: Call, onboarded: Callable[..., str]) -> None:
    active = onboarded()
    for number in range(3):
        administrator = {"email": f"admin-{number}@example.com", "name": "管理者"}
        body = customer(organization=f"org-{number}", administrator=administrator)
        call("POST", TENANTS, body=body, headers={"Idempotency-Key": f"key-{number}"})

    assert [each["tenant_id"] for each in call("GET", TENANTS, query={"status": "active"}).body["items"]] == [active]
    first = call("GET", TENANTS, query={"limit": "2"}).body
    second = call("GET", TENANTS, query={"limit": "2", "cursor": first["next_cursor"]}).body
    assert len({each["tenant_id"] for each in first["items"] + second["items"]}) == 4
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query", [{"status": "happy"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "🏭"}]
)
def test_a_bad_query_is_a_422(call: Call, query: dict[str, Any]) -> None:
    answer = call("GET", TENANTS, query=query)

    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"].startswith("/query/")


def test_a_tenant_is_suspended_and_resumed(call: Call, onboarded: Callable[..., str], platform: Platform) -> None:
    tenant_id = onboarded()

    suspended = call("POST", f"{TENANTS}/{tenant_id}/suspend", body={"reason": "未払い"})
    seen = platform.configuration.tenant(tenant_id).status
    again = call("POST", f"{TENANTS}/{tenant_id}/suspend", body={"reason": "未払い"})
    resumed = call("POST", f"{TENANTS}/{tenant_id}/resume")

    assert (suspended.status, suspended.body["status"], seen) == (200, "suspended", "suspended")
    assert (again.status, again.body["type"]) == (409, "urn:makoto:problem:already-suspended")
    assert (resumed.status, resumed.body["status"]) == (200, "active")


@pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"reason": "a\0"}, {"reason": "x", "until": "tomorrow"}])
def test_a_suspension_without_a_reason_is_a_4xx(call: Call, onboarded: Callable[..., str], body: Any) -> None:
    assert call("POST", f"{TENANTS}/{onboarded()}/suspend", body=body).status in (400, 422)


def test_a_deletion_is_accepted_until_the_schedule_has_removed_everything(
    call: Call, onboarded: Callable[..., str]
) -> None:
    tenant_id = onboarded()

    accepted = [call("DELETE", f"{TENANTS}/{tenant_id}") for _ in range(2)]
    keep_up("tick", replace(ports(), clock=FixedClock(ports().clock.now() + timedelta(seconds=91))))
    done = [call("DELETE", f"{TENANTS}/{tenant_id}") for _ in range(2)]

    assert [(answer.status, answer.body["status"]) for answer in accepted] == [(202, "deleting")] * 2
    assert [(answer.status, answer.body) for answer in done] == [(204, None)] * 2
    assert call("GET", f"{TENANTS}/{tenant_id}").body["status"] == "deleted"


def test_a_tenant_sees_its_own_profile(call: Call, onboarded: Callable[..., str]) -> None:
    tenant_id = onboarded()

    answer = call("GET", f"/api/v1/tenants/{tenant_id}", tenant_id=tenant_id, role="viewer")

    assert answer.status == 200
    assert (answer.body["tenant_id"], answer.body["features"]) == (tenant_id, ["chat"])
    assert "account_id" not in answer.body


def test_a_suspended_tenant_does_not_see_its_profile(call: Call, onboarded: Callable[..., str]) -> None:
    tenant_id = onboarded()
    call("POST", f"{TENANTS}/{tenant_id}/suspend", body={"reason": "overdue"})

    assert call("GET", f"/api/v1/tenants/{tenant_id}", tenant_id=tenant_id, role="viewer").status == 403


def test_another_tenants_profile_is_refused(call: Call, onboarded: Callable[..., str]) -> None:
    tenant_id = onboarded()

    assert call("GET", f"/api/v1/tenants/{tenant_id}", tenant_id=OTHER_TENANT, role="tenant_admin").status == 403


@pytest.mark.parametrize("role", ["tenant_admin", "engineer", "operator", "viewer"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("GET", ""), ("GET", f"/{TENANT}"), ("POST", f"/{TENANT}/suspend"), ("POST", f"/{TENANT}/resume"),
     ("DELETE", f"/{TENANT}")],
)  # fmt: skip
def test_administration_is_the_operators_alone(call: Call, method: str, path: str, role: str) -> None:
    body = {"reason": "x"} if path.endswith("suspend") else customer()

    assert call(method, f"{TENANTS}{path}", tenant_id=TENANT, role=role, body=body, headers=KEY).status == 403


def test_without_a_proven_identity_it_is_a_401(call: Call) -> None:
    assert call("GET", TENANTS, tenant_id=None).status == 401


def test_a_wrong_key_shows_in_no_answer(call: Call) -> None:
    keys = {"documents.username": "makoto", "documents.password": "correct-horse-battery"}
    cloud = {"mode": "custom", "account": CUSTOM.model_dump(mode="json"), "keys": keys}

    answer = call("POST", TENANTS, body=customer(cloud=cloud), headers=KEY)

    assert answer.status == 422
    assert "correct-horse-battery" not in str(answer.body)
    assert "must be exactly" in str(answer.body)


def test_only_a_tenants_own_administrator_rotates_its_keys(call: Call, onboarded: Callable[..., str]) -> None:
    tenant_id, keys = onboarded(), {"keys": {"client_secret": "another-key"}}
    path = f"/api/v1/tenants/{tenant_id}/cloud-keys"

    answer = call("PUT", path, tenant_id=tenant_id, role="tenant_admin", body=keys)

    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/body/keys")  # a hosted tenant has none
    assert call("PUT", path, tenant_id=tenant_id, role="engineer", body=keys).status == 403
    assert call("PUT", path, tenant_id=OTHER_TENANT, role="tenant_admin", body=keys).status == 403
