"""Least privilege: every Allow of every template is walked; what is not a plain name is listed here with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from makoto.adapters.clouds.aws import policies, tenant_resources, web_identity
from makoto.adapters.clouds.azure import credentials
from tests.stacks.assembly import Assembly, flat, listed

TENANTS = {"tenants-api", "tenants-tasks", "tenants-schedule"}
MOVES = {"moves-api", "moves-tasks", "moves-schedule"}
DOCTOR = {"doctor-api", "doctor-schedule"}
TIDY = {"telemetry-tasks", "telemetry-schedule"}
NAMELESS_ACTIONS = {
    "xray:PutTraceSegments": "X-Ray has no resources",
    "xray:PutTelemetryRecords": "X-Ray has no resources",
    "xray:GetSamplingRules": "X-Ray has no resources",
    "xray:GetSamplingTargets": "X-Ray has no resources",
    "ec2:CreateNetworkInterface": "Lambda makes the interfaces of a function in a VPC",
    "ec2:DescribeNetworkInterfaces": "EC2 describes without names",
    "ec2:DescribeSubnets": "EC2 describes without names",
    "ec2:DeleteNetworkInterface": "Lambda makes the interfaces of a function in a VPC",
    "ec2:AssignPrivateIpAddresses": "Lambda makes the interfaces of a function in a VPC",
    "ec2:UnassignPrivateIpAddresses": "Lambda makes the interfaces of a function in a VPC",
    "iot:CreateKeysAndCertificate": "IAM knows no resource for it",
    "iot:DescribeEndpoint": "IAM knows no resource for it",
    "sts:GetWebIdentityToken": "IAM knows no resource for it; its audience is a condition",
    "cloudwatch:GetMetricStatistics": "IAM knows no resource for reading a metric",
    "logs:CreateLogDelivery": "vended logs of Step Functions have no resources",
    "logs:GetLogDelivery": "vended logs of Step Functions have no resources",
    "logs:UpdateLogDelivery": "vended logs of Step Functions have no resources",
    "logs:DeleteLogDelivery": "vended logs of Step Functions have no resources",
    "logs:ListLogDeliveries": "vended logs of Step Functions have no resources",
    "logs:PutResourcePolicy": "vended logs of Step Functions have no resources",
    "logs:DescribeResourcePolicies": "vended logs of Step Functions have no resources",
    "logs:DescribeLogGroups": "vended logs of Step Functions have no resources",
}
"""Actions that IAM evaluates without a resource (service authorization reference, read 2026-11)."""

PATTERNS = {
    ":table/makoto-t????????????-*": "a tenant's tables, made by its onboarding",
    ":::makoto-t????????????-assets": "a tenant's bucket, made by its onboarding",
    ":::makoto-t????????????-assets/*": "the objects of a tenant's bucket",
    ":secret:/makoto/t????????????/*": "a tenant's secrets, made by its onboarding",
    ":execution:makoto-dev-onboard-tenant:*": "executions are named after tenants",
    ":execution:makoto-dev-move-tenant:*": "executions are named after tenants and their moves",
    ":iam::*:role/makoto-tenant-access": "a customer's account is in its tenant's record",
    ":thing/t????????????_*": "things are named after tenants and devices",
    ":cert/*": "IoT Core names certificates",
    ":topic/ack/*": "one acknowledgement topic a device",
    "Attributes[cell]}/?": "one level more than a device's place: the kind of its message",
}
"""Resources that come after deployment, by how their ARN ends."""


@dataclass(frozen=True)
class Allowed:
    """One action on one resource."""

    where: str
    action: str
    resource: str


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("Effect") == "Allow":
            yield value
        for child in value.values():
            yield from _statements(child)
    if isinstance(value, list):
        for child in value:
            yield from _statements(child)


@pytest.fixture(scope="module")
def allowed(dev: Assembly) -> list[Allowed]:
    return [
        Allowed(f"{stack}/{logical_id}", action, flat(resource))
        for stack, logical_id, found in dev.all_resources()
        if found["Type"] != "AWS::KMS::Key"  # a key's own policy means itself by *
        for statement in _statements(found.get("Properties", {}))
        for action in listed(statement["Action"])
        for resource in listed(statement.get("Resource", []))
    ]


def test_no_action_has_a_wildcard(allowed: list[Allowed]) -> None:
    assert len(allowed) > 200
    assert [each for each in allowed if "*" in each.action] == []


def test_every_resource_is_a_name_or_a_listed_exception(allowed: list[Allowed]) -> None:
    unnamed = {each for each in allowed if each.resource == "*" and each.action not in NAMELESS_ACTIONS}
    patterns = {
        each
        for each in allowed
        if each.resource != "*" and ("*" in each.resource or "?" in each.resource)
        if not each.resource.endswith(tuple(PATTERNS))
    }

    assert unnamed == set()
    assert patterns == set()


def test_no_listed_exception_is_left_over(allowed: list[Allowed]) -> None:
    nameless = {each.action for each in allowed if each.resource == "*"}
    used = {pattern for pattern in PATTERNS for each in allowed if each.resource.endswith(pattern)}

    assert set(NAMELESS_ACTIONS) == nameless
    assert set(PATTERNS) == used


def test_every_policy_of_a_key_trusts_only_this_account_and_its_services(prod: Assembly) -> None:
    policy = prod.only("AWS::KMS::Key")["KeyPolicy"]

    principals = [flat(statement["Principal"]["AWS"]) for statement in policy["Statement"]]
    assert principals
    assert all(principal == "arn:aws:iam::<AWS::AccountId>:root" for principal in principals)
    conditions = [statement.get("Condition") for statement in policy["Statement"] if statement["Action"] != "kms:*"]
    assert all("kms:ViaService" in str(condition) for condition in conditions)


@pytest.mark.parametrize(
    ("action", "functions"),
    [
        ("events:PutEvents", {*TENANTS, "moves-tasks", "outbox-relay"}),
        ("cognito-idp:AdminCreateUser", {"tenants-tasks"}),
        ("cognito-idp:AdminDeleteUser", {"tenants-api", "tenants-tasks", "tenants-schedule"}),
        ("cognito-idp:AdminInitiateAuth", {"identity-api"}),
        ("cognito-idp:DescribeUserPool", {"health-api"}),
        ("iot:CreateKeysAndCertificate", {"devices-api"}),
        ("iot:AttachPolicy", {"devices-api"}),
        ("iot:UpdateCertificate", {"devices-api", "devices-events"}),
        ("iot:CreateThingType", set()),
        ("iot:Publish", {"telemetry-api", "telemetry-messages"}),
        ("states:StartExecution", {"tenants-api", "tenants-schedule", "moves-api", "moves-schedule"}),
        ("states:StopExecution", set()),
        ("secretsmanager:DescribeSecret", {"tenant-data", "makoto-tenant-access"}),
    ],
)
def test_only_these_functions_may(dev: Assembly, action: str, functions: set[str]) -> None:
    assert functions_with(dev, action) == functions


@pytest.mark.parametrize(
    ("action", "table", "functions"),
    [
        ("dynamodb:PutItem", "Configuration", {*TENANTS, *DOCTOR, "moves-tasks", "devices-api", "devices-events"}),
        (
            "dynamodb:Query",
            "Configuration",
            {*TENANTS, *DOCTOR, "moves-tasks", "devices-api", "devices-events", "telemetry-api", *TIDY},
        ),
        ("dynamodb:PutItem", "Sessions", {"identity-api"}),
        ("dynamodb:GetItem", "Sessions", {"identity-authorizer"}),
        ("dynamodb:PutItem", "Idempotency", {"devices-events"}),
        ("dynamodb:GetItem", "Idempotency", {"devices-events"}),
        ("dynamodb:DescribeTable", "", {"health-api", "tenant-data", "makoto-tenant-access"}),
    ],
)
def test_only_these_functions_use_a_table(dev: Assembly, action: str, table: str, functions: set[str]) -> None:
    assert functions_with(dev, action, table) == functions


def test_the_code_of_a_function_in_the_network_makes_no_interfaces(dev: Assembly) -> None:
    refusals = [
        statement
        for policy in dev.resources("AWS::IAM::Policy", "Services").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and "ec2:CreateNetworkInterface" in listed(statement["Action"])
    ]
    functions = {flat(each["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]) for each in refusals}

    names = {arn.rpartition(":makoto-dev-")[2] for arn in functions}
    assert names == {*TENANTS, *MOVES, "tenants-migrate", "health-api"}


def test_only_the_migration_reads_the_owners_secret(dev: Assembly) -> None:
    assert functions_with(dev, "secretsmanager:GetSecretValue", "DatabaseOwner") == {"tenants-migrate"}


def test_only_functions_beside_aurora_read_the_applications_secret(dev: Assembly) -> None:
    beside = {*TENANTS, *MOVES, "tenants-migrate", "health-api"}
    assert functions_with(dev, "secretsmanager:GetSecretValue", "DatabaseApp") == beside


def test_the_roles_to_tenants_stores_allow_just_what_the_adapters_sessions_ask_for(dev: Assembly) -> None:
    wanted = {
        f"{service}:{action}"
        for service, actions in (
            ("dynamodb", (*policies.TABLE_ACTIONS, "Scan", *tenant_resources.TABLE_ACTIONS)),
            ("s3", (*policies.OBJECT_ACTIONS, *tenant_resources.OBJECT_ACTIONS, *tenant_resources.BUCKET_ACTIONS)),
            ("secretsmanager", policies.SECRET_ACTIONS),
        )
        for action in actions
    }

    for stack, construct in (("Data", "HostedTenants"), ("TenantAccount", "Access")):
        policy = next(
            found for key, found in dev.resources("AWS::IAM::Policy", stack).items() if f"/{construct}Role" in key
        )
        assert {action for statement in _statements(policy) for action in listed(statement["Action"])} == wanted


def test_a_tenants_stores_are_reached_by_these_functions_only(dev: Assembly) -> None:
    reaching = {"devices-api", "telemetry-api", "telemetry-messages", "telemetry-tasks", "outbox-api", "outbox-relay"}
    reaching |= {"telemetry-schedule", "moves-api", "moves-tasks", "masters-api", *DOCTOR}
    factory = ("production", "performance", "quality", "traceability", "maintenance")
    reaching |= {f"{domain}-{door}" for domain in factory for door in ("api", "events")}

    assert functions_with(dev, "sts:AssumeRole", ":role/makoto-dev-tenant-data") == reaching | TENANTS
    assert functions_with(dev, "sts:AssumeRole", ":role/makoto-dev-web-identity") == reaching | TENANTS
    assert functions_with(dev, "sts:GetWebIdentityToken") == {"web-identity"}
    assert functions_with(dev, "sqs:SendMessage", "Wakes") == reaching | TENANTS
    assert functions_with(dev, "dynamodb:GetItem", "table/makoto-t") == {"tenant-data", "makoto-tenant-access"}


def test_the_platforms_identity_is_shown_to_directories_of_azure_only(dev: Assembly) -> None:
    granted = [
        statement
        for policy in dev.resources("AWS::IAM::Policy").values()
        for statement in _statements(policy)
        if "sts:GetWebIdentityToken" in listed(statement["Action"])
    ]

    assert granted
    for statement in granted:
        assert listed(statement["Action"]) == ["sts:GetWebIdentityToken"]
        assert statement["Condition"] == {
            "ForAllValues:StringLike": {"sts:IdentityTokenAudience": f"{credentials.AUDIENCE}/*"},
            "Null": {"sts:IdentityTokenAudience": "false"},
            "StringEquals": {"sts:SigningAlgorithm": "RS256"},
            "NumericLessThanEquals": {"sts:DurationSeconds": web_identity.LIFE_S},
        }


def functions_with(assembly: Assembly, action: str, resource: str = "") -> set[str]:
    """The functions whose role allows the action on a resource whose ARN contains this text."""
    roles = {key: role["RoleName"] for key, role in assembly.resources("AWS::IAM::Role").items() if "RoleName" in role}
    return {
        roles[f"{key.split('/')[0]}/{role['Ref']}"].removeprefix("makoto-dev-")
        for key, policy in assembly.resources("AWS::IAM::Policy").items()
        for role in policy["Roles"]
        for statement in _statements(policy)
        if action in listed(statement["Action"])
        if any(resource in flat(each) for each in listed(statement["Resource"]))
    }
