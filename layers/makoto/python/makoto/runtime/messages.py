"""The device door: messages from IoT Core by way of a queue, each proven to come from the device it speaks for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from makoto.codecs.telemetry import DeviceMessage, Fault
from makoto.errors import Conflict, MakotoError, NotFound, Throttled, Unavailable
from makoto.ports.acknowledgements import Acknowledgements
from makoto.ports.context import TenantContext
from makoto.ports.dead_letters import DeadLetter
from makoto.runtime.composition import TenantNotActive, platform
from makoto.runtime.device_message import Refused, Stranger, judge
from makoto.runtime.telemetry import logger, metrics, serving


class Counted(Protocol):
    """What a use case tells of what it did."""

    def counts(self) -> Mapping[str, int]:
        """Figures to meter by."""
        ...


Store: TypeAlias = Callable[[Sequence[DeviceMessage], TenantContext, Acknowledgements], Counted]
Quarantine: TypeAlias = Callable[[Sequence[tuple[DeviceMessage, Fault]], TenantContext], None]
MAX_PARALLEL = 8
"""Devices served at once: storing is mostly waiting for the tenant's stores."""


@dataclass(slots=True)
class _Group:
    """Messages of one device; `refused` are those that the device may not say."""

    tenant_id: str
    accepted: list[DeviceMessage]
    refused: list[tuple[DeviceMessage, Fault]]

    @property
    def message_ids(self) -> list[str]:
        return [message.message_id for message in (*self.accepted, *(message for message, _ in self.refused))]


class MessageDoor:
    """Checks each message's certificate, client and topic against the registry, and gives devices their own use case.

    What a known device may not say goes to its owner's quarantine; what nobody known sent, or whose tenant is not
    active, to the rejected queue, where an operator sees it: a suspended tenant's stores are not touched. What fails
    for a passing reason goes back to the queue, alone.
    """

    def __init__(self, domain: str, *, store: Store, quarantine: Quarantine) -> None:
        self.domain = domain
        self._store = store
        self._quarantine = quarantine

    def handler(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Serve one batch of the queue and name the messages that shall come again."""
        with serving(domain=self.domain, tenant_id=None, correlation_id=context.aws_request_id):
            failed = set[str]()
            groups = self._groups(event["Records"], failed)
            counted: dict[str, int] = {}
            with ThreadPoolExecutor(MAX_PARALLEL) as pool:
                for group, outcome in zip(groups, pool.map(self._served, groups), strict=True):
                    _note(group, outcome, failed, counted)
            _meter(counted, len(event["Records"]), len(failed))
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in sorted(failed)]}

    def _groups(self, records: Sequence[dict[str, Any]], failed: set[str]) -> list[_Group]:
        groups: dict[tuple[str, str], _Group] = {}
        for record in records:
            try:
                for tenant_id, message, fault in _judged(record):
                    group = groups.setdefault((tenant_id, message.device), _Group(tenant_id, [], []))
                    if fault is None:
                        group.accepted.append(message)
                    else:
                        group.refused.append((message, fault))
            except (Throttled, Unavailable) as error:
                logger.warning("message not judged", problem=error.problem, detail=error.detail)
                failed.add(record["messageId"])
        return list(groups.values())

    def _served(self, group: _Group) -> Mapping[str, int] | Exception:
        """Serve one device in a thread of its own; a failure is told, not raised, so that it stays its own."""
        try:
            tenant = platform().open_tenant(group.tenant_id, None, group.message_ids[0])
            if group.refused:
                self._quarantine(group.refused, tenant)
            refused = {"Refused": len(group.refused)}
            if not group.accepted:
                return refused
            return refused | dict(self._store(group.accepted, tenant, platform().acknowledgements).counts())
        except Exception as error:  # noqa: BLE001  the outermost frame of this device: its mistake is not another's
            return error


def _judged(record: dict[str, Any]) -> Iterator[tuple[str, DeviceMessage, Fault | None]]:
    """Find whose a message is; nobody's goes to the rejected queue."""
    configuration = platform().cached_configuration
    try:
        judged = judge(record["messageId"], record["body"], configuration.certificate)
        status = configuration.tenant(judged.tenant_id).status
        if status != "active":
            raise Stranger("tenant_not_active", f"the tenant is {status}")
    except Stranger as stranger:
        _reject(record, stranger.reason, stranger.detail)
    except NotFound as error:
        _reject(record, "unknown_tenant", error.detail)
    else:
        yield judged.tenant_id, judged.message, judged.fault if isinstance(judged, Refused) else None


def _reject(record: dict[str, Any], reason: str, detail: str) -> None:
    logger.warning("message rejected", reason=reason, message_id=record["messageId"])
    letter = DeadLetter(reason=reason, detail=detail, message_id=record["messageId"], body=record["body"])
    platform().dead_letters.keep(letter)


def _note(group: _Group, outcome: Mapping[str, int] | Exception, failed: set[str], counted: dict[str, int]) -> None:
    """Count what was stored; what failed comes again, and ends in the dead-letter queue if it fails for good."""
    if not isinstance(outcome, Exception):
        for name, count in outcome.items():
            counted[name] = counted.get(name, 0) + count
        return
    failed.update(group.message_ids)
    known = isinstance(outcome, Throttled | Unavailable | Conflict | TenantNotActive)
    detail = outcome.detail if isinstance(outcome, MakotoError) else type(outcome).__name__
    log = logger.warning if known else logger.error
    log("messages not stored", tenant_id=group.tenant_id, count=len(group.message_ids), detail=detail, exc_info=outcome)


def _meter(counted: Mapping[str, int], messages: int, failed: int) -> None:
    logger.info("messages served", extra={"messages": messages, "failed": failed, **counted})
    for name, count in {"Messages": messages, "Failed": failed, **counted}.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.flush_metrics()
