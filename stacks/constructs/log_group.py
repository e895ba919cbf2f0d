"""A log group with the environment's retention; never one that a service made by itself and keeps for ever."""

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.settings import DeploymentSettings

RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def log_group(
    scope: Construct, construct_id: str, name: str, settings: DeploymentSettings, *, is_personal: bool = False
) -> logs.LogGroup:
    """Make the group; it is kept after a deleted stack where the environment keeps its data."""
    days = settings.personal_log_retention_days if is_personal else settings.log_retention_days
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=RETENTION[days],
        removal_policy=removal_policy(settings),
    )


def removal_policy(settings: DeploymentSettings) -> cdk.RemovalPolicy:
    """Retain what holds data where the environment says so."""
    return cdk.RemovalPolicy.RETAIN if settings.is_retained else cdk.RemovalPolicy.DESTROY
