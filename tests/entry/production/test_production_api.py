"""The routes of production through the handler, as a planner and an operator use them."""

from typing import Any

import pytest

from functions.production import api
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.entry.production.conftest import BODY, GRINDER, LATHE, Call


def planned(call: Call, **said: Any) -> None:
    assert call("POST", "/work-orders", body=BODY | said).status == 201


def released(call: Call) -> None:
    planned(call)
    assert call("POST", "/work-orders/wo-1/release").status == 200


def test_an_order_is_planned_with_its_operations_and_components(call: Call) -> None:
    answer = call("POST", "/work-orders", body=BODY | {"quantity": "2.5", "unit": "dozen"})

    assert answer.status == 201
    assert (answer.body["quantity"], answer.body["unit"], answer.body["status"]) == (30, "pcs", "planned")
    assert answer.body["due_at"] == "2098-12-31T15:00:00Z"
    assert answer.body["due_local"] == "2099-01-01T00:00:00+09:00"
    assert [(each["sequence"], each["state"]) for each in answer.body["operations"]] == [
        (10, "waiting"),
        (20, "waiting"),
    ]
    assert answer.body["components"] == [
        {"material": "blank", "quantity": 32, "unit": "pcs"},
        {"material": "oil", "quantity": 0.625, "unit": "L"},
    ]


def test_an_order_goes_through_the_shop_and_its_report_says_how(call: Call, act: Call) -> None:
    released(call)
    assert [each["sequence"] for each in call("GET", "/dispatch", query={"equipment": LATHE}).body["items"]] == [10]

    assert act("start", {"equipment": LATHE, "is_setup": True}).status == 200
    assert act("start", {"equipment": LATHE}).status == 200
    assert act("labour", {"action": "on", "operator": "Tarō"}).status == 200
    assert act("pause", {"reason": 180000}).status == 200
    assert act("pause").status == 409
    assert act("resume").status == 200
    assert act("report", {"good": 95, "scrap": 3, "rework": 2, "reason": 100000}).status == 200
    assert act("report", {"good": 2, "from_rework": True}).status == 200
    assert act("complete").status == 200
    assert act("start", {"equipment": GRINDER}, 20).status == 200
    consumed = [{"lot_id": "L-7", "material": "gear", "quantity": 97, "unit": "pcs"}]
    assert act("report", {"good": 97, "consumed": consumed}, 20).status == 200
    done = act("complete", None, 20)

    assert (done.body["status"], done.body["good"], done.body["scrap"], done.body["rework"]) == ("complete", 97, 3, 2)
    report = call("GET", "/work-orders/wo-1/report").body
    turning = report["operations"][0]
    assert turning["scrap_by_reason"] == [{"reason": 100000, "name": "Process", "quantity": 3}]
    assert turning["yield"] == pytest.approx(0.97)
    assert turning["first_pass_yield"] == pytest.approx(0.95)
    assert turning["labour"][0]["operator"] == "Tarō"
    history = call("GET", "/work-orders/wo-1/history", query={"limit": "5"}).body
    assert [each["what"] for each in history["items"]] == ["planned", "released", "started", "started", "clocked_on"]
    assert history["next_cursor"]
    assert {each["by"] for each in history["items"]} == {"hanako@example.com"}


def test_a_list_is_filtered_and_paged(call: Call) -> None:
    for number in range(3):
        planned(call, order_id=f"wo-{number}", due_at=f"2099-01-0{number + 1}T00:00:00Z")
    call("POST", "/work-orders/wo-1/release")

    window = {"due_from": "2099-01-02T00:00:00Z", "due_to": "2099-01-04T00:00:00Z"}
    first = call("GET", "/work-orders", query=window | {"limit": "1", "product": "gear"})
    rest = call(
        "GET", "/work-orders", query=window | {"limit": "1", "product": "gear", "cursor": first.body["next_cursor"]}
    )

    assert [each["order_id"] for each in (*first.body["items"], *rest.body["items"])] == ["wo-1", "wo-2"]
    assert [each["order_id"] for each in call("GET", "/work-orders", query={"status": "released"}).body["items"]] == [
        "wo-1"
    ]


def test_the_same_order_again_is_the_same_and_another_one_of_its_id_a_conflict(call: Call) -> None:
    planned(call)

    assert call("POST", "/work-orders", body=BODY).status == 201
    other = call("POST", "/work-orders", body=BODY | {"quantity": 99})

    assert (other.status, other.problem, other.pointers) == (409, "order-exists", {"/body/order_id"})
    assert len(call("GET", "/work-orders").body["items"]) == 1


def test_an_order_without_an_id_gets_one_and_its_key_makes_it_once(call: Call) -> None:
    body = {name: value for name, value in BODY.items() if name != "order_id"}

    first = call("POST", "/work-orders", body=body, headers={"Idempotency-Key": "k-1"})
    again = call("POST", "/work-orders", body=body, headers={"Idempotency-Key": "k-1"})
    another = call("POST", "/work-orders", body=body)

    assert first.body["order_id"] == again.body["order_id"] != another.body["order_id"]


def test_a_report_sent_twice_under_its_key_counts_once(call: Call, act: Call) -> None:
    released(call)
    act("start", {"equipment": LATHE})

    for _ in range(2):
        assert act("report", {"good": 5}, headers={"Idempotency-Key": "r-1"}).status == 200
    other = act("report", {"good": 6}, headers={"Idempotency-Key": "r-1"})

    assert (other.status, other.problem) == (409, "key-reused")
    assert call("GET", "/work-orders/wo-1").body["operations"][0]["good"] == 5


def test_an_order_is_rescheduled_and_cancelled(call: Call) -> None:
    planned(call)

    moved = call("POST", "/work-orders/wo-1/reschedule", body={"priority": 1, "due_at": "2098-01-01T00:00:00Z"})
    gone = call("POST", "/work-orders/wo-1/cancel", body={"reason": "顧客都合"})

    assert (moved.body["priority"], moved.body["due_at"]) == (1, "2098-01-01T00:00:00Z")
    assert gone.body["status"] == "cancelled"
    refused = call("POST", "/work-orders/wo-1/reschedule", body={"priority": 2})
    assert (refused.status, refused.problem) == (409, "order-closed")


@pytest.mark.parametrize(
    ("said", "status", "problem", "pointer"),
    [
        ({"quantity": 0}, 422, "invalid", "/body/quantity"),
        ({"quantity": -1}, 422, "invalid", "/body/quantity"),
        ({"quantity": "NaN"}, 422, "invalid", "/body/quantity"),
        ({"quantity": 0.5}, 422, "fraction-of-piece", "/body/quantity"),
        ({"quantity": 1, "unit": "kg"}, 422, "units-do-not-convert", "/body/unit"),
        ({"unit": "bushel"}, 422, "invalid", "/body/unit"),
        ({"product": "nothing"}, 422, "unknown-material", "/body/product"),
        ({"product": "blank"}, 422, "no-routing", "/body/product"),
        ({"start_at": "2099-01-02T00:00:00Z"}, 422, "due-before-start", "/body/due_at"),
        ({"due_at": "2099-01-02T00:00:00"}, 422, "invalid", "/body/due_at"),
        ({"priority": 0}, 422, "invalid", "/body/priority"),
        ({"tolerance": 1.5}, 422, "invalid", "/body/tolerance"),
        ({"order_id": "WO 1"}, 422, "invalid", "/body/order_id"),
        ({"quantty": 1}, 422, "invalid", "/body/quantty"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(
    call: Call, said: dict[str, Any], status: int, problem: str, pointer: str
) -> None:
    answer = call("POST", "/work-orders", body=BODY | said)

    assert (answer.status, answer.problem, answer.pointers) == (status, problem, {pointer})
    assert call("GET", "/work-orders").body["items"] == []


@pytest.mark.parametrize(
    ("action", "body", "status", "problem", "pointer"),
    [
        ("start", {"equipment": "nagoya/machining/line-2"}, 422, "place-not-allowed", "/body/equipment"),
        ("start", {"equipment": "nagoya/machining/line-1/mc-99"}, 422, "unknown-place", "/body/equipment"),
        ("start", {"equipment": LATHE, "at": "2098-01-01T00:00:00Z"}, 422, "in-the-future", "/body/at"),
        ("start", {"equipment": "../x"}, 422, "invalid", "/body/equipment"),
        ("start", {}, 422, "invalid", "/body/equipment"),
        ("labour", {"action": "away"}, 422, "invalid", "/body/action"),
        ("pause", {"reason": 999999}, 422, "unknown-reason", "/body/reason"),
    ],
)
def test_an_action_that_cannot_be_is_refused_by_name(
    call: Call, act: Call, action: str, body: dict[str, Any], status: int, problem: str, pointer: str
) -> None:
    released(call)

    answer = act(action, body)

    assert (answer.status, answer.problem, answer.pointers) == (status, problem, {pointer})


@pytest.mark.parametrize(
    ("body", "status", "problem", "pointer"),
    [
        ({"good": 101}, 409, "more-than-input", "/body/good"),
        ({"scrap": 101}, 409, "more-than-input", "/body/scrap"),
        ({"good": -1}, 422, "negative-count", "/body/good"),
        ({}, 422, "nothing-to-report", "/body/good"),
        ({"good": 0.5}, 422, "fraction-of-piece", "/body/good"),
        ({"good": -1, "correction": "miscounted"}, 409, "below-zero", "/body/good"),
        ({"good": 1, "from_rework": True}, 409, "more-than-in-rework", "/body/good"),
        ({"scrap": 1, "reason": 999999}, 422, "unknown-reason", "/body/reason"),
        ({"good": 1e400}, 422, "invalid", "/body/good"),
        ({"good": "1e999"}, 422, "invalid", "/body/good"),
        (
            {"good": 1, "produced": [{"lot_id": "A", "material": "gear", "quantity": 2, "unit": "pcs"}]},
            422,
            "lots-do-not-balance",
            "/body/produced",
        ),
        (
            {"good": 1, "produced": [{"lot_id": "A", "material": "gear", "quantity": 2, "unit": "kg"}]},
            422,
            "units-do-not-convert",
            "/body/produced/0/unit",
        ),
    ],
)
def test_a_report_that_cannot_be_is_refused_by_name(
    call: Call, act: Call, body: dict[str, Any], status: int, problem: str, pointer: str
) -> None:
    released(call)
    act("start", {"equipment": LATHE})

    answer = act("report", body)

    assert (answer.status, answer.problem, answer.pointers) == (status, problem, {pointer})
    assert call("GET", "/work-orders/wo-1").body["operations"][0]["good"] == 0


@pytest.mark.parametrize(
    ("method", "path", "query", "pointer"),
    [
        ("GET", "/dispatch", {}, "/query/equipment"),
        ("GET", "/dispatch", {"equipment": "Nagoya"}, "/query/equipment"),
        (
            "GET",
            "/work-orders",
            {"due_from": "2099-01-02T00:00:00Z", "due_to": "2099-01-01T00:00:00Z"},
            "/query/due_to",
        ),
        ("GET", "/work-orders", {"due_from": "yesterday"}, "/query/due_from"),
        ("GET", "/work-orders", {"status": "done"}, "/query/status"),
        ("GET", "/work-orders", {"limit": "0"}, "/query/limit"),
        ("GET", "/work-orders", {"cursor": "abc"}, "/cursor"),
        ("GET", "/dispatch", {"equipment": LATHE, "cursor": "abc"}, "/cursor"),
        ("POST", "/work-orders/wo-1/operations/x/start", {}, "/path/sequence"),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_name(
    call: Call, method: str, path: str, query: dict[str, str], pointer: str
) -> None:
    answer = call(method, path, query=query, body={"equipment": LATHE} if method == "POST" else None)

    assert answer.status == 422
    assert pointer in answer.pointers


def test_what_is_not_there_is_not_found(call: Call, act: Call) -> None:
    for path in ("", "/history", "/report"):
        assert call("GET", f"/work-orders/wo-9{path}").problem == "order-not-found"
    planned(call)
    assert act("start", {"equipment": LATHE}, 30).problem == "operation-not-found"


def test_another_tenant_sees_and_touches_nothing(call: Call) -> None:
    released(call)

    for path in ("/work-orders/wo-1", "/work-orders/wo-1/report", "/work-orders/wo-1/history"):
        assert call("GET", path, tenant_id=OTHER_TENANT).status == 404
    assert call("POST", "/work-orders/wo-1/cancel", tenant_id=OTHER_TENANT, body={"reason": "x"}).status == 404
    assert call("GET", "/work-orders", tenant_id=OTHER_TENANT).body["items"] == []
    assert call("GET", "/dispatch", tenant_id=OTHER_TENANT, query={"equipment": LATHE}).body["items"] == []


@pytest.mark.parametrize(
    ("role", "may_plan", "may_report"),
    [("engineer", True, True), ("operator", False, True), ("viewer", False, False)],
)
def test_who_may_plan_and_who_may_report(call: Call, act: Call, role: str, may_plan: bool, may_report: bool) -> None:
    released(call)

    plan = call("POST", "/work-orders", body=BODY | {"order_id": "wo-2"}, role=role)
    start = act("start", {"equipment": LATHE}, role=role)

    assert (plan.status == 201, start.status == 200) == (may_plan, may_report)
    assert call("GET", "/work-orders", role=role).status == 200


def test_a_path_with_another_tenant_is_forbidden(call: Call) -> None:
    event = api_event("GET", f"/api/v1/tenants/{TENANT}/work-orders", tenant_id=OTHER_TENANT)

    assert api.handler(event, lambda_context())["statusCode"] == 403


@pytest.mark.parametrize("year", ["0001", "1999", "2200", "9999"])
def test_a_time_out_of_every_calendar_is_refused(call: Call, act: Call, year: str) -> None:
    at = f"{year}-12-31T23:59:59Z"

    planned = call("POST", "/work-orders", body=BODY | {"due_at": at})
    call("POST", "/work-orders", body=BODY)
    call("POST", "/work-orders/wo-1/release")
    begun = act("start", {"equipment": LATHE, "at": at})

    assert (planned.status, planned.pointers) == (422, {"/body/due_at"})
    assert (begun.status, begun.pointers) == (422, {"/body/at"})
