"""A tick of the schedule: each active tenant's alarms that are due, the tenants in turn."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.telemetry.alarm_timers import let_time_pass
from makoto.domain import TenantStatus, Value
from makoto.errors import MakotoError
from makoto.ports.clock import Clock
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext

STRIDE = 7919
"""So many tenants further on each minute begins; a prime, so that every tenant comes first in its turn."""


class Tick(Value):
    """What became of a tenant's turn: devices served and failed, or the problem that prevented it."""

    tenant_id: str
    devices: int = 0
    failed: int = 0
    problem: str = ""


@dataclass(frozen=True)
class TickPorts:
    """What a tick asks of the platform."""

    configuration: Configuration
    clock: Clock
    open_tenant: Callable[[str], TenantContext]
    is_late: Callable[[], bool]


def serve_tick(ports: TickPorts) -> tuple[Tick, ...]:
    """Serve the tenants, each minute others first, so that none always comes too late; tell who had a turn."""
    records = ports.configuration.tenants()
    active = [each.tenant_id for each in records if each.status is TenantStatus.ACTIVE]
    first = int(ports.clock.now().timestamp() // 60) * STRIDE % len(active) if active else 0
    turns = list[Tick]()
    for tenant_id in (*active[first:], *active[:first]):
        if ports.is_late():
            break
        turn = _turn(tenant_id, ports)
        turns += [turn] if turn.devices or turn.failed or turn.problem else []
    return tuple(turns)


def _turn(tenant_id: str, ports: TickPorts) -> Tick:
    """Serve one tenant; its failure is its own, and what is due stays due."""
    try:
        devices, failed = let_time_pass(ports.open_tenant(tenant_id), ports.is_late)
        return Tick(tenant_id=tenant_id, devices=devices, failed=failed)
    except MakotoError as error:
        return Tick(tenant_id=tenant_id, problem=error.problem)
