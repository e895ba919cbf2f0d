"""What is told of a sweep when its lots are known and when it is done, by what it began with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.traceability import records
from functions.traceability.model import IN_PROGRESS
from functions.traceability.scopes import Reached
from functions.traceability.sweeps import Sweep, SweepAction
from makoto.events.traceability import LotsTraced, RecallOpened
from makoto.ports.context import TenantContext
from makoto.ports.outbox import Fact

NAMES_A_FACT = 1000
"""Lot ids have up to 80 bytes and an event on the bus at most 256 KB."""


@dataclass(frozen=True)
class Outcome:
    """The facts at both moments."""

    opened: Callable[[Reached], list[Fact]]
    finished: Callable[[Sequence[str]], list[Fact]]


def outcome_of(sweep: Sweep, tenant: TenantContext) -> Outcome:
    """A non-conformance is told the lots it reaches at the end, a recall is told as opened once its customers are."""
    if sweep.takes_given_lots or sweep.origin == "person":
        return Outcome(lambda _: [], lambda _: [])
    if sweep.origin == "recall":
        return Outcome(lambda found: [_recalled(sweep, found, tenant)], lambda _: [])
    return Outcome(lambda _: [], lambda lots: _traced(sweep, lots, tenant))


def _recalled(sweep: Sweep, found: Reached, tenant: TenantContext) -> Fact:
    lots = sorted({line.lot_id for each in found.shipments for line in each.inputs} & found.lots.keys())
    told = RecallOpened(
        tenant_id=tenant.tenant_id,
        recall_id=sweep.cause,
        lots=tuple(lots[:NAMES_A_FACT]),
        customers=tuple(sorted({each.customer or "" for each in found.shipments})[:NAMES_A_FACT]),
    )
    return Fact(told, f"recall/{sweep.cause}", 1)


def _traced(sweep: Sweep, lots: Sequence[str], tenant: TenantContext) -> list[Fact]:
    """Every lot of the work list as it is now: held, past holding, or reached where no hold was wanted."""
    named: list[tuple[str, str]] = []
    for start in range(0, len(lots), NAMES_A_FACT):
        for lot in records.load_lots(lots[start : start + NAMES_A_FACT], tenant).lots.values():
            if lot.material == IN_PROGRESS:
                continue
            is_reached = sweep.action is SweepAction.TRACE and lot.is_in_stock
            kind = "reached" if is_reached else "held" if lot.held_for(sweep.cause) else "beyond"
            named.append((kind, lot.lot_id))
    parts = [named[start : start + NAMES_A_FACT] for start in range(0, len(named), NAMES_A_FACT)] or [[]]
    return [_part(sweep, part, number, len(parts), tenant) for number, part in enumerate(parts, 1)]


def _part(sweep: Sweep, named: list[tuple[str, str]], number: int, count: int, tenant: TenantContext) -> Fact:
    lists = {kind: tuple(lot for of, lot in named if of == kind) for kind in ("held", "beyond", "reached")}
    told = LotsTraced(
        tenant_id=tenant.tenant_id, nc_id=sweep.cause, part=number, parts=count, is_late=sweep.is_late, **lists
    )
    return Fact(told, f"traced/{sweep.sweep_id}", number)
