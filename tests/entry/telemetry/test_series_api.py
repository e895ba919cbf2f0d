"""Series over HTTP: the resolution that fits, gaps as gaps, derived metrics among the measured."""

from collections.abc import Callable
from typing import Any

import pytest

from makoto.domain import instant_from_ms, ms_from_instant
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT
from tests.entry.telemetry.test_telemetry_api import Answer, call  # noqa: F401  the fixture
from tests.unit.codecs.messages import DEVICE, birth, series, telemetry

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
Call = Callable[..., Answer]
POWER_PER_TURN = {
    "expression": "power / speed",
    "inputs": {"power": {"metric": "spindle/power"}, "speed": {"metric": "spindle/speed"}},
}


def text(ms: int) -> str:
    return instant_from_ms(ms).isoformat(timespec="milliseconds")


@pytest.fixture
def hour_ms(platform: Platform) -> int:
    """The beginning of the hour before the last."""
    return (ms_from_instant(platform.clock.now()) // HOUR_MS - 2) * HOUR_MS


@pytest.fixture
def ask(call: Call, hour_ms: int) -> Callable[..., Any]:  # noqa: F811
    def send(**changes: Any) -> Any:
        span = {"from": text(hour_ms), "to": text(hour_ms + HOUR_MS)}
        query = {"device": DEVICE, "metric": "a", "resolution": "15m", **span, **changes}
        return call("GET", "/series", query=query)

    return send


def sent(call: Call, seq: int, **values: list[tuple[int, Any, int]]) -> None:  # noqa: F811
    parts = [
        series(name.replace("__", "/"), t=[t for t, _, _ in some], v=[v for _, v, _ in some], q=[q for *_, q in some])
        for name, some in values.items()
    ]
    assert call("POST", body=telemetry(*parts, seq=seq)).status == 200


@pytest.fixture
def readings(call: Call, hour_ms: int) -> None:  # noqa: F811
    """Two in the first quarter, none in the second, three in the third of which one is bad and one uncertain."""
    third = hour_ms + 30 * MINUTE_MS
    some = [
        (hour_ms, 1.0, 192),
        (hour_ms + 1000, 4.0, 192),
        (third, 5.0, 192),
        (third + 1, 9.0, 64),
        (third + 2, 7.0, 0),
    ]
    sent(call, 0, a=some)


def column(answer: Answer, figure: str, place: int = 0) -> list[Any]:
    assert answer.status == 200, answer.body
    values: list[Any] = answer.body["series"][place]["values"][figure]
    return values


@pytest.mark.usefixtures("readings")
def test_every_figure_of_each_step_with_gaps_as_null(ask: Callable[..., Any]) -> None:
    answer = ask(aggregate="mean,min,max,count,first,last,sum,std", sampling="5m")
    assert column(answer, "mean") == [2.5, None, 7.0, None]
    assert column(answer, "min") == [1.0, None, 5.0, None]
    assert column(answer, "max") == [4.0, None, 9.0, None]
    assert column(answer, "count") == [2, 0, 3, 0]
    assert column(answer, "first") == [1.0, None, 5.0, None]
    assert column(answer, "last") == [4.0, None, 9.0, None]
    assert column(answer, "sum") == [5.0, None, 14.0, None]
    assert column(answer, "std") == [pytest.approx(4.5**0.5), None, pytest.approx(8**0.5), None]


@pytest.mark.usefixtures("readings")
def test_quality_is_told_as_shares_and_what_is_missing_where_the_sampling_is_known(ask: Callable[..., Any]) -> None:
    answer = ask(aggregate="good_share,uncertain_share,bad_share,missing_share", sampling="3m")
    third = pytest.approx(1 / 3)
    assert column(answer, "good_share") == [1.0, None, third, None]
    assert column(answer, "uncertain_share") == [0.0, None, third, None]
    assert column(answer, "bad_share") == [0.0, None, third, None]
    assert column(answer, "missing_share") == [pytest.approx(0.6), 1.0, pytest.approx(0.4), 1.0]
    assert column(ask(aggregate="missing_share"), "missing_share") == [None] * 4


@pytest.mark.usefixtures("readings")
@pytest.mark.parametrize(("fill", "means"), [("null", [2.5, None, 7.0, None]), ("previous", [2.5, 2.5, 7.0, 7.0])])
def test_gaps_are_filled_only_if_asked(ask: Callable[..., Any], fill: str, means: list[Any]) -> None:
    answer = ask(fill=fill, aggregate="mean,count")
    assert (column(answer, "mean"), column(answer, "count")) == (means, [2, 0, 3, 0])


@pytest.mark.usefixtures("readings")
def test_gaps_are_left_out_if_asked(ask: Callable[..., Any], hour_ms: int) -> None:
    (found,) = ask(fill="none").body["series"]
    assert found["times"] == [text(hour_ms), text(hour_ms + 30 * MINUTE_MS)]
    assert found["values"] == {"mean": [2.5, 7.0]}


@pytest.mark.usefixtures("readings")
def test_few_readings_are_given_as_they_are_with_their_quality(ask: Callable[..., Any], hour_ms: int) -> None:
    answer = ask(resolution="auto")
    assert (answer.body["resolution"], answer.body["why"]) == ("raw", "5 readings a series are at most 1000")
    (found,) = answer.body["series"]
    assert found["times"][:2] == [text(hour_ms), text(hour_ms + 1000)]
    assert found["values"] == {"value": [1.0, 4.0, 5.0, 9.0, 7.0], "quality": [192, 192, 192, 64, 0]}


@pytest.mark.usefixtures("readings")
@pytest.mark.parametrize(
    ("hours", "max_points", "step"), [(1, "4", "15m"), (6, "100", "5m"), (24, "100", "15m"), (24 * 30, "800", "1h")]
)
def test_the_finest_resolution_that_fits_is_chosen(
    ask: Callable[..., Any], hour_ms: int, hours: int, max_points: str, step: str
) -> None:
    answer = ask(resolution="auto", max_points=max_points, **{"from": text(hour_ms + HOUR_MS - hours * HOUR_MS)})
    assert answer.body["resolution"] == step
    assert "would be" in answer.body["why"]
    assert len(answer.body["series"][0]["times"]) <= int(max_points) + 1
    assert sum(column(ask(aggregate="count"), "count")) == 5


@pytest.mark.usefixtures("readings")
def test_what_has_more_points_than_asked_for_comes_in_parts(ask: Callable[..., Any], hour_ms: int) -> None:
    first = ask(resolution="1m", max_points="40", aggregate="count")
    assert (len(column(first, "count")), first.body["next_from"]) == (40, text(hour_ms + 40 * MINUTE_MS))
    second = ask(resolution="1m", max_points="40", aggregate="count", **{"from": first.body["next_from"]})
    assert (len(column(second, "count")), second.body["next_from"]) == (20, None)
    assert sum(column(first, "count") + column(second, "count")) == 5


def test_many_readings_are_thinned_to_what_a_chart_needs(ask: Callable[..., Any], call: Call, hour_ms: int) -> None:  # noqa: F811
    sent(call, 0, a=[(hour_ms + place * 1000, 9.0 if place == 500 else 0.0, 192) for place in range(1000)])
    for how in ("lttb", "minmax"):
        (found,) = ask(resolution="raw", max_points="50", downsample=how).body["series"]
        assert (len(found["times"]) <= 50, found["thinned_from"], 9.0 in found["values"]["value"]) == (True, 1000, True)
    part = ask(resolution="raw", max_points="50", downsample="none").body
    assert (len(part["series"][0]["times"]), part["next_from"]) == (50, text(hour_ms + 50_000))


@pytest.mark.usefixtures("readings")
def test_days_are_those_of_the_zone_that_is_named(ask: Callable[..., Any], hour_ms: int) -> None:
    two_days = {"from": text(hour_ms - 24 * HOUR_MS), "to": text(hour_ms + 24 * HOUR_MS), "resolution": "1d"}
    times = {
        zone: ask(**two_days, tz=zone).body["series"][0]["times"][0][11:16]
        for zone in ("UTC", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns")
    }
    expected = {"UTC": "00:00", "Asia/Tokyo": "15:00", "Asia/Kolkata": "18:30", "Asia/Kathmandu": "18:15"}
    assert {zone: times[zone] for zone in expected} == expected
    assert times["America/St_Johns"] in ("02:30", "03:30")


@pytest.mark.usefixtures("readings")
def test_several_metrics_and_devices_are_answered_at_once(ask: Callable[..., Any]) -> None:
    answer = ask(device=[DEVICE, "edge-08"], metric=["a", "b"])
    named = [(each["device"], each["metric"], each["values"]["mean"][0]) for each in answer.body["series"]]
    assert named == [(DEVICE, "a", 2.5), (DEVICE, "b", None), ("edge-08", "a", None), ("edge-08", "b", None)]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"resolution": "7m"}, "/query/resolution"),
        ({"tz": "Mars/Olympus"}, "/query/tz"),
        ({"tz": "../etc/passwd"}, "/query/tz"),
        ({"max_points": "1"}, "/query/max_points"),
        ({"aggregate": "mean,median"}, "/query/aggregate/0"),
        ({"to": "2020-01-01T00:00:00Z"}, "/query/to"),
        ({"sampling": "0s"}, "/query/sampling"),
        ({"fill": "linear"}, "/query/fill"),
        ({"metric": "derived/x", "resolution": "raw"}, "/query/resolution"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_field(
    ask: Callable[..., Any], changes: dict[str, Any], pointer: str
) -> None:
    answer = ask(**changes)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.usefixtures("readings")
def test_another_tenant_sees_nothing(call: Call, hour_ms: int) -> None:  # noqa: F811
    query = {"device": DEVICE, "metric": "a", "from": text(hour_ms), "to": text(hour_ms + HOUR_MS), "resolution": "1h"}
    answer = call("GET", "/series", query=query, tenant_id=OTHER_TENANT)
    assert column(answer, "mean") == [None]


@pytest.fixture
def spindle(call: Call, hour_ms: int) -> None:  # noqa: F811
    """Power 2, 6, 8, 5 kW at 1000, 2000, 0 min-1 and of bad quality, a minute each; then power alone."""
    speeds = [(1000.0, 192), (2000.0, 192), (0.0, 192), (1000.0, 0)]
    power = [(hour_ms + place * MINUTE_MS, value, 192) for place, value in enumerate([2.0, 6.0, 8.0, 5.0, 3.0])]
    speed = [(hour_ms + place * MINUTE_MS, value, q) for place, (value, q) in enumerate(speeds)]
    sent(call, 0, spindle__power=power, spindle__speed=speed)


@pytest.mark.usefixtures("spindle")
def test_a_derived_metric_is_computed_at_minutes_and_says_where_it_could_not_be(
    ask: Callable[..., Any],
    call: Call,  # noqa: F811
) -> None:
    assert call("PUT", "/derived/power-per-turn", body=POWER_PER_TURN).status == 200
    asked = {"metric": ["derived/power-per-turn", "spindle/power"], "aggregate": "mean,count,good_share"}
    answer = ask(resolution="1h", tz="UTC", **asked)
    assert column(answer, "mean") == [pytest.approx((0.002 + 0.003) / 2)]
    assert (column(answer, "count"), column(answer, "good_share")) == ([5], [pytest.approx(0.4)])
    assert answer.body["series"][0]["basis"] == "1m"
    failures = {"division_by_zero": 1, "bad_input": 1, "missing_input": 1}
    assert answer.body["series"][0]["failures"] == failures
    assert column(answer, "mean", 1) == [pytest.approx(4.8)]


@pytest.mark.usefixtures("spindle")
def test_the_mean_of_a_ratio_is_not_the_ratio_of_means(ask: Callable[..., Any], call: Call) -> None:  # noqa: F811
    call("PUT", "/derived/ratio", body={**POWER_PER_TURN, "expression": "power / max(speed, 1)"})
    found = column(ask(metric="derived/ratio", resolution="1h", tz="UTC"), "mean")
    assert found == [pytest.approx((2 / 1000 + 6 / 2000 + 8 / 1) / 3)]


@pytest.mark.usefixtures("spindle")
def test_a_definition_can_be_tried_before_it_is_kept(call: Call, hour_ms: int) -> None:  # noqa: F811
    body = {"definition": POWER_PER_TURN, "device": DEVICE, "from": text(hour_ms), "to": text(hour_ms + 4 * MINUTE_MS)}
    answer = call("POST", "/derived/preview", body={**body, "resolution": "1m"})
    assert column(answer, "mean") == [0.002, 0.003, None, None]
    assert call("GET", "/derived").body["items"] == []


def test_units_are_converted_where_both_are_known_and_refused_where_they_measure_something_else(
    ask: Callable[..., Any],
    call: Call,  # noqa: F811
    hour_ms: int,
) -> None:
    metrics = [{"m": "pressure", "type": "Double", "unit": "bar"}]
    call("POST", body=birth(metrics=metrics, sent_at=hour_ms))
    sent(call, 1, pressure=[(hour_ms, 2.0, 192)])
    for unit, status in (("kPa", 200), ("kW", 422)):
        definition = {"expression": "p + 1", "inputs": {"p": {"metric": "pressure", "unit": unit}}, "unit": unit}
        call("PUT", "/derived/above", body=definition)
        answer = ask(metric="derived/above", resolution="1m")
        assert answer.status == status
        if status == 200:
            assert column(answer, "mean")[0] == pytest.approx(201)
            assert answer.body["series"][0]["unit"] == "kPa"


def test_derived_metrics_are_made_of_derived_ones_but_never_of_themselves(call: Call) -> None:  # noqa: F811
    def of(name: str) -> dict[str, Any]:
        return {"expression": "x * 2", "inputs": {"x": {"metric": name}}}

    assert call("PUT", "/derived/one", body=of("a")).status == 200
    assert call("PUT", "/derived/two", body=of("derived/one")).status == 200
    assert call("PUT", "/derived/three", body=of("derived/two")).status == 200
    cycle = call("PUT", "/derived/one", body=of("derived/three"))
    assert (cycle.status, cycle.body["errors"][0]["detail"]) == (409, "one -> three -> two -> one")
    assert call("PUT", "/derived/self", body=of("derived/self")).status == 409
    assert call("PUT", "/derived/four", body=of("derived/nothing")).status == 422
    assert call("DELETE", "/derived/two").status == 409
    assert call("DELETE", "/derived/three").status == 200
    assert call("DELETE", "/derived/three").status == 404
    assert [each["name"] for each in call("GET", "/derived").body["items"]] == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"expression": "power.real / speed"}, "/expression"),
        ({"expression": "power / turns"}, "/expression"),
        ({"expression": "power"}, "/inputs/speed"),
        ({"inputs": {}}, "/body/inputs"),
        ({"unit": "furlong"}, "/body/unit"),
        ({"device": DEVICE, "place": "nagoya"}, "/place"),
    ],
)
def test_a_definition_that_cannot_be_computed_is_refused(call: Call, changes: Any, pointer: str) -> None:  # noqa: F811
    answer = call("PUT", "/derived/broken", body={**POWER_PER_TURN, **changes})
    assert (answer.status, pointer in [error["pointer"] for error in answer.body["errors"]]) == (422, True), answer.body


@pytest.mark.usefixtures("spindle")
@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"device": DEVICE}, 200),
        ({"device": "edge-08"}, 404),
        ({"place": "nagoya/machining"}, 200),
        ({"place": "osaka"}, 404),
        ({"place": "nagoya/mach"}, 404),
    ],
)
def test_a_derived_metric_is_one_device_s_or_a_place_s(
    ask: Callable[..., Any],
    call: Call,  # noqa: F811
    scope: dict[str, str],
    status: int,
) -> None:
    call("PUT", "/derived/here", body={**POWER_PER_TURN, **scope})
    assert ask(metric="derived/here", resolution="1h").status == status


def test_an_operator_may_ask_but_not_define(call: Call, hour_ms: int) -> None:  # noqa: F811
    assert call("PUT", "/derived/mine", body=POWER_PER_TURN, role="operator").status == 403
    assert call("GET", "/derived", role="operator").status == 200
