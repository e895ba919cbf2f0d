"""Brings Aurora's schema forward after each deployment, with the owner's login."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from makoto.runtime.composition import platform
from makoto.runtime.telemetry import bind, logger


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Apply the migrations that are missing; harmless to repeat."""
    bind(domain="tenants", tenant_id=None, correlation_id=context.aws_request_id)
    applied = list(platform().adapter("schema").migrate())
    logger.info("schema migrated", applied=applied)
    return {"status": "ok", "applied": applied}
