"""Cognito's pre-token-generation trigger (V2): an access token says what the platform wrote, never what a user did."""

from typing import Any

from functions.identity import service
from makoto.runtime.composition import platform
from makoto.runtime.telemetry import bind, logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Add the claims to the access token; raising makes Cognito refuse the sign-in."""
    bind(domain="identity", tenant_id=None, correlation_id=str(getattr(context, "aws_request_id", "")))
    claims = service.claims_of(event["userName"], platform().configuration)
    added = {"claimsToAddOrOverride": claims.model_dump(mode="json")}
    event["response"]["claimsAndScopeOverrideDetails"] = {"accessTokenGeneration": added}
    logger.info("claims added", tenant=claims.tenant_id, role=claims.role, trigger=event["triggerSource"])
    return event
