"""A metric forecast from what is stored of it."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from makoto.domain import instant_from_ms
from tests.entry.telemetry.test_telemetry_api import Answer, call  # noqa: F401  the fixture
from tests.unit.codecs.messages import DEVICE, series, telemetry

Call = Callable[..., Answer]
HOUR_MS = 3_600_000
HOURS = 24 * 5


@pytest.fixture
def sent(call: Call, now_ms: int) -> None:  # noqa: F811
    """Five days of an hourly metric with a daily rhythm, two hours of them missing."""
    until = now_ms - now_ms % HOUR_MS
    times = [until - (HOURS - at) * HOUR_MS + 60_000 for at in range(HOURS) if at not in (40, 41)]
    values = [
        50 + 10 * math.sin(2 * math.pi * (time // HOUR_MS % 24) / 24) + time // HOUR_MS * 7919 % 13 / 6
        for time in times
    ]
    body = telemetry(series("load", t=times, v=values), sent_at=now_ms)
    assert call("POST", body=body).status == 200


@pytest.fixture
def ask(call: Call) -> Callable[..., Answer]:  # noqa: F811
    def send(**changes: Any) -> Answer:
        return call("GET", "/forecast", query={"device": DEVICE, "metric": "load"} | changes)

    return send


@pytest.mark.usefixtures("sent")
def test_a_daily_rhythm_goes_on_with_its_interval_and_beats_the_baseline(
    ask: Callable[..., Answer], now_ms: int
) -> None:
    made = ask(horizon="12").body

    until = now_ms - now_ms % HOUR_MS
    steps = made["steps"]
    expected = [51 + 10 * math.sin(2 * math.pi * ((until + at * HOUR_MS) // HOUR_MS % 24) / 24) for at in range(12)]
    assert made["season"] == 24
    assert made["is_better_than_naive"]
    assert made["missing"] == 2
    assert steps[0]["time"].startswith(instant_from_ms(until).strftime("%Y-%m-%dT%H:00:00"))
    assert max(abs(step["mean"] - value) for step, value in zip(steps, expected, strict=True)) < 3.5
    assert all(step["low"] <= step["mean"] <= step["high"] for step in steps)
    assert {"naive", "seasonal naive"} <= {score["model"] for score in made["scores"]}
    assert made["scores"][0]["model"] == made["model"]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"metric": "unknown"}, "/query/metric"),
        ({"season": "200"}, "/season"),
        ({"level": "1"}, "/query/level"),
        ({"horizon": "0"}, "/query/horizon"),
        ({"season": "weekly"}, "/query/season"),
        ({"to": "9998-12-31T23:59:59Z"}, "/query/to"),
        ({"to": "0002-01-01T00:00:00Z"}, "/query/to"),
    ],
)
def test_what_cannot_be_forecast_is_refused_by_its_field(
    ask: Callable[..., Answer], changes: dict[str, str], pointer: str
) -> None:
    answer = ask(**changes)

    assert answer.status == 422
    assert pointer in {each["pointer"] for each in answer.body["errors"]}


@pytest.mark.usefixtures("sent")
def test_a_viewer_may_ask(ask: Callable[..., Answer], call: Call) -> None:  # noqa: F811
    assert call("GET", "/forecast", query={"device": DEVICE, "metric": "load"}, role="viewer").status == 200
