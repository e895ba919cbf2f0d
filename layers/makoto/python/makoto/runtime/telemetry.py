"""Structured logs, EMF metrics and traces, configured once; every line carries tenant and correlation id."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.logging.types import LogRecord
from aws_lambda_powertools.metrics import MetricUnit

from makoto.runtime.masking import mask
from makoto.settings import is_traced

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer


class MaskingFormatter(LambdaPowertoolsFormatter):
    """The last frame before a line leaves the process: nothing passes it unmasked."""

    def serialize(self, log: LogRecord) -> str:
        return super().serialize(mask(log))


logger = Logger(service="makoto", logger_formatter=MaskingFormatter(utc=True))
metrics = Metrics(namespace="Makoto", service="makoto")


def bind(*, domain: str, tenant_id: str | None, correlation_id: str, **fields: Any) -> None:
    """Set the fields of every following log line; a door always sets the same ones, so nothing stale is left."""
    logger.append_keys(domain=domain, tenant_id=tenant_id, correlation_id=correlation_id, **fields)


@contextmanager
def serving(*, domain: str, tenant_id: str | None, correlation_id: str, **fields: Any) -> Iterator[None]:
    """Serve one request, event or task: its log lines and its trace carry the tenant and the correlation id.

    A sampled trace gets a subsegment of its own, since Lambda's own segment takes no annotation.
    """
    bind(domain=domain, tenant_id=tenant_id, correlation_id=correlation_id, **fields)
    if not is_traced():
        yield
        return
    with _tracer().provider.in_subsegment(name=f"## {domain}") as subsegment:
        subsegment.put_annotation("correlation_id", correlation_id)
        if tenant_id is not None:
            subsegment.put_annotation("tenant_id", tenant_id)
        yield


def store_circuit_changed(tenant_id: str, store: str, *, is_open: bool) -> None:
    """Say that a tenant's store is left alone for a while, or is served again; no other tenant notices."""
    logger.warning("store circuit changed", tenant_id=tenant_id, store=store, is_open=is_open)
    with single_metric(
        name="StoreCircuitOpen", unit=MetricUnit.Count, value=int(is_open), namespace="Makoto"
    ) as metric:
        metric.add_dimension("store", store)
        metric.add_metadata("tenant_id", tenant_id)


@lru_cache(maxsize=1)
def _tracer() -> "Tracer":
    """Made when a trace is sampled: its SDK costs 60 ms of import, which most cold starts need not pay."""
    from aws_lambda_powertools import Tracer

    return Tracer(service="makoto", auto_patch=False)
