"""Which metrics of a device are watched for anomalies, and how closely."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from makoto.domain import DeviceId, Value

MAX_METRICS = 50
Pattern = Annotated[str, Field(min_length=1, max_length=128)]


class Watch(Value):
    """Metrics of a device (`*` stands for any text) that are watched one by one and, where `is_together`, as one.

    A score of `threshold` or more is told, absent the detector's own; readings less than `min_interval_s` after the one
    before are left out.
    """

    device: DeviceId
    metrics: Annotated[tuple[Pattern, ...], Field(min_length=1, max_length=MAX_METRICS)] = ("*",)
    threshold: Annotated[FiniteFloat, Field(gt=0, le=1)] | None = None
    min_interval_s: Annotated[FiniteFloat, Field(ge=0, le=3600)] = 0.0
    is_together: bool = False
    enabled: bool = True
