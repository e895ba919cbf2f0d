"""A DynamoDB table as all of ours are: on demand, encrypted with our key, expiring; recoverable where it lasts."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.log_group import removal_policy
from stacks.settings import DeploymentSettings


def key_value_table(
    scope: Construct, name: str, *, key: kms.IKey, settings: DeploymentSettings, is_lasting: bool = False
) -> dynamodb.TableV2:
    """Make a table with the string key `pk` whose items go at `expires_at`.

    One that lasts has a sort key `sk` too and can be put back to any second; the others live for hours or days.
    """
    sort_key = dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(
        scope,
        name.rsplit("-", 1)[-1].capitalize(),
        table_name=name,
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        sort_key=sort_key if is_lasting else None,
        encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=is_lasting
        ),
        time_to_live_attribute="expires_at",
        deletion_protection=settings.is_retained,
        removal_policy=removal_policy(settings),
    )
    if not is_lasting:
        acknowledge(table, "DDB3", because="what it holds expires within days and is worth nothing after a disaster")
    return table
