"""Structured logs, EMF metrics and traces, configured once; every line carries tenant and correlation id."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.logging.types import LogRecord

from makoto.runtime.masking import mask


class MaskingFormatter(LambdaPowertoolsFormatter):
    """The last frame before a line leaves the process: nothing passes it unmasked."""

    def serialize(self, log: LogRecord) -> str:
        return super().serialize(mask(log))


logger = Logger(service="makoto", logger_formatter=MaskingFormatter(utc=True))
metrics = Metrics(namespace="Makoto", service="makoto")
tracer = Tracer(service="makoto", auto_patch=False)


def bind(*, domain: str, tenant_id: str | None, correlation_id: str, **fields: Any) -> None:
    """Set the fields that every following log line carries, until the next call."""
    logger.clear_state()
    logger.append_keys(domain=domain, tenant_id=tenant_id, correlation_id=correlation_id, **fields)


@contextmanager
def serving(*, domain: str, tenant_id: str | None, correlation_id: str, **fields: Any) -> Iterator[None]:
    """Serve one request, event or task: its log lines and its trace carry the tenant and the correlation id.

    The trace gets a subsegment of its own, since Lambda's own segment takes no annotation.
    """
    bind(domain=domain, tenant_id=tenant_id, correlation_id=correlation_id, **fields)
    if tracer.disabled:
        yield
        return
    with tracer.provider.in_subsegment(name=f"## {domain}") as subsegment:
        subsegment.put_annotation("correlation_id", correlation_id)
        if tenant_id is not None:
            subsegment.put_annotation("tenant_id", tenant_id)
        yield
