"""What a figure comes from: its intervals and counts, a page at a time, and its losses and failures."""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from functions.performance.computing import Computed
from functions.performance.loss_views import FailureView, LossesView, LossView, MeanView, ReliabilityView
from functions.performance.model import CounterMapping
from functions.performance.views import CountView, IntervalView
from makoto.analytics.performance.losses import Losses, LossRow, losses, stops
from makoto.analytics.performance.reliability import METHOD, pooled, reliability
from makoto.analytics.performance.time_model import Portion
from makoto.analytics.performance.unit import Count
from makoto.domain import Page, instant_from_ms
from makoto.domain.factory import PackmlState
from makoto.errors import FieldError, Invalid

Item = TypeVar("Item", Portion, Count)
Place = tuple[str, int, int]
"""Unit, moment, and place among those of the same moment: what a cursor names."""


class UnknownCursor(Invalid):
    """The cursor is not one that this listing gave."""


def intervals(computed: Computed, limit: int, cursor: str | None) -> Page[IntervalView]:
    """The stretches of every unit, unit by unit."""
    listed = {unit: each.portions for unit, each in computed.units.items()}
    found, following = _page(_placed(listed), limit, cursor)
    items = tuple(_interval(place[0], each, computed) for place, each in found)
    return Page[IntervalView](items=items, next_cursor=following)


def counts(computed: Computed, limit: int, cursor: str | None) -> Page[CountView]:
    """The counts of every unit, unit by unit."""
    listed = {unit: each.counts for unit, each in computed.units.items()}
    found, following = _page(_placed(listed), limit, cursor)
    return Page[CountView](items=tuple(_count(place[0], each) for place, each in found), next_cursor=following)


def losses_view(computed: Computed) -> LossesView:
    """The losses of a place."""
    found = losses_of(computed)
    return LossesView(
        equipment=computed.plant.place,
        start=computed.window.start,
        end=computed.window.end,
        lost_s=found.lost_ms / 1000,
        minor_stops=found.minor_stops,
        pareto=pareto(found),
        tree=tuple(_loss(row, found.lost_ms) for row in found.tree),
        big={name: None if each is None else each / 1000 for name, each in found.big.items()},
        flags=computed.flags,
    )


def losses_of(computed: Computed) -> Losses:
    """All units' stops, each by its unit's own bound of a minor stop, summed up by reason."""
    resolve, terms = computed.plant.resolve, computed.terms
    listed = []
    for unit, each in computed.units.items():
        bound = computed.mappings.get(unit, CounterMapping()).minor_stop_s * 1000
        listed += stops(each.portions, resolve, bound)
    if terms["apt"] is None:
        return losses(listed, resolve, apt_ms=0, planned_run_s=None, planned_good_s=None)
    run, good = (None if each is None else Decimal(each) for each in (terms["planned_run_s"], terms["planned_good_s"]))
    return losses(listed, resolve, apt_ms=int(terms["apt"] or 0), planned_run_s=run, planned_good_s=good)


def pareto(found: Losses) -> tuple[LossView, ...]:
    """The reasons by their own time, the greatest first, with the share up to each."""
    made: list[LossView] = []
    so_far = 0
    for row in found.rows:
        so_far += row.own_ms
        made.append(_loss(row, found.lost_ms).model_copy(update={"cumulative": so_far / found.lost_ms}))
    return tuple(made)


def reliability_view(computed: Computed) -> ReliabilityView:
    """The failures of every unit."""
    parts = {unit: reliability(each.portions) for unit, each in computed.units.items()}
    found = pooled(parts.values())
    failed = sorted((start, end, unit) for unit, each in parts.items() for start, end in each.failures)
    return ReliabilityView(
        equipment=computed.plant.place,
        start=computed.window.start,
        end=computed.window.end,
        method=METHOD,
        mtbf=_mean(found.mtbf_ms, len(found.tbf_ms), "no two failures with a whole repair between them were observed"),
        mttf=_mean(found.mttf_ms, len(found.ttf_ms), "no two failures of one unit were observed"),
        mttr=_mean(found.mttr_ms, len(found.ttr_ms), "no whole repair was observed"),
        failures=tuple(
            FailureView(unit=unit, start=instant_from_ms(start), end=instant_from_ms(end))
            for start, end, unit in failed
        ),
    )


def _placed(listed: dict[str, list[Item]]) -> list[tuple[Place, Item]]:
    made: list[tuple[Place, Item]] = []
    for unit, items in sorted(listed.items()):
        before, same = -1, 0
        for each in items:
            same = same + 1 if each[0] == before else 0
            before = each[0]
            made.append(((unit, before, same), each))
    return made


def _page(
    listed: Sequence[tuple[Place, Item]], limit: int, cursor: str | None
) -> tuple[Sequence[tuple[Place, Item]], str | None]:
    """A cursor names the next item's place, so facts that come meanwhile neither repeat nor hide another."""
    at = 0 if cursor is None else bisect_left(listed, _place_in(cursor), key=lambda each: each[0])
    following = None
    if at + limit < len(listed):
        unit, moment, same = listed[at + limit][0]
        following = f"{unit}.{moment}.{same}"
    return listed[at : at + limit], following


def _place_in(cursor: str) -> Place:
    parts = cursor.split(".")
    if len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        raise UnknownCursor(
            "the cursor is not of this listing", errors=[FieldError("/query/cursor", "cursor", "unknown")]
        )
    return parts[0], int(parts[1]), int(parts[2])


def _interval(unit: str, portion: Portion, computed: Computed) -> IntervalView:
    reason = None if portion.reason is None else computed.plant.resolve(portion.reason)
    return IntervalView(
        unit=unit,
        start=instant_from_ms(portion.start),
        end=instant_from_ms(portion.end),
        seconds=(portion.end - portion.start) / 1000,
        term=str(portion.term),
        maintenance=None if portion.maintenance is None else str(portion.maintenance),
        packml=portion.packml,
        state=state_name(portion.packml),
        mode=portion.mode,
        reason=portion.reason,
        reason_name=None if reason is None else reason.name,
        order=portion.order,
        product=portion.product,
        source=portion.source,
    )


def state_name(packml: int) -> str:
    """The PackML state's name."""
    return next((each.name.lower() for each in PackmlState if each == packml), "undefined")


def _count(unit: str, count: Count) -> CountView:
    step, told = count.step, count.reported
    return CountView(
        unit=unit,
        at=instant_from_ms(count.t),
        since=None if step is None or step.since is None else instant_from_ms(step.since),
        source=f"{step.series.device}/{step.series.counter}" if step else f"order {told.order if told else ''}",
        role=None if count.role is None else str(count.role),
        quantity=float(count.quantity),
        is_counted=count.is_counted,
        status=str(step.status) if step else "reported",
        event=step.event if step else None,
        told=float(step.told if step else count.quantity),
        product=count.product,
        run_time_s=None if count.run_time_s is None else float(count.run_time_s),
        term=None if count.term is None else str(count.term),
        why=count.why,
    )


def _loss(row: LossRow, lost_ms: int) -> LossView:
    return LossView(
        code=row.code,
        name=row.name,
        name_ja=row.name_ja,
        parent=row.parent,
        seconds=row.own_ms / 1000,
        stops=row.own_stops,
        total_s=row.total_ms / 1000,
        total_stops=row.total_stops,
        share=row.total_ms / lost_ms if lost_ms else 0.0,
    )


def _mean(value_ms: float | None, observed: int, why: str) -> MeanView:
    seconds = None if value_ms is None else value_ms / 1000
    return MeanView(seconds=seconds, observed=observed, reason=why if value_ms is None else None)
