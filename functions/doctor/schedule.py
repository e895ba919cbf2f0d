"""Runs each minute: takes the looks that were asked for, and one into each active tenant's stores a day."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.doctor import service
from functions.doctor.service import Look
from functions.doctor.wiring import ports
from makoto.runtime.telemetry import bind, logger, metrics

LAST_START_MS = 120_000
"""No look begins with less time left: one takes seconds, one at a store that hangs a minute or two."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Serve one tick; what is not begun in its time has its turn in the next."""
    bind(domain="doctor", tenant_id=None, correlation_id=context.aws_request_id)

    def is_late() -> bool:
        return context.get_remaining_time_in_millis() < LAST_START_MS

    looks = service.look_into_all(ports(context.aws_request_id, is_late))
    for each in looks:
        _tell(each)
    logger.info("stores looked into", tenants=len(looks))
    return {"looked_into": len(looks)}


def _tell(look: Look) -> None:
    """Log what failed, by tenant, and count it."""
    found = () if look.report is None else look.report.findings
    failed = [each for each in found if each.status == "failed"]
    for each in failed:
        logger.warning(
            "store check failed", tenant_id=look.tenant_id, store=each.store, check=each.check, detail=each.detail
        )
    if look.problem:
        logger.warning("stores not looked into", tenant_id=look.tenant_id, problem=look.problem)
    metrics.add_dimension("domain", "doctor")
    metrics.add_metric("StoreChecksFailed", MetricUnit.Count, len(failed) + bool(look.problem))
    metrics.add_metadata("tenant_id", look.tenant_id)
    metrics.flush_metrics()
    metrics.clear_metrics()
