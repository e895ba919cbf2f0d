"""The one role that the platform shows to other clouds: functions take it, customers' directories trust it alone."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.grants import allow

AZURE_AUDIENCE = "api://AzureADTokenExchange"


class WebIdentityRole(Construct):
    """Signs its identity for directories of Azure, and for nobody else.

    A directory trusts a subject by a federated credential, of which an application has twenty at most; a role for each
    function would be more.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, platform_roles: str) -> None:
        super().__init__(scope, construct_id)
        account = cdk.Stack.of(self).account
        known = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{platform_roles}"}}
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            description="The platform's identity in other clouds",
            assumed_by=iam.PrincipalWithConditions(iam.AccountPrincipal(account), known),
            max_session_duration=cdk.Duration.hours(1),
        )
        allow(
            self.role,
            "sts:GetWebIdentityToken",
            on=["*"],
            wildcard_because="IAM knows no resource for this action; its conditions name audience, algorithm and life",
            conditions={
                "ForAllValues:StringLike": {"sts:IdentityTokenAudience": f"{AZURE_AUDIENCE}/*"},
                "Null": {"sts:IdentityTokenAudience": "false"},  # an empty set matches ForAllValues
                "StringEquals": {"sts:SigningAlgorithm": "RS256"},
                "NumericLessThanEquals": {"sts:DurationSeconds": 300},
            },
        )
