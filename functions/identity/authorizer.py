"""API Gateway's TOKEN authorizer: from a bearer token to a policy and a context, never to credentials."""

from functools import lru_cache
from typing import Any

import orjson

from functions.identity import service
from functions.identity.caller import bearer
from functions.identity.model import NoActiveTenant, TokenClaims, closed_gate_policy, gate_policy
from makoto.domain import Principal
from makoto.errors import Unauthenticated
from makoto.runtime.access_tokens import AccessClaims, AccessTokens, access_tokens
from makoto.runtime.composition import Platform, platform
from makoto.runtime.telemetry import bind, logger


class Unauthorized(Exception):
    """API Gateway answers 401 to exactly this text and 500 to any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer for one token; API Gateway keeps the answer for any path of the stage until its cache expires."""
    bind(domain="identity", tenant_id=None, correlation_id=str(getattr(context, "aws_request_id", "")))
    tokens, ports = _parts_of(platform())
    try:
        proven = tokens.verify(bearer(event.get("authorizationToken")))
        return _answer(proven, event["methodArn"], ports)
    except Unauthenticated as refused:
        logger.info("token refused", reason=refused.detail, problem=refused.problem)
        raise Unauthorized from refused


def _answer(proven: AccessClaims, method_arn: str, ports: service.GatePorts) -> dict[str, Any]:
    principal = _principal(proven)
    try:
        today = service.pass_gate(principal, ports)
    except NoActiveTenant:
        closed = closed_gate_policy(method_arn)
        return {"principalId": proven.subject, "policyDocument": closed, "context": {"reason": "tenant_not_active"}}
    policy = gate_policy(principal, method_arn)
    return {"principalId": proven.subject, "policyDocument": policy, "context": _context(proven, today)}


def _principal(proven: AccessClaims) -> Principal:
    return Principal(
        subject=proven.subject,
        username=proven.username,
        tenant_id=proven.tenant_id,
        role=proven.role,
        session_id=proven.session_id,
    )


def _context(proven: AccessClaims, today: TokenClaims) -> dict[str, str]:
    """What the domains are told; API Gateway hands on strings only, so the features are a JSON array."""
    return {
        "subject": proven.subject,
        "username": proven.username,
        "tenant_id": today.tenant_id,
        "role": today.role.value,
        "organization": today.organization,
        "cloud_provider": today.cloud_provider,
        "features": orjson.dumps(today.features).decode(),
        "session_id": proven.session_id,
        "expires_at": proven.expires_at.isoformat(),
    }


@lru_cache(maxsize=1)
def _parts_of(made: Platform) -> tuple[AccessTokens, service.GatePorts]:
    return access_tokens(made), service.GatePorts(made.cached_configuration, made.sessions)
