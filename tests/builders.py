"""Makes what tests need, showing only what matters to each."""

from dataclasses import dataclass
from typing import Any

import orjson
from aws_lambda_powertools.utilities.typing import LambdaContext

from makoto.domain import AwsAccount, Principal, Role, TenantRecord, TenantStatus
from makoto.settings import RuntimeSettings

TENANT = "t0123456789ab"
OTHER_TENANT = "t0123456789ac"


def tenant_record(tenant_id: str = TENANT, **changes: Any) -> TenantRecord:
    """An active hosted tenant."""
    given: dict[str, Any] = {
        "tenant_id": tenant_id,
        "name": "東都精機株式会社",
        "organization": "toto-seiki",
        "status": TenantStatus.ACTIVE,
        "cloud": AwsAccount(
            account_id="000000000000",
            region="ap-northeast-1",
            role_arn="arn:aws:iam::000000000000:role/makoto-local-tenant-data",
        ),
    }
    return TenantRecord(**given | changes)


def principal(role: Role = Role.TENANT_ADMIN, tenant_id: str = TENANT) -> Principal:
    """A member of a tenant."""
    return Principal(subject="user-1", username="hanako@example.com", tenant_id=tenant_id, role=role)


@dataclass
class _Context:
    function_name: str = "makoto-local-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-1:000000000000:function:makoto-local-test"
    aws_request_id: str = "lambda-1"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def lambda_context() -> LambdaContext:
    """What Lambda hands to a handler beside the event."""
    return _Context()  # type: ignore[return-value]  # Powertools types it as its own class and reads these attributes


def api_event(
    method: str,
    path: str,
    *,
    tenant_id: str | None = TENANT,
    role: str = "tenant_admin",
    body: Any = None,
    query: dict[str, str | list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A REST API (v1) proxy event as API Gateway sends it; without a tenant the authorizer did not run."""
    several = {name: value if isinstance(value, list) else [value] for name, value in (query or {}).items()}
    sent = {"Content-Type": "application/json", **(headers or {})}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name.title(): value for name, value in sent.items()},
        "multiValueHeaders": {name.title(): [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in several.items()} or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": {"proxy": path.rsplit("/", 1)[-1]},
        "stageVariables": None,
        "requestContext": {
            "stage": "v1",
            "path": f"/v1{path}",
            "httpMethod": method,
            "requestId": "request-1",
            "identity": {"sourceIp": "127.0.0.1"},
            "authorizer": _authorizer(tenant_id, role) if tenant_id else {},
        },
        "body": body if isinstance(body, str) or body is None else orjson.dumps(body).decode(),
        "isBase64Encoded": False,
    }


def _authorizer(tenant_id: str, role: str) -> dict[str, str]:
    return {
        "principalId": "user-1",
        "subject": "user-1",
        "username": "hanako@example.com",
        "tenant_id": tenant_id,
        "role": role,
        "organization": "toto-seiki",
        "cloud_provider": "aws",
        "features": "[]",
        "session_id": "origin-1",
    }


def settings(**changes: str) -> RuntimeSettings:
    """The settings of a function on the memory cloud."""
    prefix = "makoto-test"
    given = {
        "environment": "test",
        "region": "ap-northeast-1",
        "account_id": "000000000000",
        "cloud": "memory",
        "configuration_table": f"{prefix}-configuration",
        "sessions_table": f"{prefix}-sessions",
        "idempotency_table": f"{prefix}-idempotency",
        "limits_table": f"{prefix}-limits",
        "database_app_secret": "makoto/test/database-app",
        "database_owner_secret": "makoto/test/database-owner",
        "user_pool_id": "ap-northeast-1_test",
        "user_pool_client_id": "test-client",
        "bus_name": prefix,
        "onboarding_state_machine_arn": "arn:aws:states:ap-northeast-1:000000000000:stateMachine:makoto-test-onboard",
        "moves_state_machine_arn": "arn:aws:states:ap-northeast-1:000000000000:stateMachine:makoto-test-move",
        "device_policy_name": f"{prefix}-device",
        "hosted_role_arn": f"arn:aws:iam::000000000000:role/{prefix}-tenant-data",
        "web_identity_role_arn": f"arn:aws:iam::000000000000:role/{prefix}-web-identity",
        "rejected_queue_url": "https://sqs.ap-northeast-1.amazonaws.com/000000000000/makoto-test-telemetry-rejected",
        "wakes_queue_url": "https://sqs.ap-northeast-1.amazonaws.com/000000000000/makoto-test-outbox-wakes",
    }
    return RuntimeSettings.model_validate(given | changes)
