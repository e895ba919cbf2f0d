"""Runs each minute: takes up moves that nobody advances."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.moves.upkeep import keep_up
from functions.moves.wiring import ports
from makoto.runtime.telemetry import bind, logger


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Serve one tick; what could not be taken up is logged and tried again at the next."""
    bind(domain="moves", tenant_id=None, correlation_id=context.aws_request_id)
    upkeep = keep_up(context.aws_request_id, ports())
    for problem in upkeep.problems:
        logger.warning("not made good", problem=problem)
    logger.info("moves looked after", resumed=upkeep.resumed)
    return upkeep.model_dump(mode="json")
