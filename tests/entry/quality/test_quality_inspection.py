"""Plans, results and the acceptance of lots through the handler."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.quality import reactions
from makoto.errors import Unavailable
from makoto.events import Envelope
from tests.builders import OTHER_TENANT
from tests.entry.quality.conftest import CHART, Answer, Call, Relay, at, deliver, facts

PLAN = {
    "plan_id": "housing-10",
    "title": "Housing, boring",
    "product": "housing",
    "operation": 10,
    "lines": [
        {"characteristic": "bore", "sampling": {"by": "units", "units": 20}, "sample_size": 5},
        {"characteristic": "finish", "sampling": {"by": "lot", "aql": "1.0", "level": "II"}},
    ],
}


def line(place: int = 0, **changes: Any) -> dict[str, Any]:
    """The plan with one of its lines changed."""
    lines = [dict(each) for each in PLAN["lines"]]  # type: ignore[attr-defined]
    lines[place] |= changes
    return PLAN | {"lines": lines}


def measured(number: int = 1, **changes: Any) -> dict[str, Any]:
    base = {"result_id": f"r{number}", "characteristic": "bore", "at": at(number), "values": [20.0], "lot_id": "L-1"}
    return base | changes


def counted(number: int = 1, **changes: Any) -> dict[str, Any]:
    base = {"result_id": f"c{number}", "plan_id": "housing-10", "characteristic": "finish", "at": at(number)}
    return base | {"inspected": 80, "nonconforming": 0, "lot_id": "L-1"} | changes


def post(call: Call, *results: dict[str, Any]) -> Answer:
    return call("POST", "/results", body={"results": list(results)})


def test_a_plan_lives_through_versions_and_ends(call: Call) -> None:
    assert [call("POST", "/inspection-plans", body=PLAN).status for _ in range(2)] == [201, 201]
    content = {key: value for key, value in PLAN.items() if key != "plan_id"} | {"title": "Housing, boring and reaming"}

    second = call("PUT", "/inspection-plans/housing-10/versions/2", body=content)

    assert (second.status, second.body["version"]) == (200, 2)
    assert call("PUT", "/inspection-plans/housing-10/versions/2", body=content).status == 200
    assert call("PUT", "/inspection-plans/housing-10/versions/2", body=content | {"title": "x"}).status == 409
    assert call("GET", "/inspection-plans/housing-10", query={"version": "1"}).body["title"] == "Housing, boring"
    assert call("GET", "/inspection-plans/housing-10").body["version"] == 2
    assert call("DELETE", "/inspection-plans/housing-10").body["is_retired"] is True
    versions = call("GET", "/inspection-plans/housing-10/versions").body["items"]
    assert [(each["version"], each["is_retired"]) for each in versions] == [(3, True), (2, False), (1, False)]
    late = post(call, counted())
    assert late.body["items"][0]["errors"][0]["rule"] == "retired"
    assert judge(call, "L-1").pointers == {"/body/plan_id"}
    assert call("GET", "/inspection-plans", query={"product": "gear"}).body["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (line(characteristic="unheard-of"), "/body/lines/0/characteristic"),
        (PLAN | {"product": "gear"}, "/body/lines/0/characteristic"),
        (line(chart_kind="xbar_r", sample_size=1), "/body/lines/0"),
        (line(chart="bore-line-1"), "/body/lines/0"),
        (line(chart="unheard-of", chart_kind="xbar_r"), "/body/lines/0/chart"),
        (line(1, sampling={"by": "lot", "aql": "one"}), "/body/lines/1/sampling/aql"),
        (line(1, sampling={"by": "lot", "aql": "0.9"}), "/body/lines/1/sampling/aql"),  # not in the standard's tables
        (line(0, sampling={"by": "luck"}), "/body/lines/0/sampling"),
        (line(1, characteristic="bore"), "/body"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(call: Call, body: dict[str, Any], pointer: str) -> None:
    answer = call("POST", "/inspection-plans", body=body)

    assert (answer.status, answer.pointers) == (422, {pointer})


def test_a_value_on_the_limit_conforms_and_one_beyond_does_not(call: Call, relay: Relay) -> None:
    answer = post(call, measured(1, values=["20.1"]), measured(2, values=["20.1000001", "20.0"]))

    results = [each["result"] for each in answer.body["items"]]
    assert [(each["is_conforming"], each["out_of_tolerance"]) for each in results] == [(True, 0), (False, 1)]
    told = facts(relay(), "quality.inspection_recorded")
    assert [(each["result_id"], each["is_conforming"]) for each in told] == [("r1", True), ("r2", False)]


def test_values_are_kept_in_the_characteristics_unit(call: Call) -> None:
    (item,) = post(call, measured(values=["2.0"], unit="cm")).body["items"]

    assert (item["result"]["values"], item["result"]["unit"]) == (["20"], "mm")


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("units that do not convert", measured(unit="kg"), "/unit", "unit"),
    ("nonconforming > inspected", counted(nonconforming=81), "", "value_error"),
    ("negative nonconforming", counted(nonconforming=-1), "/nonconforming", "greater_than_equal"),
    ("negative defects", counted(nonconforming=None, defects=-1), "/defects", "greater_than_equal"),
    ("no inspected units", counted(inspected=None), "", "value_error"),
    ("a value that is not finite", measured(values=["NaN"]), "/values/0", "finite_number"),
    ("an infinite value", measured(values=["-Infinity"]), "/values/0", "finite_number"),
    ("an unknown characteristic", measured(characteristic="unheard-of"), "/characteristic", "unknown"),
    ("a characteristic beside the plan", counted(characteristic="length"), "/characteristic", "plan"),
    ("an unknown plan", measured(plan_id="unheard-of"), "/plan_id", "unknown"),
    ("a time in the future", measured(at="2999-01-01T00:00:00Z"), "/at", "future"),
    ("values and counts", counted(values=[1]), "", "value_error"),
    ("neither values nor counts", measured(values=[]), "", "value_error"),
    ("more reasons than defects", counted(nonconforming=1, reasons=[{"reason": 7, "count": 2}]), "", "value_error"),
    ("an unknown field", measured(colour="red"), "/colour", "extra_forbidden"),
]


@pytest.mark.parametrize(("bad", "pointer", "rule"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_a_bad_result_is_refused_with_its_pointer_and_the_good_ones_go_through(
    call: Call, bad: dict[str, Any], pointer: str, rule: str
) -> None:
    call("POST", "/inspection-plans", body=PLAN)

    answer = post(call, measured(10), bad, measured(11))

    assert (answer.body["recorded"], answer.body["refused"]) == (2, 1)
    errors = [(each["pointer"], each["rule"]) for each in answer.body["items"][1]["errors"]]
    assert errors == [(f"/body/results/1{pointer}", rule)]


def test_a_result_sent_again_is_known_and_another_under_its_id_is_refused(call: Call, relay: Relay) -> None:
    answer = post(call, measured(1), measured(1), measured(1, values=[20.05]))

    assert [each["status"] for each in answer.body["items"]] == ["recorded", "known", "refused"]
    assert answer.body["items"][2]["errors"][0]["pointer"] == "/body/results/2/result_id"
    assert len(facts(relay(), "quality.inspection_recorded")) == 1


def test_results_are_found_by_lot_order_place_and_conformity(call: Call) -> None:
    post(
        call,
        measured(1, equipment="nagoya/machining/line-1/mc-01", order_id="WO-1"),
        measured(2, lot_id="L-2", values=[21]),
        measured(3, lot_id="L-2", equipment="nagoya/machining/line-2"),
    )

    def found(**query: str) -> list[str]:
        items = call("GET", "/results", query={"characteristic": "bore", **query}).body["items"]
        return [each["result_id"] for each in items]

    assert found() == ["r1", "r2", "r3"]
    assert found(lot="L-2") == ["r2", "r3"]
    assert found(conforming="false", limit="1") == ["r2"]
    assert found(conforming="true") == ["r1", "r3"]
    assert found(order="WO-1") == ["r1"]
    assert found(equipment="nagoya/machining/line-1") == ["r1"]
    assert found(**{"from": at(2), "to": at(3)}) == ["r2"]
    assert call("GET", "/results").pointers == {"/query/characteristic"}
    foreign = call("GET", "/results", query={"characteristic": "bore"}, of=OTHER_TENANT, home=OTHER_TENANT)
    assert foreign.body["items"] == []


def test_all_results_of_a_lot_are_listed_by_time(call: Call, relay: Relay) -> None:
    call("POST", "/inspection-plans", body=PLAN)
    post(call, measured(3), counted(1), measured(2, lot_id="L-2"), measured(4, lot_id=None))
    relay(times=2)

    found = call("GET", "/results", query={"lot": "L-1"}).body["items"]
    late = call("GET", "/results", query={"lot": "L-1", "from": at(2)}).body["items"]

    assert [(each["characteristic"], each["result_id"]) for each in found] == [("finish", "c1"), ("bore", "r3")]
    assert [each["result_id"] for each in late] == ["r3"]


def test_a_failed_inspection_opens_a_case_that_the_next_one_joins(call: Call, relay: Relay) -> None:
    call("POST", "/inspection-plans", body=PLAN | {"is_capa_required": True})
    post(call, counted(1, nonconforming=2), counted(2, nonconforming=0), counted(3, nonconforming=1, lot_id="L-2"))

    opened = facts(relay(times=2), "quality.non_conformance_opened")

    assert [each["lots"] for each in opened] == [["L-1"], ["L-2"]]
    (case,) = call("GET", "/non-conformances").body["items"]
    whole = call("GET", f"/non-conformances/{case['nc_id']}").body
    assert ([each["lot_id"] for each in whole["lots"]], len(whole["evidence"])) == (["L-1", "L-2"], 2)
    assert whole["is_capa_required"] is True


def test_a_plan_may_record_what_fails_without_a_case(call: Call, relay: Relay) -> None:
    call("POST", "/inspection-plans", body=line(1, opens_non_conformance=False))
    post(call, counted(1, nonconforming=2), measured(2, values=[21]))

    relay()

    assert call("GET", "/non-conformances").body["items"] == []


def test_results_of_a_plan_appear_on_its_chart_each_once(call: Call, relay: Relay) -> None:
    call("POST", "/charts", body=CHART)
    plan = line(chart="bore-line-1", chart_kind="xbar_r")
    assert call("POST", "/inspection-plans", body=plan).status == 201
    sample = measured(1, plan_id="housing-10", values=[20.0, 20.01, 19.99, 20.02, 20.3], equipment="nagoya/machining")
    short = measured(2, plan_id="housing-10", values=[20.0])

    answer = post(call, sample, short)
    told = relay(times=2)

    assert [each["status"] for each in answer.body["items"]] == ["recorded", "refused"]
    (point,) = call("GET", "/charts/bore-line-1/points").body["items"]
    assert (point["point_id"], point["lots"], point["values"][-1]) == ("r1", ["L-1"], 20.3)
    assert len(facts(told, "quality.non_conformance_opened")) == 1
    assert call("GET", "/charts/bore-line-1").body["points"] == 1


def test_a_crash_between_the_chart_and_the_case_is_healed_by_the_next_delivery(
    call: Call, waiting: Callable[[], list[Envelope]], monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", "/charts", body=CHART)
    call("POST", "/inspection-plans", body=line(chart="bore-line-1", chart_kind="xbar_r"))
    post(call, measured(1, plan_id="housing-10", values=[20.0, 20.01, 19.99, 20.02, 20.3]))
    (recorded,) = waiting()

    def dies(*_: object) -> None:
        raise Unavailable("the process dies here")

    with monkeypatch.context() as patch:
        patch.setattr(reactions, "notice", dies)
        assert deliver(recorded) != []
    assert call("GET", "/charts/bore-line-1").body["points"] == 1
    assert call("GET", "/non-conformances").body["items"] == []

    assert deliver(recorded) == []

    assert len(call("GET", "/non-conformances").body["items"]) == 1
    assert call("GET", "/charts/bore-line-1").body["points"] == 1
    assert len(call("GET", "/results", query={"lot": "L-1"}).body["items"]) == 1


def judge(call: Call, lot: str, **changes: Any) -> Answer:
    return call("POST", f"/lots/{lot}/acceptance", body={"plan_id": "housing-10", "lot_size": 1000} | changes)


def test_a_lot_is_accepted_by_its_sample_and_stays_decided(call: Call, relay: Relay) -> None:
    call("POST", "/inspection-plans", body=PLAN)
    post(call, counted(1, inspected=50, nonconforming=1))
    early = judge(call, "L-1")
    assert (early.status, early.body["type"]) == (409, "urn:makoto:problem:not-enough-inspected")
    post(call, counted(2, inspected=30, nonconforming=1))

    answer = judge(call, "L-1")

    (decision,) = answer.body["decisions"]
    sampling = decision["sampling"]
    # ISO 2859-1, table 1 and table 2-A: 1000 units at level II are letter J, n = 80; at AQL 1.0 Ac = 2, Re = 3
    assert (sampling["letter"], sampling["n"], sampling["accept"], sampling["reject"]) == ("J", 80, 2, 3)
    assert (answer.body["is_accepted"], decision["inspected"], decision["nonconforming"]) == (True, 80, 2)
    post(call, counted(3, nonconforming=9))
    assert judge(call, "L-1").body == answer.body
    assert call("GET", "/lots/L-1/acceptance", query={"plan": "housing-10"}).body == answer.body
    assert len(facts(relay(), "quality.lot_judged")) == 1


def test_an_incomplete_sample_can_reject(call: Call) -> None:
    call("POST", "/inspection-plans", body=PLAN)
    post(call, counted(1, inspected=20, nonconforming=3))

    assert judge(call, "L-1").body["is_accepted"] is False


def test_two_rejected_lots_tighten_the_inspection_and_each_opens_a_case(call: Call, relay: Relay) -> None:
    call("POST", "/inspection-plans", body=line(1, opens_non_conformance=False))
    severities = []
    for number, found in enumerate([0, 3, 3, 0]):
        post(call, counted(number, lot_id=f"L-{number}", nonconforming=found))
        severities.append(judge(call, f"L-{number}").body["decisions"][0]["next_severity"])

    # ISO 2859-1, 9.3.1: two of five consecutive lots not accepted
    assert severities == ["normal", "normal", "tightened", "tightened"]
    opened = facts(relay(times=2), "quality.non_conformance_opened")
    assert sorted(each["lots"] for each in opened) == [["L-1"], ["L-2"]]  # ids of one millisecond come in any order
    last = call("GET", "/lots/L-3/acceptance", query={"plan": "housing-10"}).body["decisions"][0]
    assert (last["sampling"]["severity"], last["sampling"]["accept"]) == ("tightened", 1)


def test_inspection_is_discontinued_and_resumed_under_tightened(call: Call) -> None:
    call("POST", "/inspection-plans", body=PLAN)
    for number in range(7):
        post(call, counted(number, lot_id=f"L-{number}", nonconforming=20))
        answer = judge(call, f"L-{number}")
    assert answer.body["decisions"][0]["next_severity"] == "discontinued"
    post(call, counted(8, lot_id="L-8"))
    assert judge(call, "L-8").body["type"] == "urn:makoto:problem:inspection-discontinued"

    resume = {"characteristic": "finish", "reason": "supplier changed the coating"}
    assert call("POST", "/inspection-plans/housing-10/resume", body=resume, role="operator").status == 403
    assert call("POST", "/inspection-plans/housing-10/resume", body=resume).body["severity"] == "tightened"

    assert judge(call, "L-8").body["is_accepted"] is True
    assert call("POST", "/inspection-plans/housing-10/resume", body=resume).status == 422


def test_a_plan_without_aql_judges_no_lot(call: Call) -> None:
    call("POST", "/inspection-plans", body=PLAN)

    assert judge(call, "L-1", characteristic="bore").status == 404
    assert judge(call, "L-1", plan_id="unheard-of").status == 404
    assert judge(call, "L-1", lot_size=0).pointers == {"/body/lot_size"}
    assert call("GET", "/lots/L-1/acceptance", query={"plan": "housing-10"}).status == 404
