"""HTTP routes of health; both are open, since a monitor has no token."""

from functools import lru_cache
from http import HTTPStatus

from functions.health import service
from functions.health.model import Liveness, Readiness
from makoto.runtime.composition import Platform, platform
from makoto.runtime.http import HttpApi, public
from makoto.runtime.telemetry import logger

api = HttpApi("health")
handler = api.handler


@lru_cache(maxsize=1)
def watch(of: Platform) -> service.Watch:
    """One a process: it remembers what was found and which parts still hang."""
    return service.Watch(of.adapter("health"), of.clock)


@api.get("/health/live", middlewares=[public()])
def live() -> Liveness:
    return Liveness()


@api.get("/health/ready", middlewares=[public()])
def ready() -> tuple[Readiness, int]:
    readiness, found = watch(platform()).readiness()
    for each in found:
        if not each.is_well:
            logger.warning("part not ready", part=each.name, latency_s=each.latency_s, exc_info=each.fault)
    return readiness, HTTPStatus.OK if readiness.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
