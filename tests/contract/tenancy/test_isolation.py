"""Row-level security on the real server: a transaction sees the tenant that it names, or it sees nothing."""

from contextlib import suppress

import psycopg
import pytest

from makoto.adapters.database.connection import Database, DatabaseLogin, DatabaseUnavailable
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.domain import Role, TenantStatus
from makoto.domain.membership import Membership
from makoto.errors import Invalid
from makoto.ports.tenant_entry import OnboardingStep, StepStatus
from tests.builders import OTHER_TENANT, TENANT
from tests.contract.tenancy.entries import NOON, admission, audit, entry, fact, next_version

TABLES = ("tenants", "onboarding_steps", "memberships", "audit", "outbox")


@pytest.fixture
def register(database: Database) -> PostgresTenancy:
    """Two tenants with a row in every table."""
    register = PostgresTenancy(database)
    for tenant_id in (TENANT, OTHER_TENANT):
        stored = register.admit(entry(tenant_id), admission(tenant_id), audit(tenant_id))
        register.save(next_version(stored, TenantStatus.ACTIVE), audit(tenant_id), fact(tenant_id))
        step = OnboardingStep(step="activate", status=StepStatus.DONE, attempts=1, started_at=NOON)
        register.save_step(tenant_id, step)
        register.add_member(Membership(username=tenant_id, tenant_id=tenant_id, role=Role.VIEWER), NOON)
    return register


@pytest.mark.parametrize("table", TABLES)
def test_a_transaction_sees_its_own_tenant_only(register: PostgresTenancy, database: Database, table: str) -> None:
    with database.tenant(TENANT) as connection:
        seen = connection.execute(f"SELECT DISTINCT tenant_id FROM {table}".encode()).fetchall()
    assert seen == [{"tenant_id": TENANT}]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("who", ["application", "owner"])
def test_a_transaction_that_names_no_tenant_sees_nothing(
    register: PostgresTenancy, request: pytest.FixtureRequest, table: str, who: str
) -> None:
    login: DatabaseLogin = request.getfixturevalue(who)
    with login.connect(autocommit=True) as connection:
        assert connection.execute(f"SELECT FROM {table}".encode()).fetchall() == []


def test_a_transaction_cannot_write_for_another_tenant(register: PostgresTenancy, database: Database) -> None:
    with database.tenant(TENANT) as connection:
        assert connection.execute("UPDATE tenants SET name = 'mine'").rowcount == 1
    assert register.tenant(OTHER_TENANT).record.name != "mine"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.tenant(TENANT) as connection:
        connection.execute("UPDATE tenants SET tenant_id = 't00000000000z' WHERE tenant_id = %s", (TENANT,))


def test_the_binding_ends_with_the_transaction(register: PostgresTenancy, database: Database) -> None:
    with database.platform() as connection:
        assert len(connection.execute("SELECT FROM tenants").fetchall()) == 2
    assert connection.execute("SELECT FROM tenants").fetchall() == []
    with database.tenant(OTHER_TENANT) as connection:
        assert connection.execute("SELECT tenant_id FROM tenants").fetchall() == [{"tenant_id": OTHER_TENANT}]


def test_a_connection_that_the_server_closed_is_opened_again(register: PostgresTenancy, database: Database) -> None:
    with database.platform() as connection:
        served_by = connection.info.backend_pid
    with suppress(psycopg.errors.AdminShutdown):
        connection.execute("SELECT pg_terminate_backend(%s)", (served_by,))

    assert register.tenant(TENANT).tenant_id == TENANT


def test_a_database_that_does_not_answer_is_unavailable(application: DatabaseLogin) -> None:
    nowhere = Database(lambda: application.model_copy(update={"port": 1}))

    with pytest.raises(DatabaseUnavailable):
        PostgresTenancy(nowhere).tenant(TENANT)


@pytest.mark.parametrize("injected", ["'; DROP TABLE tenants; --", "%s", "t' OR '1'='1", "日本", "🏭"])
def test_strings_are_values_and_never_statements(register: PostgresTenancy, injected: str) -> None:
    assert register.read(injected) is None
    assert register.admitted(injected) is None
    assert register.tenant(TENANT).record.status is TenantStatus.ACTIVE


def test_a_nul_is_invalid(register: PostgresTenancy) -> None:
    with pytest.raises(Invalid):
        register.read("t\0")
