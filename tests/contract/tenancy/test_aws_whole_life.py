"""A tenant's whole life through the deployed doors: PostgreSQL, and everything else on the emulator."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from functions.tenants import api, migrate, schedule, tasks
from functions.tenants.model import STEPS
from functions.tenants.upkeep import Upkeep, keep_up
from functions.tenants.wiring import ports
from makoto.adapters.clouds.aws.session import platform_client
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.database.connection import DatabaseLogin
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.domain import PLATFORM_TENANT_ID
from makoto.domain.clouds.places import CUSTOMER_ROLE
from makoto.runtime import composition
from makoto.settings import RuntimeSettings, runtime_settings
from tests.builders import api_event, lambda_context, settings
from tests.contract.clouds.worlds import EXTERNAL_ID, OWN_ACCOUNT, PLATFORM_ACCOUNT, REGION, ROLE, AwsWorld

TENANTS = "/api/v1/admin/tenants"
UNDOING = ("undo_write_configuration", "undo_provision_stores", "undo_create_identity", "finish_roll_back")
CLOUDS = {
    "hosted": {"mode": "hosted"},
    "own account": {
        "mode": "own_account",
        "account_id": OWN_ACCOUNT,
        "region": REGION,
        "role_arn": f"arn:aws:iam::{OWN_ACCOUNT}:role/{CUSTOMER_ROLE}",
        "external_id": EXTERNAL_ID,
    },
}


def _customers_role(world: AwsWorld) -> None:
    """Make the role of the customer's template, as the account's other role was made."""
    iam = world.root("iam", OWN_ACCOUNT)
    trust = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    allowed = iam.get_role_policy(RoleName=ROLE, PolicyName="stores")["PolicyDocument"]
    iam.create_role(RoleName=CUSTOMER_ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=CUSTOMER_ROLE, PolicyName="stores", PolicyDocument=json.dumps(allowed))


def _secret(world: AwsWorld, name: str, login: DatabaseLogin) -> None:
    """Store a role's login as RDS writes it."""
    text = {
        **login.model_dump(exclude={"password"}),
        "password": login.password.get_secret_value(),
        "engine": "postgres",
        "dbClusterIdentifier": "makoto-test",
    }
    world.root("secretsmanager").create_secret(Name=name, SecretString=json.dumps(text))


@pytest.fixture(scope="module")
def deployed(world: AwsWorld, owner: DatabaseLogin, application: DatabaseLogin) -> RuntimeSettings:
    """What the stacks make before the first tenant."""
    _customers_role(world)
    pool = world.root("cognito-idp").create_user_pool(PoolName="contract")["UserPool"]["Id"]
    machine = world.root("stepfunctions").create_state_machine(
        name="contract-onboard-tenant",
        definition='{"StartAt": "Only", "States": {"Only": {"Type": "Wait", "Seconds": 600, "End": true}}}',
        roleArn=f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{ROLE}",
    )["stateMachineArn"]
    world.root("events").create_event_bus(Name="contract-life")
    _secret(world, "contract/owner", owner)
    _secret(world, "contract/app", application)
    world.root("dynamodb").create_table(
        TableName="contract-configuration",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    return settings(
        cloud="aws",
        account_id=PLATFORM_ACCOUNT,
        user_pool_id=pool,
        configuration_table="contract-configuration",
        database_app_secret="contract/app",
        database_owner_secret="contract/owner",
        bus_name="contract-life",
        onboarding_state_machine_arn=machine,
        moves_state_machine_arn=machine,
        hosted_role_arn=f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{ROLE}",
        emulator_url=world.endpoint_url,
    )


@pytest.fixture
def _process(deployed: RuntimeSettings, monkeypatch: pytest.MonkeyPatch, database: object) -> Iterator[None]:
    """A function's process as Lambda starts it."""
    for name, value in deployed.to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MAKOTO_CLOUD", deployed.cloud)
    monkeypatch.setenv("AWS_ENDPOINT_URL", deployed.emulator_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", PLATFORM_ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    for cache in (runtime_settings, composition.platform, platform_client):
        cache.cache_clear()
    yield
    tenancy = ports().tenancy
    assert isinstance(tenancy, PostgresTenancy)
    tenancy.close()
    for cache in (runtime_settings, composition.platform, platform_client):
        cache.cache_clear()


def _call(method: str, path: str, **given: Any) -> dict[str, Any]:
    caller = {"tenant_id": PLATFORM_TENANT_ID, "role": "platform_admin"}
    answer = api.handler(api_event(method, path, **caller | given), lambda_context())
    return {"status_code": answer["statusCode"], **(orjson.loads(answer["body"]) if answer["body"] else {})}


def _task(name: str, tenant_id: str, **more: str) -> Any:
    given = {"tenant_id": tenant_id, "correlation_id": "request-1", **more}
    return tasks.handler({"task": name, "input": given}, lambda_context())


def _asked(cloud: str, organization: str) -> dict[str, Any]:
    body = {
        "name": "東都精機株式会社",
        "organization": organization,
        "administrator": {"email": f"{cloud.replace(' ', '-')}@example.com", "name": "山田 花子"},
        "cloud": CLOUDS[cloud],
    }
    return _call("POST", TENANTS, body=body, headers={"Idempotency-Key": organization})


def _accepted(cloud: str) -> str:
    return str(_asked(cloud, cloud.replace(" ", "-"))["tenant_id"])


def _much_later() -> Upkeep:
    """Run the schedule when no door serves any more what is being deleted."""
    return keep_up("tick", replace(ports(), clock=FixedClock(ports().clock.now() + timedelta(seconds=91))))


def _left(world: AwsWorld, deployed: RuntimeSettings, tenant_id: str, account: str) -> list[str]:
    """Name everything of a tenant that the emulator still shows."""
    groups = world.root("cognito-idp").list_groups(UserPoolId=deployed.user_pool_id)["Groups"]
    users = world.root("cognito-idp").list_users(UserPoolId=deployed.user_pool_id)["Users"]
    secrets = world.root("secretsmanager", account).list_secrets()["SecretList"]
    found = [
        *world.root("dynamodb", account).list_tables()["TableNames"],
        *(bucket["Name"] for bucket in world.root("s3", account).list_buckets()["Buckets"]),
        *(secret["Name"] for secret in secrets),
        *(group["GroupName"] for group in groups),
    ]
    return [name for name in found if tenant_id in name] + ["users"] * bool(users)


@pytest.mark.parametrize(("cloud", "account"), [("hosted", PLATFORM_ACCOUNT), ("own account", OWN_ACCOUNT)])
@pytest.mark.usefixtures("_process")
def test_a_tenant_is_onboarded_suspended_and_deleted(
    world: AwsWorld, deployed: RuntimeSettings, cloud: str, account: str
) -> None:
    assert migrate.handler({}, lambda_context()) == {"status": "ok", "applied": []}
    tenant_id = _accepted(cloud)
    for step in STEPS:
        _task(step, tenant_id)
    path = f"{TENANTS}/{tenant_id}"
    assert _call("GET", path)["status"] == "active"
    assert len(_left(world, deployed, tenant_id, account)) == 5
    assert _asked(cloud, "another")["type"] == "urn:makoto:problem:administrator-taken"

    assert _call("POST", f"{path}/suspend", body={"reason": "overdue"})["status"] == "suspended"
    assert schedule.handler({}, lambda_context())["problems"] == []
    assert _call("POST", f"{path}/resume")["status"] == "active"
    assert (_call("DELETE", path)["status_code"], _call("GET", path)["status"]) == (202, "deleting")
    assert _much_later().problems == ()
    assert _call("DELETE", path)["status_code"] == 204

    assert _left(world, deployed, tenant_id, account) == []


@pytest.mark.parametrize(("cloud", "account"), [("hosted", PLATFORM_ACCOUNT), ("own account", OWN_ACCOUNT)])
@pytest.mark.parametrize("done", [1, 3, 5])
@pytest.mark.usefixtures("_process")
def test_an_onboarding_that_stops_is_rolled_back(
    world: AwsWorld, deployed: RuntimeSettings, cloud: str, account: str, done: int
) -> None:
    tenant_id = _accepted(cloud)
    for step in STEPS[:done]:
        _task(step, tenant_id)

    assert _task("begin_roll_back", tenant_id, error="States.Timeout") == {"roll_back": True}
    for undo in UNDOING:
        _task(undo, tenant_id)

    shown = _call("GET", f"{TENANTS}/{tenant_id}")
    assert (shown["status"], shown["failure"]["step"], shown["failure"]["residue"]) == ("failed", STEPS[done], None)
    assert _left(world, deployed, tenant_id, account) == []
