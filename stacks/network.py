"""The private network: two zones, three tiers, endpoints instead of the internet where NAT is off."""

from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.log_group import log_group
from stacks.names import Names
from stacks.settings import DeploymentSettings

TIERS = {"public": (1, 2), "private": (10, 11), "data": (20, 21)}
"""The third octet of each tier's /24 in the two zones, a fixed plan that peering and firewalls rely on."""

ENDPOINTS = {
    "SecretsManager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Sts": ec2.InterfaceVpcEndpointAwsService.STS,
    "States": ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
    "Events": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
    "Cognito": ec2.InterfaceVpcEndpointAwsService.COGNITO_IDP,
    "Sqs": ec2.InterfaceVpcEndpointAwsService.SQS,
}
"""What the functions beside Aurora call; S3 and DynamoDB go through gateways, which cost nothing.

Each costs about 10 USD a month and zone. Lambda itself carries logs and traces, outside the network; the age of the
oldest message (CloudWatch) is a figure of health that is left out where there is no NAT.
"""


@jsii.implements(ec2.IIpAddresses)
class _PlannedAddresses:
    """Hand out the planned subnets instead of slicing the range in order."""

    def __init__(self, cidr: str) -> None:
        self.cidr = cidr

    @jsii.member(jsii_name="allocateVpcCidr")
    def allocate_vpc_cidr(self) -> ec2.VpcIpamOptions:
        return ec2.VpcIpamOptions(cidr_block=self.cidr)

    @jsii.member(jsii_name="allocateSubnetsCidr")
    def allocate_subnets_cidr(self, *_: Any, **__: Any) -> ec2.SubnetIpamOptions:
        first, second = self.cidr.split(".")[:2]
        planned = (f"{first}.{second}.{octet}.0/24" for octets in TIERS.values() for octet in octets)
        return ec2.SubnetIpamOptions(allocated_subnets=[ec2.AllocatedSubnet(cidr=cidr) for cidr in planned])


class NetworkStack(cdk.Stack):
    """VPC with public, private and data subnets in two zones, and the security groups of both sides of Aurora."""

    def __init__(self, scope: Construct, settings: DeploymentSettings, names: Names) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, names.stack("Network"), env=environment, description="Makoto: private network")
        self.vpc = self._vpc(settings, names)
        self.function_group = self._group("Functions", "Functions that reach Aurora")
        self.database_group = self._group("Database", "Aurora")
        self._rules()
        self._flow_logs(settings, names)
        self._endpoints(settings)

    def _vpc(self, settings: DeploymentSettings, names: Names) -> ec2.Vpc:
        with_egress, isolated = ec2.SubnetType.PRIVATE_WITH_EGRESS, ec2.SubnetType.PRIVATE_ISOLATED
        kinds = {
            "public": ec2.SubnetType.PUBLIC,
            "private": with_egress if settings.has_nat else isolated,
            "data": isolated,
        }
        return ec2.Vpc(
            self,
            "Vpc",
            vpc_name=names.prefix,
            ip_addresses=_PlannedAddresses(str(settings.vpc_cidr)),
            # names of zones differ by account and would need a lookup; the first two always exist
            availability_zones=[cdk.Fn.select(zone, cdk.Fn.get_azs()) for zone in (0, 1)],
            nat_gateways=2 if settings.has_nat else 0,
            restrict_default_security_group=False,  # true would add a custom resource; nothing uses that group
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name=tier,
                    subnet_type=kind,
                    cidr_mask=24,
                    map_public_ip_on_launch=False if tier == "public" else None,
                )
                for tier, kind in kinds.items()
            ],
        )

    def _group(self, name: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, name, vpc=self.vpc, description=description, allow_all_outbound=False)

    def _rules(self) -> None:
        postgres, https = ec2.Port.tcp(5432), ec2.Port.tcp(443)
        self.database_group.add_ingress_rule(self.function_group, postgres, "SQL from functions")
        self.function_group.add_egress_rule(self.database_group, postgres, "SQL to Aurora")
        self.function_group.add_egress_rule(ec2.Peer.any_ipv4(), https, "AWS APIs by endpoint, gateway or NAT")

    def _flow_logs(self, settings: DeploymentSettings, names: Names) -> None:
        group = log_group(self, "FlowLogs", f"/makoto/{names.environment}/network/flow", settings, is_personal=True)
        self.vpc.add_flow_log("Flow", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))

    def _endpoints(self, settings: DeploymentSettings) -> None:
        for name, gateway in (
            ("S3", ec2.GatewayVpcEndpointAwsService.S3),
            ("DynamoDb", ec2.GatewayVpcEndpointAwsService.DYNAMODB),
        ):
            self.vpc.add_gateway_endpoint(name, service=gateway)
        if not settings.has_endpoints:
            return
        private = self.vpc.select_subnets(subnet_group_name="private").subnets[: settings.endpoint_zones]
        group = self._group("Endpoints", "Interface endpoints")
        group.add_ingress_rule(self.function_group, ec2.Port.tcp(443), "AWS APIs from functions")
        for name, service in ENDPOINTS.items():
            self.vpc.add_interface_endpoint(
                name,
                service=service,
                open=False,
                security_groups=[group],
                subnets=ec2.SubnetSelection(subnets=private),
            )
        acknowledge(group, "EC23", because="ingress names the functions' security group, never an open range")
