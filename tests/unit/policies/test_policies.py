"""Who may do what, read as a table; and that the policies say nothing the schema does not know."""

from itertools import product
from pathlib import Path

import pytest
from cedarpy import Schema, validate_policies

from makoto.domain import PLATFORM_TENANT_ID, Principal, Role
from makoto.errors import Forbidden
from makoto.runtime.authorization import Policies, authorize, known_actions
from makoto.settings import runtime_settings
from tests.builders import OTHER_TENANT, TENANT

GOLDEN = Path(__file__).with_name("permissions.txt")
SHORT = {
    Role.PLATFORM_ADMIN: "platform",
    Role.TENANT_ADMIN: "admin",
    Role.ENGINEER: "engineer",
    Role.OPERATOR: "operator",
    Role.VIEWER: "viewer",
}


def member(role: Role, tenant_id: str | None = None) -> Principal:
    home = PLATFORM_TENANT_ID if role is Role.PLATFORM_ADMIN else TENANT
    return Principal(subject="s", username="u", tenant_id=tenant_id or home, role=role)


def may(principal: Principal, action: str, tenant_id: str) -> bool:
    try:
        authorize(principal, action, tenant_id)
    except Forbidden:
        return False
    return True


def table() -> str:
    """Every action and who may do it in his own tenant."""
    lines = [f"{'':20}" + "".join(f"{SHORT[role]:>10}" for role in Role)]
    for action in sorted(known_actions()):
        marks = ("yes" if may(member(role), action, member(role).tenant_id) else "-" for role in Role)
        lines.append(f"{action:20}" + "".join(f"{mark:>10}" for mark in marks))
    return "\n".join(lines) + "\n"


@pytest.fixture
def policies() -> Policies:
    return Policies(runtime_settings().policies_folder)


def test_the_policies_are_valid_against_the_schema(policies: Policies) -> None:
    result = validate_policies(policies.text, Schema.from_str(policies.schema_text))

    assert [str(error) for error in result.errors] == []
    assert result.validation_passed


def test_a_misspelt_action_would_fail_the_validation(policies: Policies) -> None:
    misspelt = policies.text.replace('"devices:rotate"', '"devices:rotat"')

    assert not validate_policies(misspelt, Schema.from_str(policies.schema_text)).validation_passed


def test_the_permissions_are_those_of_the_table() -> None:
    """After an intended change write `table()` to permissions.txt and show the difference in the review."""
    assert table() == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("role", Role)
def test_nobody_may_do_anything_in_another_tenant(role: Role) -> None:
    platform_actions = {action for action in known_actions() if action.startswith("tenants:")}

    allowed = [action for action in known_actions() - platform_actions if may(member(role), action, OTHER_TENANT)]

    assert allowed == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PLATFORM_ADMIN])
def test_administration_is_refused_whichever_tenant_the_path_names(role: Role) -> None:
    platform_actions = [action for action in known_actions() if action.startswith("tenants:")]

    allowed = [
        (action, tenant_id)
        for action, tenant_id in product(platform_actions, (TENANT, OTHER_TENANT, PLATFORM_TENANT_ID))
        if may(member(role), action, tenant_id)
    ]

    assert platform_actions
    assert allowed == []


def test_a_platform_administrator_administers_any_tenant_and_sees_no_data() -> None:
    admin = member(Role.PLATFORM_ADMIN)

    assert may(admin, "tenants:suspend", TENANT)
    assert not may(admin, "telemetry:read", TENANT)
    assert not may(admin, "devices:list", PLATFORM_TENANT_ID)


@pytest.mark.parametrize(
    ("role", "tenant_id"), [(Role.PLATFORM_ADMIN, TENANT)] + [(role, PLATFORM_TENANT_ID) for role in list(Role)[1:]]
)
def test_a_role_outside_its_place_may_nothing_at_all(role: Role, tenant_id: str) -> None:
    misplaced = member(role, tenant_id)

    assert [action for action in known_actions() if may(misplaced, action, tenant_id)] == []


@pytest.mark.parametrize("action", ["", "devices:*", "devices:regist", 'x"], resource); permit(principal', "機器:登録"])
def test_an_unknown_action_is_forbidden_to_everybody(action: str) -> None:
    assert not any(may(member(role), action, member(role).tenant_id) for role in Role)


def test_no_policy_speaks_of_one_person(policies: Policies) -> None:
    """Decisions are remembered by role, tenant, features and action: a person's name is not among them."""
    assert "Makoto::User::" not in policies.text


def test_a_remembered_decision_is_the_one_that_cedar_makes(policies: Policies) -> None:
    places = (TENANT, OTHER_TENANT, PLATFORM_TENANT_ID)
    questions = [
        (role.value, home, features, action, target)
        for role, home, features, action, target in product(Role, places, ((), ("oee",)), known_actions(), places)
    ]
    made = [policies._decide(*question) for question in questions]

    for _ in range(2):
        assert [policies._permits(*question) for question in questions] == made
    assert 0 < sum(made) < len(made)


def test_strange_tenants_are_names_and_nothing_else() -> None:
    viewer = member(Role.VIEWER)

    for strange in ('t" || true', "u\n", "", "*", TENANT + "\x00", TENANT.upper()):
        assert not may(viewer, "devices:list", strange)


def test_a_refusal_names_the_action_and_is_the_same_for_what_exists_and_what_does_not() -> None:
    with pytest.raises(Forbidden) as existing:
        authorize(member(Role.VIEWER), "devices:read", OTHER_TENANT)
    with pytest.raises(Forbidden) as absent:
        authorize(member(Role.VIEWER), "devices:read", "t00000000000z")

    assert "devices:read" in existing.value.detail
    assert existing.value.detail == absent.value.detail


def test_a_policy_that_cannot_be_evaluated_refuses(tmp_path: Path, policies: Policies) -> None:
    (tmp_path / "makoto.cedarschema").write_text(policies.schema_text, encoding="utf-8")
    failing = 'forbid (principal, action, resource) when { context.missing == "x" };'
    (tmp_path / "all.cedar").write_text(f"{policies.text}\n{failing}", encoding="utf-8")

    with pytest.raises(Forbidden):
        Policies(tmp_path).authorize(member(Role.TENANT_ADMIN), "devices:list", TENANT)


def test_without_the_isolation_policy_another_tenant_would_be_in_reach(tmp_path: Path, policies: Policies) -> None:
    """Proves that the line guards: the permits alone do not look at the tenant."""
    isolated, permits = policies.text.split('@id("everyone")')
    (tmp_path / "makoto.cedarschema").write_text(policies.schema_text, encoding="utf-8")
    (tmp_path / "permits.cedar").write_text(f'@id("everyone"){permits}', encoding="utf-8")

    Policies(tmp_path).authorize(member(Role.TENANT_ADMIN), "devices:list", OTHER_TENANT)
    assert "forbid" in isolated
