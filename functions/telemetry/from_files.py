"""What the engine of history finds in files, in the terms of summaries."""

from math import isfinite

from makoto.analytics.rollups import Last, Rollup
from makoto.ports.history import Bucket


def rollup_of(bucket: Bucket) -> Rollup:
    """Read a bucket; files know no order beyond the time. Of no number the engine has no total, where 0 is to add."""
    total = bucket.total if bucket.used else 0.0
    return Rollup(
        bucket.count,
        bucket.good,
        bucket.used,
        total if total is not None and isfinite(total) else None,
        bucket.least,
        bucket.most,
        None if bucket.last_t is None else Last(bucket.last, bucket.last_t, 0),
        bucket.uncertain,
        bucket.squares if bucket.used or bucket.uncertain is None else 0.0,
        None if bucket.first_t is None else Last(bucket.first, bucket.first_t, 0),
    )
