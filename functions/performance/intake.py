"""What machines and production said, as rows of a unit's facts."""

from collections.abc import Iterable, Iterator, Sequence

from functions.performance import recording
from functions.performance.facts import COUNT, COUNT_MS, HOUR_MS, ORDER, REPORT, STATE, Row
from functions.performance.model import ms
from functions.performance.reading import state_row
from makoto.analytics.performance.orders import OrderStep
from makoto.analytics.performance.states import StateFact
from makoto.events.production import (
    OperationCompleted,
    OperationLeft,
    OperationPaused,
    OperationStarted,
    QuantityReported,
)
from makoto.events.telemetry import CountReport, MachineReported, StateReport
from makoto.ports.context import TenantContext

MAX_STATES = 40
"""Each may be a fact of its own, and one write holds 96."""

MAX_DOCUMENTS = 60


def take_machine(fact: MachineReported, tenant: TenantContext) -> None:
    """Add a machine's states and counters, in portions that are one write each; the last one marks the event."""
    portions = list(_portions(fact)) or [{}]
    for portion in portions[:-1]:
        recording.add(fact.equipment, portion, recording.unmarked(tenant))
    recording.add(fact.equipment, portions[-1], tenant)


def take_started(fact: OperationStarted, tenant: TenantContext) -> None:
    """An order stands at the unit, and its operation runs."""
    _take_order(fact, OrderStep.STARTED, tenant, is_setup=fact.is_setup)


def take_paused(fact: OperationPaused, tenant: TenantContext) -> None:
    """An order stands at the unit still."""
    _take_order(fact, OrderStep.PAUSED, tenant, reason=fact.reason)


def take_completed(fact: OperationCompleted | OperationLeft, tenant: TenantContext) -> None:
    """An order stands at the unit no longer: its operation is complete, goes on elsewhere or was cancelled."""
    _take_order(fact, OrderStep.COMPLETED, tenant)


def take_quantity(fact: QuantityReported, event_id: str, tenant: TenantContext) -> None:
    """What was made of an order; what it consumed, as far as it is in the product's unit."""
    consumed = sum((each.quantity for each in fact.consumed if each.unit == fact.unit), start=fact.good - fact.good)
    amounts = [str(each) for each in (fact.good, fact.scrap, fact.rework, consumed)]
    row: Row = [ms(fact.at), fact.order_id, fact.sequence, fact.product, *amounts, event_id]
    recording.add(fact.equipment, {REPORT: [row]}, tenant)


def _take_order(
    fact: OperationStarted | OperationPaused | OperationCompleted | OperationLeft,
    step: OrderStep,
    tenant: TenantContext,
    *,
    is_setup: bool = False,
    reason: int | None = None,
) -> None:
    row: Row = [ms(fact.at), int(step), fact.order_id, fact.sequence, fact.product, is_setup, reason]
    recording.add(fact.equipment, {ORDER: [row]}, tenant)


def _portions(fact: MachineReported) -> Iterator[dict[str, list[Row]]]:
    """States in order of time, so that each stop is told; then counters."""
    states = sorted((_state(each) for each in fact.states), key=lambda each: each.t)
    for listed in _cut([state_row(each) for each in states], HOUR_MS, MAX_STATES):
        yield {STATE: listed}
    counts = sorted(fact.counts, key=lambda each: each.t)
    rows = [row for each in counts for row in _counts(fact, each)]
    for listed in _cut(rows, COUNT_MS, len(rows)):
        yield {COUNT: listed}


def _cut(rows: Sequence[Row], bucket_ms: int, most: int) -> Iterator[list[Row]]:
    portion: list[Row] = []
    documents: set[int] = set()
    for row in rows:
        number = int(row[0] or 0) // bucket_ms
        documents.add(number)
        if portion and (len(portion) == most or len(documents) > MAX_DOCUMENTS):
            yield portion
            portion, documents = [], {number}
        portion.append(row)
    if portion:
        yield portion


def _state(report: StateReport) -> StateFact:
    """No reason is 0 to machines that cannot leave it out."""
    return StateFact(report.t, report.packml, report.mode, report.reason or None, report.order or None)


def _counts(fact: MachineReported, report: CountReport) -> Iterable[Row]:
    return ([report.t, fact.device_id, name, value] for name, value in sorted(report.counters.items()))
