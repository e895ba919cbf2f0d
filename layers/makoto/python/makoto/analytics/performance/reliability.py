"""Failures of a unit and the means of what was observed: MTBF, MTTF, MTTR."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from makoto.analytics.performance.intervals import Span, union
from makoto.analytics.performance.time_model import Maintenance, Portion, Term

METHOD = (
    "mean of the observed values: TTR is a failure's length, TTF the processing time (APT + ASUT) between a"
    " restoration and the next failure, TBF = TTF + the TTR before it; what the window's edges cut is left out"
)
"""ISO 22400-2 (hsu-aut ontology) defines FE, TBF, TTF and TTR and prints no formula for the means."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was observed (ms): failure events, times to repair, to failure and between failures."""

    failures: tuple[Span, ...] = ()
    ttr_ms: tuple[int, ...] = ()
    ttf_ms: tuple[int, ...] = ()
    tbf_ms: tuple[int, ...] = ()

    @property
    def mttr_ms(self) -> float | None:
        return _mean(self.ttr_ms)

    @property
    def mttf_ms(self) -> float | None:
        return _mean(self.ttf_ms)

    @property
    def mtbf_ms(self) -> float | None:
        return _mean(self.tbf_ms)


def reliability(portions: Sequence[Portion]) -> Reliability:
    """Observe the failures of one unit in a window: stretches of corrective maintenance, whatever the schedule says."""
    if not portions:
        return Reliability()
    failing = union((each.start, each.end) for each in portions if each.maintenance is Maintenance.CORRECTIVE)
    start, end = portions[0].start, portions[-1].end
    ttr = [last - first for first, last in failing if first > start and last < end]
    ttf, tbf = [], []
    busy = [each for each in portions if each.term in (Term.APT, Term.ASUT)]
    for (broke, restored), (again, _) in pairwise(failing):
        ran = sum(each.end - each.start for each in busy if restored <= each.start < again)
        ttf.append(ran)
        if broke > start:
            tbf.append(ran + restored - broke)
    return Reliability(tuple(failing), tuple(ttr), tuple(ttf), tuple(tbf))


def pooled(parts: Iterable[Reliability]) -> Reliability:
    """All that was observed at several units, each failure once."""
    listed = list(parts)
    return Reliability(
        tuple(sorted(span for each in listed for span in each.failures)),
        tuple(each for part in listed for each in part.ttr_ms),
        tuple(each for part in listed for each in part.ttf_ms),
        tuple(each for part in listed for each in part.tbf_ms),
    )


def _mean(observed: Sequence[int]) -> float | None:
    return fmean(observed) if observed else None
