"""Tasks of telemetry that the schedule starts."""

from typing import TYPE_CHECKING, Any

from functions.telemetry import service
from functions.telemetry.model import CompactHistory
from makoto.runtime.composition import platform
from makoto.runtime.tasks import TaskDoor
from makoto.runtime.telemetry import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

CORRELATION_ID = "compact-history"
MARGIN_S = 60.0
"""What a merge that has begun may still need, so that Lambda does not end it in the middle."""

door = TaskDoor("telemetry")


@door.task("compact_history")
def compact_history(command: CompactHistory) -> service.Compacted:
    done = service.compact_history(command, _ports())
    for failure in done.failures:
        logger.warning("tenant's history not compacted", **failure.model_dump())
    return done


def handler(event: dict[str, Any], context: "LambdaContext") -> Any:
    """Run one task, which may take what is left of the invocation's time."""
    return door.handler(with_budget(event, context.get_remaining_time_in_millis() / 1000), context)


def with_budget(event: dict[str, Any], left_s: float) -> dict[str, Any]:
    """Tell the task how long it may work, unless the event says so."""
    return {**event, "input": {"budget_s": max(1.0, left_s - MARGIN_S), **(event.get("input") or {})}}


def _ports() -> service.CompactionPorts:
    return service.CompactionPorts(
        configuration=platform().configuration,
        history=platform().history,
        clock=platform().clock,
        open_tenant=lambda tenant_id: platform().open_tenant(tenant_id, None, CORRELATION_ID),
    )
