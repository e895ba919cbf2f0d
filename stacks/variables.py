"""The environment of every function, made from the same class that reads it."""

from dataclasses import dataclass

import aws_cdk as cdk
from constructs import Construct

from makoto.settings import RuntimeSettings
from stacks.names import Names, role_arn, state_machine_arn
from stacks.settings import DeploymentSettings

UNKNOWN_ACCOUNT = "000000000000"


@dataclass(frozen=True)
class QueueUrls:
    """Where functions send messages."""

    rejected: str
    wakes: str


def function_variables(
    scope: Construct,
    settings: DeploymentSettings,
    *,
    user_pool_id: str,
    user_pool_client_id: str,
    queues: QueueUrls,
) -> dict[str, str]:
    """Fill RuntimeSettings; a field that it gains and that is not supplied here stops the synthesis."""
    names = Names(settings.environment)
    runtime = RuntimeSettings(
        environment=settings.environment,
        region=settings.region,
        account_id=UNKNOWN_ACCOUNT,
        configuration_table=names.table("configuration"),
        sessions_table=names.table("sessions"),
        idempotency_table=names.table("idempotency"),
        limits_table=names.table("limits"),
        database_app_secret=names.secret("database-app"),
        database_owner_secret=names.secret("database-owner"),
        user_pool_id=user_pool_id,
        user_pool_client_id=user_pool_client_id,
        bus_name=names.bus,
        onboarding_state_machine_arn=state_machine_arn(scope, names.state_machine("onboard_tenant")),
        moves_state_machine_arn=state_machine_arn(scope, names.state_machine("move_tenant")),
        device_policy_name=names.device_policy,
        hosted_role_arn=role_arn(scope, names.tenant_data_role),
        web_identity_role_arn=role_arn(scope, names.web_identity_role),
        rejected_queue_url=queues.rejected,
        wakes_queue_url=queues.wakes,
        longest_write_s=settings.longest_write_s,
        reaches_other_regions=settings.has_nat or settings.environment == "local",
    )
    # twelve digits at run time, a reference to the account while synthesising without one
    return {**runtime.to_environment(), "MAKOTO_ACCOUNT_ID": cdk.Stack.of(scope).account}
