"""One way to give a role a permission: named actions on named resources."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from stacks.constructs.acknowledge import acknowledge_wildcards


def allow(
    role: iam.Role,
    *actions: str,
    on: Sequence[str],
    wildcard_because: str = "",
    conditions: dict[str, dict[str, object]] | None = None,
) -> None:
    """Allow the actions on the resources; an ARN with `*` needs the reason why no name is possible."""
    role.add_to_policy(iam.PolicyStatement(actions=[*actions], resources=[*on], conditions=conditions))
    if wildcard_because:
        acknowledge_wildcards(role, *on, because=wildcard_because)


def use_key(role: iam.Role, key: kms.IKey, service: str, *actions: str) -> None:
    """Allow the key through one AWS service only; the key's own policy leaves the choice to the account's IAM."""
    through = f"{service}.{cdk.Stack.of(role).region}.amazonaws.com"
    allow(role, *actions, on=[key.key_arn], conditions={"StringEquals": {"kms:ViaService": through}})
