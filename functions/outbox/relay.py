"""The relay's door: wakes from the queue, each tenant served for itself, what fails called for again later."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from functions.outbox import model, service
from functions.outbox.model import Turn, Wake
from makoto.domain import TenantStatus
from makoto.errors import MakotoError, NotFound
from makoto.runtime.composition import platform
from makoto.runtime.telemetry import logger, metrics, serving

MAX_PARALLEL = 10
"""As many tenants as a batch may have: one whose store hangs holds up nobody."""

LAST_START_S = 20
"""No turn begins with less time left; its partition is called for again."""

GONE = (TenantStatus.DELETING, TenantStatus.DELETED)


@dataclass(slots=True)
class _Look:
    """A partition to look at for these messages; `error` where the relay itself failed."""

    wake: Wake
    message_ids: list[str] = field(default_factory=list)
    turn: Turn = field(default_factory=Turn)
    error: Exception | None = None


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Serve one batch of wakes; a message comes again only where not even a new wake could be sent for it."""
    with serving(domain="outbox", tenant_id=None, correlation_id=context.aws_request_id):
        looks, failed = _looks(event["Records"])
        tenants: dict[str, list[_Look]] = {}
        for look in looks:
            tenants.setdefault(look.wake.tenant_id, []).append(look)
        for port in ("publisher", "wakes"):  # made before the threads want them
            platform().adapter(port)
        with ThreadPoolExecutor(MAX_PARALLEL) as pool:
            list(pool.map(lambda own: _serve(own, context), tenants.values()))
        for look in looks:
            failed += look.message_ids if look.error else []
            _tell(look)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in sorted(failed)]}


def _looks(records: Sequence[dict[str, Any]]) -> tuple[list[_Look], list[str]]:
    """Join the wakes of each partition, in the order of the batch; one that cannot be read goes to the dead letters."""
    looks: dict[tuple[str, str], _Look] = {}
    failed: list[str] = []
    for record in records:
        try:
            wake = Wake.model_validate_json(record["body"])
        except ValidationError:
            logger.error("wake not understood", message_id=record["messageId"])
            failed.append(record["messageId"])
            continue
        look = looks.setdefault((wake.tenant_id, wake.partition), _Look(wake))
        look.message_ids.append(record["messageId"])
        look.wake = min(look.wake, wake, key=lambda each: each.attempt)
    return list(looks.values()), failed


def _serve(looks: Sequence[_Look], context: LambdaContext) -> None:
    """Look at a tenant's partitions, one turn each; where its store is down, the others are not even tried."""
    fault = ""
    for look in looks:
        try:
            is_late = context.get_remaining_time_in_millis() < LAST_START_S * 1000
            look.turn = Turn(fault=fault, has_more=is_late) if fault or is_late else _turn(look.wake)
            fault = look.turn.fault
            _call_again(look)
        except Exception as error:  # noqa: BLE001  the outermost frame of this tenant: its mistake is not another's
            look.error = error


def _turn(wake: Wake) -> Turn:
    """Look at one partition; a tenant that is gone has nothing to tell any more."""
    try:
        record = platform().cached_configuration.tenant(wake.tenant_id)
        if record.status in GONE:
            return Turn()
        tenant = platform().open_tenant(wake.tenant_id, None, f"outbox-{wake.partition}")
        return service.relay_partition(wake.partition, tenant, platform().adapter("publisher"))
    except NotFound:
        return Turn()
    except MakotoError as error:
        return Turn(fault=error.detail)


def _call_again(look: _Look) -> None:
    following = model.next_look(look.wake, look.turn)
    if following is not None:
        wake, delay_s = following
        platform().wakes.wake(wake.tenant_id, wake.partition, delay_s=delay_s, attempt=wake.attempt)


def _tell(look: _Look) -> None:
    """Log and meter one look in the tenant's name."""
    wake, turn = look.wake, look.turn
    fields: dict[str, Any] = {"tenant_id": wake.tenant_id, "partition": wake.partition, "attempt": wake.attempt}
    if look.error is not None:
        logger.error("partition not relayed", exc_info=look.error, **fields)
        return
    if turn.fault or turn.parked:
        logger.warning("facts wait", fault=turn.fault, parked=turn.parked, pending=turn.pending, **fields)
    age_s = model.age_s(turn.oldest_at, platform().clock.now())
    metrics.add_dimension("domain", "outbox")
    metrics.add_metric("OutboxPublished", MetricUnit.Count, turn.published)
    metrics.add_metric("OutboxLag", MetricUnit.Count, turn.pending)
    metrics.add_metric("OutboxOldestAgeSeconds", MetricUnit.Seconds, age_s)
    for name, value in fields.items():
        metrics.add_metadata(name, value)
    metrics.flush_metrics()
    metrics.clear_metrics()
