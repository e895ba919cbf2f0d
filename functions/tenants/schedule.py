"""Runs each minute: publishes what is unpublished and makes good what a crash left half done."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.tenants.upkeep import keep_up
from functions.tenants.wiring import ports
from makoto.runtime.telemetry import bind, logger


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Serve one tick; what could not be made good is logged and tried again at the next."""
    bind(domain="tenants", tenant_id=None, correlation_id=context.aws_request_id)
    upkeep = keep_up(context.aws_request_id, ports())
    for problem in upkeep.problems:
        logger.warning("not made good", problem=problem)
    done = upkeep.model_dump(mode="json")
    logger.info("tenants looked after", **{name: count for name, count in done.items() if name != "problems"})
    return done
