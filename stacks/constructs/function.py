"""A Lambda function as all of ours are: Python 3.13 on arm64, traced, its own role, its own log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.grants import allow
from stacks.constructs.layers import Group, Layers
from stacks.constructs.log_group import log_group
from stacks.constructs.queue import parking_queue
from stacks.names import Names, function_arn
from stacks.settings import DeploymentSettings

INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Sizing:
    """What one function may use."""

    memory_mb: int = 1024
    timeout_s: int = 29  # API Gateway's own limit
    groups: Sequence[Group] = ("core",)
    scratch_mb: int = 512
    reserved_concurrency: int | None = None
    is_asynchronous: bool = False


@dataclass(frozen=True)
class FunctionWorld:
    """What every function of a stack shares."""

    settings: DeploymentSettings
    layers: Layers
    variables: Mapping[str, str]
    vpc: ec2.IVpc | None = None
    security_group: ec2.ISecurityGroup | None = None
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", Names(self.settings.environment))


class PythonFunction(Construct):
    """The function `makoto-{env}-{domain}-{door}` with its role `makoto-{env}-{domain}-{door}`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        world: FunctionWorld,
        *,
        domain: str,
        door: str,
        sizing: Sizing,
        in_vpc: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = world.names.function(domain, door)
        logs = log_group(self, "Logs", f"/aws/lambda/{self.name}", world.settings)
        self.role = iam.Role(self, "Role", role_name=self.name, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        allow(
            self.role,
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            on=[logs.log_group_arn],
            wildcard_because="the log streams of this function's own group",
        )
        if in_vpc:
            _allow_network_interfaces(self.role, function_arn(self, self.name))
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.name,
            description=f"Makoto: the {door} door of {domain}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"functions.{domain}.{door}.handler",
            code=domain_code(domain),
            role=self.role,
            layers=world.layers.of(*sizing.groups),
            environment={**world.variables, "MAKOTO_DOMAIN": domain, "POWERTOOLS_SERVICE_NAME": domain},
            memory_size=sizing.memory_mb,
            ephemeral_storage_size=cdk.Size.mebibytes(sizing.scratch_mb),
            timeout=cdk.Duration.seconds(sizing.timeout_s),
            reserved_concurrent_executions=sizing.reserved_concurrency,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=logs,
            dead_letter_queue=self._dead_letters() if sizing.is_asynchronous else None,
            vpc=world.vpc if in_vpc else None,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name="private") if in_vpc else None,
            security_groups=[world.security_group] if in_vpc and world.security_group else None,
        )
        acknowledge(self.role, "IAM5[Resource::*]", because="X-Ray and VPC interfaces have no resource names")
        acknowledge(self.function, "L1", because="Python 3.13 is the version the layers are compiled for")

    def _dead_letters(self) -> cdk.aws_sqs.Queue:
        return parking_queue(self, "Dead", f"{self.name}-dlq", because="it is a dead-letter queue")


def domain_code(domain: str) -> lambda_.Code:
    """The asset of a domain: its own folder, the package above it and the policies.

    The patterns are anchored: the unanchored form ships an empty function with one hash for every domain.
    """
    kept = ["!/functions", "/functions/*", "!/functions/__init__.py", f"!/functions/{domain}", "!/policies"]
    return lambda_.Code.from_asset(
        str(REPOSITORY),
        exclude=["/*", *kept, "__pycache__", "*.pyc", ".DS_Store"],
        ignore_mode=cdk.IgnoreMode.GIT,
    )


def _allow_network_interfaces(role: iam.Role, function: str) -> None:
    """Let Lambda make the function's interfaces, and not the function's own code.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
    """
    because = "Lambda makes the interfaces; these actions are evaluated without a name"
    allow(role, *INTERFACE_ACTIONS, on=["*"], wildcard_because=because)
    from_code = {"ArnEquals": {"lambda:SourceFunctionArn": function}}
    refused = iam.PolicyStatement(
        effect=iam.Effect.DENY, actions=[*INTERFACE_ACTIONS], resources=["*"], conditions=from_code
    )
    role.add_to_policy(refused)
