"""The private network and what is kept in it."""

import pytest

from makoto.adapters.database.connection import CONNECT_TIMEOUT_S
from tests.stacks.assembly import Assembly, Resource, flat, listed

TABLES = {"configuration", "sessions", "idempotency", "limits"}


def test_the_subnets_are_the_planned_ones(prod: Assembly) -> None:
    subnets = prod.resources("AWS::EC2::Subnet")
    planned = {
        "publicSubnet1": "10.0.1.0/24",
        "publicSubnet2": "10.0.2.0/24",
        "privateSubnet1": "10.0.10.0/24",
        "privateSubnet2": "10.0.11.0/24",
        "dataSubnet1": "10.0.20.0/24",
        "dataSubnet2": "10.0.21.0/24",
    }

    found = {name: subnet["CidrBlock"] for key, subnet in subnets.items() for name in planned if f"Vpc{name}" in key}
    assert found == planned
    assert prod.only("AWS::EC2::VPC")["CidrBlock"] == "10.0.0.0/16"


def test_each_tier_lies_in_two_zones(prod: Assembly) -> None:
    zones = {
        key: subnet["AvailabilityZone"]["Fn::Select"][0] for key, subnet in prod.resources("AWS::EC2::Subnet").items()
    }

    assert all(zone == (0 if "Subnet1" in key else 1) for key, zone in zones.items())


def test_no_subnet_gives_out_public_addresses(prod: Assembly) -> None:
    assert not any(subnet.get("MapPublicIpOnLaunch") for subnet in prod.resources("AWS::EC2::Subnet").values())


def test_nat_is_a_flag(dev: Assembly, prod: Assembly) -> None:
    assert len(dev.resources("AWS::EC2::NatGateway")) == 0
    assert len(prod.resources("AWS::EC2::NatGateway")) == 2


@pytest.mark.parametrize(
    "service",
    ["secretsmanager", "sts", "states", "events", "cognito-idp", "sqs", "s3", "dynamodb"],
)
def test_what_functions_beside_aurora_call_has_an_endpoint(dev: Assembly, service: str) -> None:
    endpoints = dev.resources("AWS::EC2::VPCEndpoint").values()

    assert any(flat(endpoint["ServiceName"]).endswith(f".{service}") for endpoint in endpoints)


def test_an_endpoint_stands_in_one_zone_where_cost_counts_and_in_both_in_production(
    dev: Assembly, prod: Assembly
) -> None:
    for assembly, zones in ((dev, 1), (prod, 2)):
        endpoints = assembly.resources("AWS::EC2::VPCEndpoint").values()
        interfaces = [endpoint for endpoint in endpoints if endpoint["VpcEndpointType"] == "Interface"]
        assert len(interfaces) == 6
        assert {len(endpoint["SubnetIds"]) for endpoint in interfaces} == {zones}


def test_aurora_can_pause_in_dev_and_never_does_in_production(dev: Assembly, prod: Assembly) -> None:
    rules = dev.named("AWS::Events::Rule", "Name")

    assert dev.only("AWS::RDS::DBCluster")["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 0
    parameters = [assembly.only("AWS::RDS::DBClusterParameterGroup")["Parameters"] for assembly in (dev, prod)]
    assert [given["idle_session_timeout"] for given in parameters] == ["240000", "0"]
    # a pause needs five minutes without a connection, and each look at the outbox opens one
    assert rules["makoto-dev-tenants-schedule"]["ScheduleExpression"] == "rate(30 minutes)"
    assert CONNECT_TIMEOUT_S > 15  # how long AWS says a resumption may take


def test_only_functions_reach_aurora(prod: Assembly) -> None:
    rules = prod.resources("AWS::EC2::SecurityGroupIngress").values()
    (sql,) = (rule for rule in rules if rule["FromPort"] == 5432)

    assert "Database" in flat(sql["GroupId"])
    assert "Functions" in flat(sql["SourceSecurityGroupId"])


def test_the_network_is_recorded(prod: Assembly) -> None:
    assert prod.only("AWS::EC2::FlowLog")["TrafficType"] == "ALL"


def test_aurora_is_encrypted_backed_up_and_guarded_in_production(prod: Assembly) -> None:
    cluster = prod.only("AWS::RDS::DBCluster")

    assert cluster["StorageEncrypted"] is True
    assert cluster["KmsKeyId"]
    assert cluster["BackupRetentionPeriod"] == 35
    assert cluster["DeletionProtection"] is True
    assert cluster["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 1, "MaxCapacity": 32}


def test_aurora_has_a_reader_in_the_second_zone(prod: Assembly) -> None:
    instances = prod.resources("AWS::RDS::DBInstance")
    zones = {key: flat(instance["AvailabilityZone"]) for key, instance in instances.items()}

    assert sorted(zones.values()) == ["<zone 0>", "<zone 1>"]
    assert {instance["DBInstanceClass"] for instance in instances.values()} == {"db.serverless"}
    assert not any(instance.get("PubliclyAccessible") for instance in instances.values())


def test_aurora_accepts_no_connection_without_tls(prod: Assembly) -> None:
    assert prod.only("AWS::RDS::DBClusterParameterGroup")["Parameters"]["rds.force_ssl"] == "1"


def test_the_log_of_slow_statements_leaves_their_values_out(prod: Assembly) -> None:
    parameters = prod.only("AWS::RDS::DBClusterParameterGroup")["Parameters"]

    assert parameters["log_min_duration_statement"] == "500"
    assert (parameters["log_parameter_max_length"], parameters["log_parameter_max_length_on_error"]) == ("0", "0")


def test_no_way_into_aurora_is_open_that_nobody_takes(prod: Assembly) -> None:
    assert not prod.only("AWS::RDS::DBCluster").get("EnableIAMDatabaseAuthentication")


def test_owner_and_application_have_a_secret_each(prod: Assembly) -> None:
    secrets = prod.named("AWS::SecretsManager::Secret", "Name")

    users = {name: secret["GenerateSecretString"]["SecretStringTemplate"] for name, secret in secrets.items()}
    assert set(users) == {"makoto/prod/database-owner", "makoto/prod/database-app"}
    assert '"username":"makoto_owner"' in users["makoto/prod/database-owner"]
    assert '"username":"makoto_app"' in users["makoto/prod/database-app"]
    assert len(prod.resources("AWS::SecretsManager::SecretTargetAttachment")) == 2


def test_the_owners_secret_rotates_once_it_knows_its_cluster(dev: Assembly, prod: Assembly) -> None:
    rotation = prod.only("AWS::SecretsManager::RotationSchedule")
    attachments = prod.resources("AWS::SecretsManager::SecretTargetAttachment", "Data")

    attached = attachments[f"Data/{rotation['SecretId']['Ref']}"]
    assert "Owner" in flat(attached["SecretId"])
    assert not dev.resources("AWS::SecretsManager::RotationSchedule")


def test_every_table_is_encrypted_expiring_and_recoverable_where_it_lasts(prod: Assembly) -> None:
    tables = prod.named("AWS::DynamoDB::GlobalTable", "TableName")

    assert set(tables) == {f"makoto-prod-{name}" for name in TABLES}
    for name, table in tables.items():
        (replica,) = table["Replicas"]
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        assert replica["SSESpecification"]["KMSMasterKeyId"]
        assert replica["PointInTimeRecoverySpecification"] == {
            "PointInTimeRecoveryEnabled": name == "makoto-prod-configuration"
        }
        assert replica["DeletionProtectionEnabled"] is True
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_only_the_configuration_has_a_sort_key(prod: Assembly) -> None:
    tables = prod.named("AWS::DynamoDB::GlobalTable", "TableName")
    keys = {name: [key["AttributeName"] for key in table["KeySchema"]] for name, table in tables.items()}

    assert keys.pop("makoto-prod-configuration") == ["pk", "sk"]
    assert set(map(tuple, keys.values())) == {("pk",)}


def test_every_key_rotates(prod: Assembly) -> None:
    assert [key["EnableKeyRotation"] for key in prod.resources("AWS::KMS::Key").values()] == [True]


def test_a_hosted_tenants_role_is_taken_only_by_the_platforms_roles_for_one_tenant(prod: Assembly) -> None:
    role = prod.named("AWS::IAM::Role", "RoleName")["makoto-prod-tenant-data"]

    trust = _trust(role)
    assert set(trust) == {"sts:AssumeRole", "sts:TagSession"}
    for statement in trust.values():
        assert flat(statement["Condition"]["ArnLike"]["aws:PrincipalArn"]).endswith(":role/makoto-prod-*")
        assert statement["Condition"]["StringLike"] == {"aws:RequestTag/makoto-tenant": "t????????????"}


def test_a_customers_role_is_taken_by_one_environment_and_with_the_external_id(prod: Assembly) -> None:
    role = prod.only("AWS::IAM::Role", "TenantAccount")

    trust = _trust(role)
    assert role["RoleName"] == "makoto-tenant-access"
    assert trust["sts:AssumeRole"]["Condition"]["StringEquals"] == {"sts:ExternalId": {"Ref": "ExternalId"}}
    assert "StringEquals" not in trust["sts:TagSession"]["Condition"]  # sts:ExternalId is a key of AssumeRole only
    for statement in trust.values():
        platforms = flat(statement["Condition"]["ArnLike"]["aws:PrincipalArn"])
        assert platforms == "arn:aws:iam::<PlatformAccountId>:role/makoto-<PlatformEnvironment>-*"
        assert flat(statement["Principal"]["AWS"]).endswith(":iam::<PlatformAccountId>:root")


def _trust(role: Resource) -> dict[str, Resource]:
    """The one statement of each action."""
    statements = role["AssumeRolePolicyDocument"]["Statement"]
    return {action: statement for statement in statements for action in listed(statement["Action"])}


def test_a_customers_template_needs_no_bootstrap_and_no_asset(prod: Assembly) -> None:
    template = prod.templates["TenantAccount"]

    assert set(template["Parameters"]) == {"PlatformAccountId", "PlatformEnvironment", "ExternalId"}
    assert "Rules" not in template
