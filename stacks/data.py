"""What outlives every deployment: Aurora, the DynamoDB tables, their key and the hosted tenants' role."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.database import PlatformDatabase
from stacks.constructs.log_group import removal_policy
from stacks.constructs.table import key_value_table
from stacks.constructs.tenant_data_role import TenantDataRole
from stacks.constructs.web_identity_role import WebIdentityRole
from stacks.names import TABLES, Names
from stacks.network import NetworkStack
from stacks.settings import DeploymentSettings


class DataStack(cdk.Stack):
    """The platform's own stores; a tenant's stores are made by its onboarding."""

    def __init__(self, scope: Construct, settings: DeploymentSettings, names: Names, network: NetworkStack) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(
            scope,
            names.stack("Data"),
            env=environment,
            description="Makoto: platform data",
            termination_protection=settings.is_retained,
        )
        self.key = kms.Key(
            self,
            "Key",
            alias=f"{names.prefix}-data",
            description="Platform data at rest",
            enable_key_rotation=True,
            removal_policy=removal_policy(settings),
        )
        self.tables = {
            purpose: key_value_table(
                self,
                names.table(purpose),
                key=self.key,
                settings=settings,
                is_lasting=purpose == "configuration",
            )
            for purpose in TABLES
        }
        self.database = PlatformDatabase(self, "Database", network=network, key=self.key, settings=settings)
        TenantDataRole(
            self,
            "HostedTenants",
            name=names.tenant_data_role,
            platform_account=self.account,
            platform_roles=f"{names.prefix}-*",
        )
        WebIdentityRole(self, "WebIdentity", name=names.web_identity_role, platform_roles=f"{names.prefix}-*")
