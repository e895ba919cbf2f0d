"""An authorised GET through a real handler in this process, against a bare Powertools resolver that validates."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.metrics import MetricUnit

from functions.tenants import api
from functions.tenants.views import TenantProfile, profile
from makoto.domain import TenantId
from makoto.runtime.composition import platform
from tests.bench.table import Row
from tests.builders import TENANT, api_event, lambda_context, settings, tenant_record

CALLS = 2000
WARM_UP = 300
AIM = 2.5
IN_CHILD = "--in-child"

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def median_us(handler: Handler) -> float:
    """Call with a fresh event each time; the median in microseconds."""
    context = lambda_context()
    taken = []
    for number in range(WARM_UP + CALLS):
        event = api_event("GET", f"/api/v1/tenants/{TENANT}")
        begun = time.perf_counter_ns()
        answer = handler(event, context)
        if number >= WARM_UP:
            taken.append(time.perf_counter_ns() - begun)
        assert answer["statusCode"] == 200, answer
    return statistics.median(taken) / 1000


def bare_handler() -> Handler:
    """The same route and answer on Powertools alone: no log line, no meter, no permission, no tenant."""
    app = APIGatewayRestResolver(enable_validation=True)
    answer = profile(tenant_record())

    @app.get("/api/v1/tenants/<tenant_id>")
    def read_own_profile(tenant_id: Annotated[TenantId, Path()]) -> TenantProfile:
        return answer

    return app.resolve


def powertools_handler() -> Handler:
    """The bare resolver with one log line and one metric a request, as any deployed handler has."""
    bare, logger, metrics = bare_handler(), Logger(service="bench"), Metrics(namespace="bench", service="bench")

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer = bare(event, context)
        logger.info("request served", status=answer["statusCode"])
        metrics.add_metric("Requests", MetricUnit.Count, 1)
        metrics.flush_metrics()
        return answer

    return handler


def medians() -> list[float]:
    """Bare, usual and ours, taken in turns, so that a busy machine slows all."""
    platform().configuration.save_tenant(tenant_record(TENANT))
    contestants = (bare_handler(), powertools_handler(), api.handler)
    rounds = [[median_us(handler) for handler in contestants] for _ in range(3)]
    return [statistics.median(taken) for taken in zip(*rounds, strict=True)]


def rows() -> list[Row]:
    """Microseconds, in a process of its own with a function's environment."""
    environment = {**settings().to_environment(), "POWERTOOLS_TRACE_DISABLED": "1", "PYTHONPATH": ":".join(sys.path)}
    child = subprocess.run(
        [sys.executable, "-m", __name__, IN_CHILD], env=environment, capture_output=True, text=True, check=True
    )
    bare_us, usual_us, ours_us = json.loads(child.stdout.splitlines()[-1])
    return [
        Row("authorised GET against a bare resolver, us", ours_us, bare_us, AIM),
        Row("authorised GET against one with a log line and a metric, us", ours_us, usual_us, AIM),
    ]


if __name__ == "__main__" and IN_CHILD in sys.argv:
    print(json.dumps(medians()))
