"""Capability, gauge studies, Pareto and pictures through the handler."""

import re
from itertools import product
from typing import Any

import pytest

from makoto.runtime.composition import Platform
from tests.entry.quality.conftest import CHART, Call, at, noisy, subgroup

POINTS = "/charts/bore-line-1/points"
IMAGE = "/charts/bore-line-1/image"


def test_capability_rests_on_the_window_and_the_tolerance(charted: Call) -> None:
    charted("POST", POINTS, body={"points": [noisy(each) for each in range(20, 40)]})

    answer = charted("GET", "/charts/bore-line-1/capability", query={"from": at(200)})

    found = answer.body["capability"]
    assert (answer.body["points"], answer.body["is_stable"], answer.body["open_signals"]) == (20, True, [])
    assert found["cp"]["value"] == pytest.approx(0.2 / (6 * found["sigma_within"]))
    assert found["cpk"]["lower"] < found["cpk"]["value"] < found["cpk"]["upper"]
    assert found["cpk"]["value"] <= found["cp"]["value"]
    assert "not_stable" not in found["flags"]
    wider = charted("GET", "/charts/bore-line-1/capability", query={"from": at(200), "confidence": "0.99"})
    assert wider.body["capability"]["cpk"]["lower"] < found["cpk"]["lower"]


def test_capability_of_a_process_with_open_signals_is_flagged_until_their_cause_is_named(charted: Call) -> None:
    later = [noisy(each, off=0.09 if each == 25 else 0.0) for each in range(20, 40)]
    charted("POST", POINTS, body={"points": later})
    query = {"from": at(200)}

    flagged = charted("GET", "/charts/bore-line-1/capability", query=query).body

    assert (flagged["is_stable"], flagged["open_signals"]) == (False, ["p025"])
    assert "not_stable" in flagged["capability"]["flags"]
    excluded = [{"point_id": "p025", "reason": "chip in the fixture"}]
    charted(
        "POST", "/charts/bore-line-1/limits", body={"end": at(400), "effective_from": at(400), "excluded": excluded}
    )
    named = charted("GET", "/charts/bore-line-1/capability", query=query).body
    assert (named["is_stable"], named["excluded"], named["points"]) == (True, ["p025"], 19)


def test_capability_before_limits_are_frozen_says_that_stability_is_unknown(charted: Call) -> None:
    answer = charted("GET", "/charts/bore-line-1/capability", query={"to": at(200)})

    assert answer.body["is_stable"] is None
    assert "stability_unknown" in answer.body["capability"]["flags"]


@pytest.mark.parametrize(("kind", "rule"), [("c", "kind"), ("i_mr", "tolerance")])
def test_capability_needs_measured_values_and_a_tolerance(call: Call, kind: str, rule: str) -> None:
    name = kind.replace("_", "-")
    call("POST", "/charts", body={"chart_id": name, "title": kind, "kind": kind, "characteristics": ["finish"]})
    sent = {"found": 1} if kind == "c" else {"values": [1.0]}
    call("POST", f"/charts/{name}/points", body={"points": [{"at": at(each), **sent} for each in range(3)]})

    answer = call("GET", f"/charts/{name}/capability")

    assert (answer.status, answer.body["errors"][0]["rule"]) == (422, rule)


def test_a_one_sided_tolerance_has_no_cp_and_a_cpk(call: Call, platform: Platform) -> None:
    from makoto.domain.factory import Characteristic
    from makoto.ports.masters import current_key
    from tests.builders import TENANT

    one = Characteristic(id="runout", name="Runout", product="housing", unit="mm", upper="0.05")
    documents = platform.open_tenant(TENANT, None, "test").documents
    documents.put(current_key(Characteristic, "runout"), {"content": one.model_dump_json(), "product": "housing"})
    call("POST", "/charts", body={"chart_id": "runout", "title": "t", "kind": "i_mr", "characteristics": ["runout"]})
    points = [{"at": at(each), "values": [0.02 + 0.001 * (each * 7 % 5)]} for each in range(30)]
    call("POST", "/charts/runout/points", body={"points": points})

    found = call("GET", "/charts/runout/capability").body["capability"]

    assert (found["cp"], found["cpm"], found["cpl"]) == (None, None, None)
    assert found["cpk"]["value"] == found["cpu"]["value"]


STUDY = {
    "study_id": "caliper-7",
    "title": "Caliper 7",
    "gauge_id": "G-007",
    "characteristic": "bore",
    "parts": ["1", "2", "3", "4", "5"],
    "operators": ["hanako", "taro"],
    "trials": 3,
}


def cells() -> list[dict[str, Any]]:
    return [
        {
            "part": part,
            "operator": operator,
            "trial": trial,
            "value": round(20 + 0.02 * int(part) + (0.001 if operator == "taro" else 0) + 0.001 * (trial - 2), 4),
        }
        for part, operator, trial in product(STUDY["parts"], STUDY["operators"], (1, 2, 3))  # type: ignore[call-overload]
    ]


def test_a_gauge_study_is_registered_filled_and_judged(call: Call) -> None:
    assert [call("POST", "/gauge-studies", body=STUDY).body["missing"] for _ in range(2)] == [30, 30]
    half = call("POST", "/gauge-studies/caliper-7/measurements", body={"measurements": cells()[:15]})
    assert (half.body["missing"], half.body["result"]) == (15, None)

    done = call("POST", "/gauge-studies/caliper-7/measurements", body={"measurements": cells()}).body

    assert done["missing"] == 0
    gauge = next(each for each in done["result"]["components"] if each["source"] == "gauge")
    total = next(each for each in done["result"]["components"] if each["source"] == "total")
    assert done["percent_grr"] == pytest.approx(100 * gauge["sigma"] / total["sigma"])
    assert done["percent_grr"] < 10
    assert done["percent_tolerance"] == pytest.approx(100 * 6 * gauge["sigma"] / 0.2)
    assert done["ndc"] >= 5
    assert call("GET", "/gauge-studies/caliper-7").body == done
    assert call("GET", "/gauge-studies").body["items"] == [done]


def test_a_measured_cell_stays_and_what_is_not_in_the_study_is_refused(call: Call) -> None:
    call("POST", "/gauge-studies", body=STUDY)
    path, first = "/gauge-studies/caliper-7/measurements", cells()[0]
    call("POST", path, body={"measurements": [first]})

    assert call("POST", path, body={"measurements": [first | {"value": 21}]}).status == 409
    for changes, pointer in (
        ({"part": "9"}, "/body/measurements/0/part"),
        ({"operator": "jiro"}, "/body/measurements/0/operator"),
        ({"trial": 4}, "/body/measurements/0/trial"),
        ({"value": "NaN"}, "/body/measurements/0/value"),
    ):
        assert call("POST", path, body={"measurements": [first | changes, cells()[1]]}).pointers == {pointer}
    assert call("POST", path, body={"measurements": [first], "unit": "kg"}).status == 422
    assert call("POST", "/gauge-studies", body=STUDY | {"trials": 2}).status == 409
    assert call("POST", "/gauge-studies", body=STUDY | {"study_id": "x", "parts": ["1", "1"]}).status == 422
    assert call("GET", "/gauge-studies/unheard-of").status == 404


def failed(call: Call) -> None:
    base = {"at": at(0), "inspected": 100, "equipment": "nagoya/machining/line-1"}
    results: list[dict[str, Any]] = [
        base
        | {
            "characteristic": "finish",
            "nonconforming": 6,
            "reasons": [{"reason": 130_000, "count": 4}, {"reason": 7, "count": 1}],
        },
        base | {"characteristic": "finish", "defects": 3, "reasons": [{"reason": 7, "count": 3}], "at": at(5)},
        {"characteristic": "bore", "values": [21, 20, 22], "at": at(1)},
        {"characteristic": "bore", "values": [20], "at": at(2)},
    ]
    answer = call("POST", "/results", body={"results": results})
    assert answer.body["recorded"] == 4, answer.body


def test_what_fails_most_comes_first_by_reason_and_by_characteristic(call: Call) -> None:
    failed(call)

    reasons = call("GET", "/pareto", query={"product": "housing"}).body
    places = call("GET", "/pareto", query={"product": "housing", "by": "characteristic"}).body
    early = call("GET", "/pareto", query={"characteristic": "finish", "to": at(5)}).body

    assert [(each["key"], each["count"]) for each in reasons["lines"]] == [
        ("130000", 4),
        ("7", 4),
        ("out_of_tolerance", 2),
        ("unstated", 1),
    ]
    assert reasons["total"] == 11
    assert reasons["lines"][-1]["cumulative"] == pytest.approx(1)
    assert sum(each["share"] for each in reasons["lines"]) == pytest.approx(1)
    assert [(each["key"], each["name"], each["count"]) for each in places["lines"]] == [
        ("finish", "Finish", 9),
        ("bore", "内径", 2),
    ]
    assert early["total"] == 6
    assert call("GET", "/pareto", query={"product": "housing", "equipment": "nagoya"}).body["total"] == 9
    assert call("GET", "/pareto").pointers == {"/query/product"}


def test_nothing_that_fails_is_an_empty_pareto(call: Call) -> None:
    assert call("GET", "/pareto", query={"product": "housing"}).body["lines"] == []


def test_a_chart_is_drawn_with_its_signal_and_its_limits(charted: Call) -> None:
    charted(
        "POST", POINTS, body={"points": [subgroup(each, mean=20.09 if each == 25 else 20.0) for each in range(20, 30)]}
    )

    svg = charted("GET", IMAGE, query={"format": "svg", "lang": "ja"})
    png = charted("GET", IMAGE, query={"format": "png", "from": at(200), "to": at(260)})

    text = svg.body
    assert text.startswith("<?xml")
    assert re.search(r"UCL", text)
    assert "内径 1号ライン" in text
    assert png.body.startswith(b"\x89PNG\r\n\x1a\n")


def test_a_chart_without_limits_has_no_picture_yet(call: Call) -> None:
    call("POST", "/charts", body=CHART)
    call("POST", POINTS, body={"points": [subgroup(0)]})

    answer = call("GET", IMAGE)

    assert (answer.status, answer.body["type"]) == (409, "urn:makoto:problem:no-limits")
    assert call("GET", IMAGE, query={"format": "gif"}).status == 422


def test_a_pareto_is_drawn(call: Call) -> None:
    failed(call)

    answer = call("GET", "/pareto/image", query={"product": "housing", "lang": "ja"})

    assert "不適合 原因別" in answer.body
