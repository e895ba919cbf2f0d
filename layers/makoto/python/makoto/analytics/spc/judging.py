"""Phase II: points judged by frozen limits, all at once or as they come."""

from makoto.analytics.spc.judged import START, Judgement, StreamState
from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.samples import Samples


def judge(limits: Limits, samples: Samples, state: StreamState = START, *, is_phase_one: bool = False) -> Judgement:
    """Judge samples after those that `state` has seen; in portions or at once the result is the same.

    `is_phase_one`: the samples are those the limits were estimated from, which matters to T2 only.
    """
    raise NotImplementedError
