"""Findings of cdk-nag that are accepted, each with its reason and next to its resource."""

from typing import Any

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, *rules: str, because: str) -> None:
    """Accept the named AwsSolutions findings (`APIG3`, `IAM5[Resource::*]`) on this construct and what it holds."""
    found = (cdk.Acknowledgment(id=f"AwsSolutions-{rule}", reason=because) for rule in rules)
    cdk.Validations.of(construct).acknowledge(*found)


def acknowledge_wildcards(construct: IConstruct, *resources: str, because: str) -> None:
    """Accept `*` in these ARNs of this construct's policies."""
    stack = cdk.Stack.of(construct)
    flat = (_flatten(stack.resolve(resource)) for resource in resources)
    acknowledge(construct, *(f"IAM5[Resource::{arn}]" for arn in flat if "*" in arn), because=because)


def _flatten(value: Any) -> str:  # Any: a resolved CloudFormation value, a string or nested intrinsics
    """Write an ARN as cdk-nag does in the id of a finding (its flatten-cfn-reference.js)."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(_flatten(part) for part in parts)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{_flatten(resource)}.{_flatten(attribute)}>"
        case {"Ref": name}:
            return f"<{name}>"
    raise ValueError(f"no flat form of {value!r}")
