"""Runs each minute: what time alone does to alarms, as delays, silence, escalation and the ends of shelves."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.telemetry import alarm_service as service
from makoto.runtime.composition import platform
from makoto.runtime.telemetry import bind, logger, metrics

LAST_START_MS = 15_000
"""No device is begun with less time left; it stays due for the next tick."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Serve one tick; what is not begun in its time has its turn in the next."""
    correlation_id = context.aws_request_id
    bind(domain="telemetry", tenant_id=None, correlation_id=correlation_id)
    ports = service.TickPorts(
        configuration=platform().configuration,
        clock=platform().clock,
        open_tenant=lambda tenant_id: platform().open_tenant(tenant_id, None, correlation_id),
        is_late=lambda: context.get_remaining_time_in_millis() < LAST_START_MS,
    )
    ticks = service.serve_tick(ports)
    for each in ticks:
        if each.problem or each.failed:
            logger.warning("alarms not served", **each.model_dump())
    devices, failed = sum(each.devices for each in ticks), sum(each.failed or bool(each.problem) for each in ticks)
    logger.info("alarms served", devices=devices, failed=failed)
    metrics.add_dimension("domain", "telemetry")
    metrics.add_metric("AlarmTicksFailed", MetricUnit.Count, failed)
    metrics.flush_metrics()
    metrics.clear_metrics()
    return {"devices": devices, "failed": failed}
