"""Charts through the handler: limits in versions, late points, restarts, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.entry.quality.conftest import CHART, Answer, Call, Relay, at, facts, subgroup

POINTS = "/charts/bore-line-1/points"


def post(call: Call, *points: dict[str, Any], chart: str = "bore-line-1") -> Answer:
    return call("POST", f"/charts/{chart}/points", body={"points": list(points)})


def listed(call: Call, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call("GET", POINTS, query={"limit": "200", **query}).body["items"]
    return items


def refusal(answer: Answer, place: int = 0) -> tuple[str, str]:
    """The pointer and the rule of a refused point."""
    item = answer.body["items"][place]
    assert item["status"] == "refused", item
    return item["errors"][0]["pointer"], item["errors"][0]["rule"]


def chart(kind: str, **changes: Any) -> dict[str, Any]:
    base = {"chart_id": f"a-{kind.replace('_', '-')}", "title": kind, "kind": kind, "characteristics": ["finish"]}
    return base | changes


def test_points_wait_for_limits_and_are_judged_by_those_in_force_at_their_time(charted: Call) -> None:
    post(charted, subgroup(20), subgroup(21))
    points = listed(charted)

    assert [each["limits_version"] for each in points] == [None] * 20 + [1, 1]
    assert points[5]["judged"] == []
    assert [each["statistic"] for each in points[20]["judged"]] == ["mean", "range"]
    mean = points[20]["judged"][0]
    assert mean["lcl"] < 20.0 < mean["ucl"]
    assert mean["value"] == pytest.approx(20.0)


def test_limits_agree_with_the_printed_constants(charted: Call) -> None:
    (version,) = charted("GET", "/charts/bore-line-1/limits").body["items"]
    ranges = [max(each["values"]) - min(each["values"]) for each in listed(charted)]
    mean_range = sum(ranges) / len(ranges)
    mean, spread = version["limits"]["statistics"]

    assert version["points"] == 20
    assert mean["ucl"] - mean["center"] == pytest.approx(0.5768 * mean_range, rel=1e-3)  # A2 of n = 5
    assert spread["ucl"] == pytest.approx(2.1145 * mean_range, rel=1e-3)  # D4 of n = 5


def test_the_next_version_begins_later_and_the_history_is_listed(charted: Call) -> None:
    post(charted, *(subgroup(each) for each in range(20, 30)))
    wider = {"start": at(50), "end": at(300), "effective_from": at(250), "reason": "new tool"}
    wider["excluded"] = [{"point_id": "p007", "reason": "coolant failed"}]  # type: ignore[assignment]

    answer = charted("POST", "/charts/bore-line-1/limits", body=wider)

    assert (answer.status, answer.body["version"], answer.body["points"]) == (201, 2, 24)
    assert [each["limits_version"] for each in listed(charted)[20:]] == [1] * 5 + [2] * 5
    assert [each["rejudged"] for each in listed(charted)[20:]] == [0] * 5 + [1] * 5
    versions = charted("GET", "/charts/bore-line-1/limits").body["items"]
    assert [each["version"] for each in versions] == [2, 1]
    assert versions[0]["excluded"] == wider["excluded"]
    again = charted("POST", "/charts/bore-line-1/limits", body=wider)
    assert again.body["version"] == 2
    back = charted("POST", "/charts/bore-line-1/limits", body=wider | {"effective_from": at(240)})
    assert (back.status, back.pointers) == (422, {"/body/effective_from"})


def test_a_run_does_not_cross_another_version_of_the_limits_or_a_restart(charted: Call) -> None:
    shifted = [subgroup(each, mean=20.005) for each in range(20, 28)]
    post(charted, *shifted)
    ninth = post(charted, subgroup(28, mean=20.005)).body["items"][0]["point"]
    assert "nelson_2" in ninth["rules"]

    answer = charted("POST", "/charts/bore-line-1/restarts", body={"at": at(245), "reason": "tool changed"})

    assert answer.body["restarts"][0]["reason"] == "tool changed"
    after = listed(charted)[28]
    assert "nelson_2" not in after["rules"]
    assert (after["rejudged"], after["was"]) == (1, ninth["rules"])


def test_a_late_point_judges_again_what_came_after_it_and_says_so(charted: Call, relay: Relay) -> None:
    post(charted, *(subgroup(each, mean=20.005) for each in range(20, 29) if each != 24))
    assert facts(relay(), "quality.spc_signal_raised") == []

    late = post(charted, subgroup(24, mean=20.005)).body["items"][0]["point"]

    assert (late["is_late"], late["number"]) == (True, 29)
    assert listed(charted)[28]["rules"] == ["nelson_2"]
    (signal,) = facts(relay(), "quality.spc_signal_raised")
    assert signal["point_id"] == "p028"


def test_a_late_point_that_breaks_a_run_takes_the_signal_back_and_says_what_it_was(charted: Call) -> None:
    post(charted, *(subgroup(each, mean=20.005) for each in range(20, 30) if each != 24))
    assert "nelson_2" in listed(charted)[28]["rules"]

    post(charted, subgroup(24, mean=19.995))

    after = listed(charted)[29]
    assert (after["rules"], after["was"], after["rejudged"]) == ([], ["nelson_2"], 1)


def test_a_point_sent_again_changes_nothing_and_another_under_its_id_is_refused(charted: Call) -> None:
    post(charted, subgroup(20))
    before = listed(charted)

    again = post(charted, subgroup(20))
    other = post(charted, subgroup(20, mean=20.3))
    twice = post(charted, subgroup(21), subgroup(21))

    assert (again.body["items"][0]["status"], again.body["recorded"]) == ("known", 1)
    assert refusal(other) == ("/body/points/0/point_id", "known")
    assert refusal(twice, 0)[1] == "known"
    assert listed(charted)[:21] == before


def test_many_late_points_at_once_are_judged_as_if_they_had_come_in_order(call: Call) -> None:
    call("POST", "/charts", body=CHART)
    every = [subgroup(each, mean=20.0 if each < 40 else 20.006) for each in range(120)]
    post(call, *every[:20])
    call("POST", "/charts/bore-line-1/limits", body={"end": at(200), "effective_from": at(200)})
    post(call, *(each for place, each in enumerate(every[20:]) if place % 2))
    post(call, *(each for place, each in enumerate(every[20:]) if not place % 2))
    one = [(each["point_id"], each["rules"], each["judged"]) for each in listed(call)]

    call("POST", "/charts", body=CHART | {"chart_id": "in-order"})
    post(call, *every[:20], chart="in-order")
    call("POST", "/charts/in-order/limits", body={"end": at(200), "effective_from": at(200)})
    post(call, *every[20:], chart="in-order")
    other = call("GET", "/charts/in-order/points", query={"limit": "200"}).body["items"]

    assert one == [(each["point_id"], each["rules"], each["judged"]) for each in other]
    assert any(rules for _, rules, _ in one)
    assert call("GET", "/charts/bore-line-1").body["is_settled"] is True


def test_points_are_listed_by_window_in_pages(charted: Call) -> None:
    first = charted("GET", POINTS, query={"from": at(50), "to": at(100), "limit": "3"}).body
    rest = charted(
        "GET", POINTS, query={"from": at(50), "to": at(100), "limit": "3", "cursor": first["next_cursor"]}
    ).body

    assert [each["point_id"] for each in first["items"] + rest["items"]] == ["p005", "p006", "p007", "p008", "p009"]
    assert rest["next_cursor"] is None


def test_charts_are_listed_with_how_they_stand(charted: Call) -> None:
    charted("POST", "/charts", body=chart("c", subgroup_size=10))
    post(charted, subgroup(20, mean=20.09))

    lines = charted("GET", "/charts").body["items"]
    mine = charted("GET", "/charts", query={"characteristic": "bore"}).body["items"]

    assert [(each["chart"]["chart_id"], each["points"]) for each in lines] == [("a-c", 0), ("bore-line-1", 21)]
    for place, count in (("nagoya/machining", 1), ("nagoya/machining/line-1/mc-01", 1), ("osaka", 0)):
        assert len(charted("GET", "/charts", query={"equipment": place}).body["items"]) == count
    assert [(each["limits_version"], "nelson_1" in each["last_rules"]) for each in mine] == [(1, True)]


def test_the_same_chart_again_is_no_conflict_and_another_under_its_id_is(call: Call) -> None:
    assert [call("POST", "/charts", body=CHART).status for _ in range(2)] == [201, 201]

    assert call("POST", "/charts", body=CHART | {"subgroup_size": 4}).status == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (CHART | {"subgroup_size": 1}, "/body"),  # a single value has no range
        (CHART | {"kind": "xbar_s", "subgroup_size": 1}, "/body"),
        (CHART | {"kind": "i_mr", "subgroup_size": 2}, "/body"),
        (CHART | {"characteristics": ["unheard-of"]}, "/body/characteristics/0"),
        (CHART | {"kind": "t2", "subgroup_size": 1}, "/body"),  # one characteristic is no vector
        (CHART | {"kind": "pie"}, "/body/kind"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused(call: Call, body: dict[str, Any], pointer: str) -> None:
    answer = call("POST", "/charts", body=body)

    assert (answer.status, answer.pointers) == (422, {pointer})


BAD_POINTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("a subgroup of the wrong size", {"values": [20.0, 20.1]}, "/values", "size"),
    ("a unit that does not convert", {"unit": "kg"}, "/unit", "unit"),
    ("an unknown unit", {"unit": "furlong"}, "/unit", "value_error"),
    ("a value that is not finite", {"values": [20, 20, 20, 20, "NaN"]}, "/values/4", "finite_number"),
    ("an infinite value", {"values": [20, 20, 20, 20, "Infinity"]}, "/values/4", "finite_number"),
    ("a text", {"values": [20, 20, 20, 20, "wide"]}, "/values/4", "decimal_parsing"),
    ("a time in the future", {"at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, "/at", "future"),  # noqa: TID251
    ("a time without a zone", {"at": "2026-04-01T00:00:00"}, "/at", "timezone_aware"),
    ("a count on a chart of values", {"values": [], "found": 1, "inspected": 5}, "/found", "kind"),
]


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"), [each[1:] for each in BAD_POINTS], ids=[each[0] for each in BAD_POINTS]
)
def test_a_bad_point_is_refused_with_its_pointer_and_the_good_ones_go_through(
    charted: Call, changes: dict[str, Any], pointer: str, rule: str
) -> None:
    answer = post(charted, subgroup(20), subgroup(21) | changes, subgroup(22))

    assert (answer.body["recorded"], answer.body["refused"]) == (2, 1)
    assert refusal(answer, 1) == (f"/body/points/1{pointer}", rule)
    assert len(listed(charted)) == 22


def test_values_come_in_another_unit_of_length(charted: Call) -> None:
    centimetres = [round(each / 10, 4) for each in subgroup(20)["values"]]

    point = post(charted, subgroup(20) | {"values": centimetres, "unit": "cm"}).body["items"][0]["point"]

    assert point["values"] == subgroup(20)["values"]


@pytest.mark.parametrize(
    ("kind", "point", "pointer"),
    [
        ("p", {"found": 6, "inspected": 5}, "/found"),  # nonconforming > inspected
        ("p", {"found": 1}, "/inspected"),
        ("np", {"found": 1, "inspected": 7}, "/inspected"),
        ("np", {"found": 11}, "/found"),
        ("c", {"found": -1}, "/found"),  # negative defects
        ("u", {"found": 1, "inspected": 0}, "/inspected"),
        ("c", {"values": [1.0]}, "/found"),
    ],
)
def test_an_impossible_count_is_refused(call: Call, kind: str, point: dict[str, Any], pointer: str) -> None:
    call("POST", "/charts", body=chart(kind, subgroup_size=10))

    answer = post(call, {"at": at(0), **point}, chart=f"a-{kind}")

    assert refusal(answer)[0] == f"/body/points/0{pointer}"


@pytest.mark.parametrize("kind", ["p", "np", "c", "u", "i_mr", "ewma", "cusum", "xbar_s"])
def test_every_kind_is_frozen_and_judges(call: Call, kind: str) -> None:
    size = {"i_mr": 1, "xbar_s": 4, "ewma": 1, "cusum": 1}.get(kind, 50)
    call("POST", "/charts", body=chart(kind, subgroup_size=size))
    name = f"a-{kind.replace('_', '-')}"

    def point(number: int, level: float) -> dict[str, Any]:
        wave = (0.0, 1.0, -1.0, 0.5, -0.5)[number % 5]
        if kind in ("p", "np", "c", "u"):
            return {"at": at(number), "found": round(5 * level + wave), "inspected": 50}
        return {"at": at(number), "values": [20 * level + wave + 2 * each for each in range(size)]}

    post(call, *(point(each, 1.0) for each in range(25)), chart=name)
    frozen = call("POST", f"/charts/{name}/limits", body={"end": at(25), "effective_from": at(25)})
    answer = post(call, *(point(each, 1.0 if each < 30 else 4.0) for each in range(25, 40)), chart=name)

    assert frozen.status == 201, frozen.body
    rules = [bool(each["point"]["rules"]) for each in answer.body["items"]]
    assert rules[:4] == [False] * 4
    assert rules[-1]


def test_several_characteristics_are_judged_together(call: Call) -> None:
    body = chart("t2", characteristics=["bore", "length"])
    assert call("POST", "/charts", body=body).status == 201
    quiet = [
        {"at": at(each), "values": [20 + 0.01 * (each * 7 % 11 - 5), 50 + 0.1 * (each * 5 % 13 - 6)]}
        for each in range(40)
    ]
    post(call, *quiet, chart="a-t2")
    frozen = call("POST", "/charts/a-t2/limits", body={"end": at(40), "effective_from": at(40)})

    far = post(call, {"at": at(41), "values": [20.2, 48.0]}, chart="a-t2").body["items"][0]["point"]
    short = post(call, {"at": at(42), "values": [20.2]}, chart="a-t2")

    assert frozen.status == 201, frozen.body
    assert far["rules"] == ["limit"]
    assert refusal(short) == ("/body/points/0/values", "size")


def test_limits_of_constant_data_are_flagged_and_every_other_value_signals(call: Call) -> None:
    call("POST", "/charts", body=chart("i_mr"))
    post(call, *({"at": at(each), "values": [5]} for each in range(20)), chart="a-i-mr")

    frozen = call("POST", "/charts/a-i-mr/limits", body={"end": at(20), "effective_from": at(20)})

    assert frozen.body["limits"]["is_constant"] is True
    answer = post(call, {"at": at(21), "values": [5]}, {"at": at(22), "values": [6]}, chart="a-i-mr")
    assert [bool(each["point"]["rules"]) for each in answer.body["items"]] == [False, True]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"end": at(5), "effective_from": at(300)}, "/body/start"),  # one point
        ({"excluded": [{"point_id": "p999", "reason": "lost"}]}, "/body/excluded/0/point_id"),
        ({"effective_from": "2999-01-01T00:00:00Z"}, "/body/effective_from"),
    ],
)
def test_limits_that_rest_on_nothing_are_refused(charted: Call, body: dict[str, Any], pointer: str) -> None:
    answer = charted("POST", "/charts/bore-line-1/limits", body=body)

    assert (answer.status, answer.pointers) == (422, {pointer})


def test_a_chart_that_is_not_there_is_not_found(call: Call) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/points"),
        ("GET", "/limits"),
        ("GET", "/capability"),
        ("GET", "/image"),
    ):
        assert call(method, f"/charts/unheard-of{path}").status == 404
    assert post(call, subgroup(0), chart="unheard-of").status == 404
