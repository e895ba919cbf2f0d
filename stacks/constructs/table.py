"""A DynamoDB table as all of ours are: on demand, encrypted with our key, recoverable to any second, expiring."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.log_group import removal_policy
from stacks.settings import DeploymentSettings


def key_value_table(
    scope: Construct, name: str, *, key: kms.IKey, settings: DeploymentSettings, has_sort_key: bool = False
) -> dynamodb.TableV2:
    """Make a table with string keys `pk` (and `sk`) whose items go at `expires_at`."""
    sort_key = dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING)
    return dynamodb.TableV2(
        scope,
        name.rsplit("-", 1)[-1].capitalize(),
        table_name=name,
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        sort_key=sort_key if has_sort_key else None,
        encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute="expires_at",
        deletion_protection=settings.is_retained,
        removal_policy=removal_policy(settings),
    )
