"""What a caller sees of losses and failures."""

from makoto.domain import Instant, Value


class LossView(Value):
    """Time lost for a reason; `total_s` with what is below it; shares of all time lost."""

    code: int | None
    name: str
    name_ja: str
    parent: int | None
    seconds: float
    stops: int
    total_s: float
    total_stops: int
    share: float
    cumulative: float | None = None


class LossesView(Value):
    """Losses of a place: `pareto` by their own time, `tree` rolled up, `big` in seconds, null where unknown."""

    equipment: str
    start: Instant
    end: Instant
    lost_s: float
    minor_stops: int
    pareto: tuple[LossView, ...]
    tree: tuple[LossView, ...]
    big: dict[str, float | None]
    flags: tuple[str, ...]


class FailureView(Value):
    """A failure event."""

    unit: str
    start: Instant
    end: Instant


class MeanView(Value):
    """A mean of the observed."""

    seconds: float | None
    observed: int
    reason: str | None


class ReliabilityView(Value):
    """Failures of a place and the means of what was observed."""

    equipment: str
    start: Instant
    end: Instant
    method: str
    mtbf: MeanView
    mttf: MeanView
    mttr: MeanView
    failures: tuple[FailureView, ...]
