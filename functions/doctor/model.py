"""Which tenants are looked into when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from makoto.domain import TenantRecord, TenantStatus, Value
from makoto.errors import NotFound

EVERY = timedelta(hours=24)
BATCH = 10
"""Tenants that one tick looks into, those first whose last look lies furthest back."""

SuiteName = Literal["health", "contract"]


class NotLookedInto(NotFound):
    """Nobody has looked into this tenant's stores yet."""


class CheckStores(Value):
    """Look into a tenant's stores: `health` takes seconds, `contract` tries every sentence of the stores' contract."""

    suite: SuiteName = "health"


def due(tenants: Sequence[TenantRecord], looked_at: Mapping[str, datetime], now: datetime) -> tuple[TenantRecord, ...]:
    """Return the active tenants whose turn it is, never looked into first."""
    active = [each for each in tenants if each.status is TenantStatus.ACTIVE]
    waiting = [each for each in active if each.tenant_id not in looked_at or now - looked_at[each.tenant_id] >= EVERY]
    waiting.sort(key=lambda each: (each.tenant_id in looked_at, looked_at.get(each.tenant_id, now)))
    return tuple(waiting[:BATCH])


def gone(tenants: Sequence[TenantRecord], looked_at: Mapping[str, datetime]) -> tuple[str, ...]:
    """Return the tenants that are looked into no more, whose reports may go."""
    kept = {each.tenant_id for each in tenants if each.status is not TenantStatus.DELETED}
    return tuple(sorted(set(looked_at) - kept))
