"""The deterministic names of what is deployed, so that stacks can refer to each other without cycles."""

from dataclasses import dataclass

import aws_cdk as cdk
from constructs import Construct

TABLES = ("configuration", "sessions", "idempotency", "limits")


@dataclass(frozen=True)
class Names:
    """Every name of one environment; `Names("dev").function("devices", "api")` is `makoto-dev-devices-api`."""

    environment: str

    @property
    def prefix(self) -> str:
        return f"makoto-{self.environment}"

    def stack(self, part: str) -> str:
        return f"Makoto-{self.environment}-{part}"

    def function(self, domain: str, door: str) -> str:
        return f"{self.prefix}-{domain}-{door}"

    def table(self, purpose: str) -> str:
        return f"{self.prefix}-{purpose}"

    def queue(self, purpose: str) -> str:
        return f"{self.prefix}-{purpose}"

    def secret(self, purpose: str) -> str:
        return f"makoto/{self.environment}/{purpose}"

    def state_machine(self, definition: str) -> str:
        return f"{self.prefix}-{definition.replace('_', '-')}"

    @property
    def bus(self) -> str:
        return self.prefix

    @property
    def device_policy(self) -> str:
        return f"{self.prefix}-device"

    @property
    def device_rule(self) -> str:
        return f"makoto_{self.environment}_device_messages"

    @property
    def tenant_data_role(self) -> str:
        return f"{self.prefix}-tenant-data"

    @property
    def web_identity_role(self) -> str:
        return f"{self.prefix}-web-identity"


def function_arn(scope: Construct, name: str) -> str:
    """The ARN of a function of this account and region by its name."""
    return _arn(scope, "lambda", "function", name, cdk.ArnFormat.COLON_RESOURCE_NAME)


def state_machine_arn(scope: Construct, name: str) -> str:
    """The ARN of a state machine of this account and region by its name."""
    return _arn(scope, "states", "stateMachine", name, cdk.ArnFormat.COLON_RESOURCE_NAME)


def role_arn(scope: Construct, name: str, *, account: str | None = None) -> str:
    """The ARN of a role by its name; `*` as account where a customer's account is not known at deployment."""
    return cdk.Stack.of(scope).format_arn(
        service="iam", region="", account=account, resource="role", resource_name=name
    )


def iot_arn(scope: Construct, resource: str, name: str) -> str:
    """The ARN of an IoT thing, certificate, policy, client, topic or topic filter."""
    return _arn(scope, "iot", resource, name, cdk.ArnFormat.SLASH_RESOURCE_NAME)


def _arn(scope: Construct, service: str, resource: str, name: str, arn_format: cdk.ArnFormat) -> str:
    stack = cdk.Stack.of(scope)
    return stack.format_arn(service=service, resource=resource, resource_name=name, arn_format=arn_format)
