"""Points go out of control; a case is opened, its lots are traced, decided and the case is closed."""

from typing import Any

from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT
from tests.entry.quality.conftest import Answer, Call, Relay, at, deliver, facts, subgroup, traced

POINTS = "/charts/bore-line-1/points"


def post(call: Call, *points: dict[str, Any]) -> Answer:
    return call("POST", POINTS, body={"points": list(points)})


def only_case(call: Call, **how: Any) -> dict[str, Any]:
    (line,) = call("GET", "/non-conformances", **how).body["items"]
    found: dict[str, Any] = call("GET", f"/non-conformances/{line['nc_id']}").body
    return found


def test_a_signal_becomes_a_case_whose_lots_are_traced_decided_and_closed(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20), subgroup(21), subgroup(22, mean=20.08, lots=["L-9"]))
    told = relay()

    (signal,) = facts(told, "quality.spc_signal_raised")
    (opened,) = facts(told, "quality.non_conformance_opened")
    assert signal["rules"][0] == "nelson_1"
    assert (opened["lots"], opened["equipment"]) == (["L-9"], "nagoya/machining/line-1/mc-01")
    assert opened["since"] == at(210).replace("+00:00", "Z")
    case = only_case(charted)
    assert (case["status"], case["traces_wanted"], case["traces_done"]) == ("open", 1, 0)

    path = f"/non-conformances/{case['nc_id']}"
    assert charted("POST", f"{path}/close").status == 409
    assert deliver(traced(case["nc_id"], ("L-9", "L-10"), ("L-8",))) == []
    lots = {each["lot_id"]: each["state"] for each in charted("GET", path).body["lots"]}
    assert lots == {"L-9": "held", "L-10": "held", "L-8": "beyond"}

    rework = {"disposition": "rework", "lots": ["L-9"], "quantity": "40", "unit": "pcs", "reason": "ream again"}
    assert charted("POST", f"{path}/dispositions", body=rework).status == 200
    undecided = charted("POST", f"{path}/close")
    assert (undecided.status, undecided.body["type"]) == (409, "urn:makoto:problem:not-yet-closable")
    assert "2 lots" in undecided.body["detail"]
    charted("POST", f"{path}/dispositions", body={"disposition": "use_as_is", "reason": "measured all"})
    closed = charted("POST", f"{path}/close", body={"note": "tool replaced"})

    assert (closed.status, closed.body["status"]) == (200, "closed")
    told = relay()
    dispositions = facts(told, "quality.non_conformance_dispositioned")
    assert [(each["disposition"], each["lots"], each["quantity"]) for each in dispositions] == [
        ("rework", ["L-9"], "40"),
        ("use_as_is", ["L-10", "L-8"], None),
    ]
    assert facts(told, "quality.non_conformance_closed") == [
        {"tenant_id": dispositions[0]["tenant_id"], "nc_id": case["nc_id"]}
    ]
    assert [
        each["nc_id"] for each in charted("GET", "/non-conformances", query={"status": "closed"}).body["items"]
    ] == [case["nc_id"]]
    assert charted("GET", "/non-conformances", query={"status": "open"}).body["items"] == []


def test_further_signals_join_the_open_case_and_their_lots_are_traced_too(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20, mean=20.08, lots=["L-1"]))
    relay()
    post(charted, subgroup(21, mean=20.09, lots=["L-2"]))
    (again,) = facts(relay(), "quality.non_conformance_opened")

    case = only_case(charted)
    assert (again["nc_id"], again["lots"], again["telling"]) == (case["nc_id"], ["L-2"], 2)
    assert [each["lot_id"] for each in case["lots"]] == ["L-1", "L-2"]
    assert (len(case["evidence"]), case["traces_wanted"]) == (2, 2)


def test_a_signal_after_the_closing_opens_another_case(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20, mean=20.08))
    relay()
    first = only_case(charted)["nc_id"]
    assert charted("POST", f"/non-conformances/{first}/close", body={"waive_trace": "no lots yet"}).status == 200

    post(charted, subgroup(21, mean=20.08))
    relay()

    assert only_case(charted, query={"status": "open"})["nc_id"] != first


def test_a_signal_delivered_again_after_a_crash_changes_nothing(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20, mean=20.08, lots=["L-1"]))
    told = relay(times=3)
    signal = next(each for each in told if each.detail_type == "quality.spc_signal_raised.v1")
    before = only_case(charted)

    assert deliver(signal) == []

    assert only_case(charted) == before
    assert len(before["evidence"]) == 1
    assert relay() == []


def test_the_signal_waits_in_the_outbox_where_the_process_dies_before_the_case_is_opened(
    charted: Call, platform: Platform, relay: Relay
) -> None:
    post(charted, subgroup(20, mean=20.08))
    assert charted("GET", "/non-conformances").body["items"] == []

    relay()

    assert only_case(charted)["status"] == "open"


def test_lots_that_are_traced_after_the_closing_open_the_case_again(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20, mean=20.08))
    relay()
    nc_id = only_case(charted)["nc_id"]
    charted("POST", f"/non-conformances/{nc_id}/close", body={"waive_trace": "genealogy is away"})

    deliver(traced(nc_id, ("L-7",)))

    case = charted("GET", f"/non-conformances/{nc_id}").body
    assert (case["status"], [each["lot_id"] for each in case["lots"]]) == ("open", ["L-7"])
    assert charted("GET", "/non-conformances", query={"status": "open"}).body["items"][0]["undecided"] == 1


def test_a_case_that_is_opened_again_does_not_take_the_evidence_of_the_one_after_it(
    charted: Call, relay: Relay
) -> None:
    post(charted, subgroup(20, mean=20.08))
    relay()
    first = only_case(charted)["nc_id"]
    charted("POST", f"/non-conformances/{first}/close", body={"waive_trace": "genealogy is away"})
    post(charted, subgroup(21, mean=20.08))
    relay()
    second = only_case(charted, query={"status": "open"})["nc_id"]
    deliver(traced(first, ("L-7",)))

    post(charted, subgroup(22, mean=20.08))
    relay()

    counts = {each: len(charted("GET", f"/non-conformances/{each}").body["evidence"]) for each in (first, second)}
    assert counts == {first: 1, second: 2}


def test_a_trace_of_no_case_is_handled(call: Call) -> None:
    assert deliver(traced("nc-unknown", ("L-7",))) == []


def test_a_required_action_must_be_found_effective_before_the_case_is_closed(call: Call, relay: Relay) -> None:
    body = {"nc_id": "nc-burr", "title": "Burr", "lots": ["L-1"], "is_hold_wanted": False, "is_capa_required": True}
    assert call("POST", "/non-conformances", body=body).status == 201
    call(
        "POST", "/non-conformances/nc-burr/dispositions", body={"disposition": "scrap", "reason": "cannot be reworked"}
    )
    assert "effective" in call("POST", "/non-conformances/nc-burr/close").body["detail"]
    action = {"what": "replace the deburring tool", "owner": "taro", "due_at": at(60)}
    capa = {"capa_id": "capa-1", "title": "Burr", "problem": "burr on edge", "nc_id": "nc-burr", "actions": [action]}
    assert call("POST", "/capas", body=capa).status == 201
    assert "is open" in call("POST", "/non-conformances/nc-burr/close").body["detail"]
    late = call("GET", "/capas", query={"overdue": "true"}).body["items"]
    assert [each["capa_id"] for each in late] == ["capa-1"]
    too_early = call("POST", "/capas/capa-1/verification", body={"is_effective": True, "evidence": "none"})
    assert (too_early.status, too_early.body["type"]) == (409, "urn:makoto:problem:not-yet-verifiable")

    cause = {"whys": ["burr", "tool blunt", "no tool life"], "cause": "tool life is not counted"}
    assert call("PATCH", "/capas/capa-1", body={"root_cause": cause, "done": [1]}).status == 200
    assert call("GET", "/capas", query={"overdue": "true"}).body["items"] == []
    verified = call("POST", "/capas/capa-1/verification", body={"is_effective": True, "evidence": "no burr in 500"})

    assert verified.body["status"] == "closed"
    assert call("POST", "/non-conformances/nc-burr/close").body["status"] == "closed"
    assert len(facts(relay(), "quality.capa_closed")) == 1
    assert call("GET", "/capas", query={"status": "closed"}).body["items"][0]["capa_id"] == "capa-1"


def test_an_action_that_did_not_help_leaves_the_case_open(call: Call) -> None:
    body = {"nc_id": "nc-1", "title": "Burr", "is_hold_wanted": False, "is_capa_required": True}
    call("POST", "/non-conformances", body=body)
    action = {"what": "train", "owner": "taro", "due_at": at(60)}
    capa = {"capa_id": "capa-1", "title": "t", "problem": "p", "nc_id": "nc-1", "actions": [action]}
    call("POST", "/capas", body=capa | {"root_cause": {"cause": "habit"}})
    call("PATCH", "/capas/capa-1", body={"done": [1]})

    call("POST", "/capas/capa-1/verification", body={"is_effective": False, "evidence": "burr again"})

    assert call("POST", "/non-conformances/nc-1/close").status == 409


def test_a_viewer_may_look_and_not_decide_and_an_operator_inspects_only(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20, mean=20.08, lots=["L-1"]))
    relay()
    path = f"/non-conformances/{only_case(charted)['nc_id']}"
    scrap = {"disposition": "scrap", "reason": "r"}

    assert charted("GET", path, role="viewer").status == 200
    assert charted("POST", f"{path}/dispositions", role="viewer", body=scrap).status == 403
    assert charted("POST", f"{path}/dispositions", role="operator", body=scrap).status == 403
    assert charted("POST", f"{path}/close", role="operator").status == 403
    assert charted("POST", POINTS, role="viewer", body={"points": [subgroup(22)]}).status == 403
    assert charted("POST", "/charts/bore-line-1/limits", role="operator", body={}).status == 403
    assert charted("POST", POINTS, role="operator", body={"points": [subgroup(22)]}).body["recorded"] == 1
    assert charted("POST", f"{path}/dispositions", role="engineer", body=scrap).status == 200


def test_another_tenant_sees_nothing(charted: Call, relay: Relay) -> None:
    post(charted, subgroup(20, mean=20.08, lots=["L-1"]))
    relay()
    path = f"/non-conformances/{only_case(charted)['nc_id']}"

    assert charted("GET", path, home=OTHER_TENANT).status == 403
    for below in (path, "/charts/bore-line-1", "/charts/bore-line-1/points", "/charts/bore-line-1/limits"):
        assert charted("GET", below, of=OTHER_TENANT, home=OTHER_TENANT).status == 404
    for listing in ("/charts", "/non-conformances", "/capas", "/inspection-plans", "/gauge-studies"):
        assert charted("GET", listing, of=OTHER_TENANT, home=OTHER_TENANT).body["items"] == []
