"""The template a customer deploys in an AWS account of its own, so that the platform can keep its data there."""

import aws_cdk as cdk
from constructs import Construct

from stacks.constructs.tenant_data_role import TenantDataRole
from stacks.grants import CUSTOMER_ROLE
from stacks.names import Names
from stacks.settings import ENVIRONMENTS


class TenantAccountStack(cdk.Stack):
    """One role, taken only by the platform named by the parameters and only with the agreed external id."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(
            scope,
            "Makoto-TenantAccount",
            synthesizer=cdk.BootstraplessSynthesizer(),  # a customer's account has not been bootstrapped
            description="Makoto: access of the platform to this account's Makoto stores",
        )
        platform_account = cdk.CfnParameter(
            self,
            "PlatformAccountId",
            description="The AWS account of the Makoto platform",
            allowed_pattern=r"^\d{12}$",
        )
        environment = cdk.CfnParameter(
            self,
            "PlatformEnvironment",
            description="The environment of the platform that keeps this tenant; no other may take the role",
            allowed_values=list(ENVIRONMENTS),
            default="prod",
        )
        external_id = cdk.CfnParameter(
            self,
            "ExternalId",
            description="The external id shown by the platform for this tenant",
            min_length=16,
            max_length=256,
        )
        access = TenantDataRole(
            self,
            "Access",
            name=CUSTOMER_ROLE,
            platform_account=platform_account.value_as_string,
            platform_roles=f"{Names(environment.value_as_string).prefix}-*",
            external_id=external_id.value_as_string,
        )
        cdk.CfnOutput(self, "RoleArn", value=access.role.role_arn)
