"""Cognito's trigger: the claims come from what the platform wrote, whatever the user or his client sends."""

import copy
from typing import Any

import pytest

from functions.identity import claims
from functions.identity.model import NoActiveTenant
from makoto.domain import PLATFORM_TENANT_ID, Role, TenantStatus
from makoto.domain.membership import Membership
from makoto.errors import NotFound
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record
from tests.entry.identity.conftest import World

USERNAME = "8784ba18-5051-7005-1a5b-3f0e9d1c2b4a"

# Recorded from a V2_0 trigger; the attributes and the metadata hold what a user could write himself.
EVENT: dict[str, Any] = {
    "version": "2",
    "triggerSource": "TokenGeneration_Authentication",
    "region": "ap-northeast-1",
    "userPoolId": "ap-northeast-1_test",
    "userName": USERNAME,
    "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "test-client"},
    "request": {
        "userAttributes": {
            "sub": USERNAME,
            "email": "hanako@example.com",
            "email_verified": "true",
            "custom:tenant_id": OTHER_TENANT,
            "custom:role": "platform_admin",
            "tenant_id": OTHER_TENANT,
        },
        "groupConfiguration": {
            "groupsToOverride": [OTHER_TENANT, "platform_admin"],
            "iamRolesToOverride": [],
            "preferredRole": None,
        },
        "clientMetadata": {"tenant_id": PLATFORM_TENANT_ID, "role": "platform_admin"},
        "scopes": ["aws.cognito.signin.user.admin"],
    },
    "response": {"claimsAndScopeOverrideDetails": None},
}


def triggered(world: World, role: Role = Role.ENGINEER, tenant_id: str = TENANT) -> dict[str, Any]:
    membership = Membership(username=USERNAME, tenant_id=tenant_id, role=role)
    world.platform.configuration.save_membership(membership)
    return claims.handler(copy.deepcopy(EVENT), lambda_context())


def test_the_access_token_says_what_the_platform_wrote(world: World) -> None:
    world.platform.configuration.save_tenant(tenant_record(features=("oee", "spc"), version=2))

    answer = triggered(world)

    assert answer["response"]["claimsAndScopeOverrideDetails"] == {
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {
                "tenant_id": TENANT,
                "role": "engineer",
                "cloud_provider": "aws",
                "organization": "toto-seiki",
                "features": ["oee", "spc"],
            }
        }
    }
    assert {name: answer[name] for name in EVENT if name != "response"} == {
        name: EVENT[name] for name in EVENT if name != "response"
    }


def test_a_platform_administrator_needs_no_tenant_record(world: World) -> None:
    answer = triggered(world, Role.PLATFORM_ADMIN, PLATFORM_TENANT_ID)

    details = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    assert details["claimsToAddOrOverride"]["organization"] == "platform"


def test_a_user_without_a_membership_gets_no_token(world: World) -> None:
    with pytest.raises(NoActiveTenant):
        claims.handler(copy.deepcopy(EVENT), lambda_context())


@pytest.mark.parametrize("status", [status for status in TenantStatus if status is not TenantStatus.ACTIVE])
def test_a_member_of_a_tenant_that_is_not_active_gets_no_token(world: World, status: TenantStatus) -> None:
    world.platform.configuration.save_tenant(tenant_record(status=status, version=2))

    with pytest.raises(NoActiveTenant):
        triggered(world)


def test_a_member_of_a_tenant_that_is_gone_gets_no_token(world: World) -> None:
    with pytest.raises(NoActiveTenant):
        triggered(world, tenant_id="t0123456789zz")


@pytest.mark.parametrize(
    ("role", "tenant_id"), [(Role.PLATFORM_ADMIN, TENANT), (Role.TENANT_ADMIN, PLATFORM_TENANT_ID)]
)
def test_the_platforms_tenant_has_platform_administrators_only(world: World, role: Role, tenant_id: str) -> None:
    with pytest.raises(ValueError, match="platform_admin"):
        triggered(world, role, tenant_id)
    with pytest.raises(NotFound):
        world.platform.configuration.membership(USERNAME)
