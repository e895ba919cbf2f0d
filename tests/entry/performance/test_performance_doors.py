"""From what machines and production say, through the queue, to figures over HTTP."""

from decimal import Decimal
from typing import Any

import pytest

from makoto.events import Envelope
from makoto.events.performance import FactsChanged
from makoto.events.production import (
    OperationCompleted,
    OperationLeft,
    OperationPaused,
    OperationStarted,
    QuantityReported,
)
from makoto.events.telemetry import CountReport, MachineReported, StateReport
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT
from tests.entry.performance.conftest import Call, Deliver
from tests.unit.performance.factory import END, LINE, MC1, SHIFT, instant, minute

PLACE = MC1.replace("/", "~")
WINDOW = {"from": SHIFT.isoformat(), "to": END.isoformat()}
UNIT = {**WINDOW, "equipment": MC1}


def operation(minutes: float) -> dict[str, Any]:
    order = {"tenant_id": TENANT, "order_id": "wo-1", "product": "shaft", "unit": "pcs", "sequence": 10}
    return order | {"equipment": MC1, "operator": "hanako", "at": instant(minutes)}


def machine(*states: tuple[float, int], counts: tuple[tuple[float, int, int], ...] = ()) -> MachineReported:
    return MachineReported(
        tenant_id=TENANT,
        device_id="mc-01",
        equipment=MC1,
        states=tuple(StateReport(t=minute(t), packml=packml, mode=1) for t, packml in states),
        counts=tuple(CountReport(t=minute(t), counters={"good": good, "scrap": bad}) for t, good, bad in counts),
    )


@pytest.fixture
def worked(deliver: Deliver) -> None:
    """The published example of oee.com, told by a machine and by production."""
    failures = deliver(
        OperationStarted(**operation(0)),
        machine((0, 6), (150, 11), (197, 6), counts=((0, 0, 0), (480, 18_848, 423))),
    )
    assert failures == []


def test_the_figures_of_a_shift_are_those_of_the_published_example(worked: None, call: Call) -> None:
    """https://www.oee.com/calculating-oee."""
    answer = call("GET", "/oee", query=UNIT)

    assert answer.status == 200
    found = [answer.body["kpis"][name]["value"] for name in ("availability", "effectiveness", "quality_ratio", "oee")]
    assert found == pytest.approx([0.8881, 0.8611, 0.9780, 0.7479], abs=5e-5)
    assert (answer.body["is_final"], answer.body["revision"]) == (True, 1)


def test_every_figure_has_its_formula_and_a_value_or_a_reason(worked: None, call: Call) -> None:
    body = call("GET", "/kpis", query={**WINDOW, "equipment": LINE}).body

    assert len(body["kpis"]) == 28
    assert all((each["value"] is None) == bool(each["reason"]) for each in body["kpis"].values())
    assert body["terms"]["apt"] == {"value": 22_380.0, "unit": "s", "reason": None}


def test_without_equipment_the_whole_enterprise_is_meant(worked: None, call: Call) -> None:
    body = call("GET", "/oee", query=WINDOW).body

    assert (body["level"], body["units"]) == ("enterprise", [MC1])


def test_a_fact_that_is_delivered_twice_counts_once(worked: None, call: Call, deliver: Deliver) -> None:
    report = QuantityReported(**operation(100), good=Decimal(5), scrap=Decimal(0), rework=Decimal(0))

    assert deliver(report, version=77) == deliver(report, version=77) == []

    assert call("PUT", f"/counters/{PLACE}", body={"counts_from": "reports"}).status == 200
    assert call("GET", "/oee", query=UNIT).body["terms"]["gq"]["value"] == 5


def test_a_late_fact_shows_as_a_revision_with_its_difference(
    worked: None, call: Call, deliver: Deliver, platform: Platform
) -> None:
    figure = call("GET", "/oee", query=UNIT).body["figure_id"]

    deliver(machine((300, 11), (310, 6)))
    (changed,) = pending(platform, "performance.facts_changed.v1")[-1:]
    deliver(FactsChanged.model_validate(changed))

    first, second = call("GET", f"/figures/{figure}/revisions").body["items"]
    assert first["differences"] == []
    changes = {each["name"]: each["after"] - each["before"] for each in second["differences"]}
    assert (changes["apt"], changes["adet"]) == (-600_000, 600_000)
    assert pending(platform, "performance.figures_restated.v1")[-1]["revision"] == 2


def test_pauses_and_ends_of_orders_are_heard(call: Call, deliver: Deliver) -> None:
    amounts = {"good": Decimal(0), "scrap": Decimal(0), "rework": Decimal(0)}
    deliver(
        OperationStarted(**operation(0)),
        OperationPaused(**operation(30), reason=190001),
        OperationStarted(**operation(45)),
        OperationCompleted(**operation(100), **amounts),
    )

    terms = call("GET", "/kpis", query=UNIT).body["terms"]

    found = [(terms[name]["value"] or 0) / 60 for name in ("apt", "adet_external", "aoet")]
    assert found == [85, 15, 100]


def test_an_order_that_goes_on_elsewhere_stands_at_the_unit_no_longer(call: Call, deliver: Deliver) -> None:
    deliver(
        OperationStarted(**operation(0)),
        OperationPaused(**operation(30), reason=190001),
        OperationLeft(**operation(45)),
    )

    terms = call("GET", "/kpis", query=UNIT).body["terms"]

    assert [(terms[name]["value"] or 0) / 60 for name in ("apt", "adet_external", "aoet")] == [30, 15, 45]


def test_intervals_and_counts_of_the_same_window_show_what_each_went_to(worked: None, call: Call) -> None:
    intervals = call("GET", "/intervals", query=UNIT).body["items"]
    counts = call("GET", "/counts", query={**UNIT, "limit": "1"}).body

    assert sum(each["seconds"] for each in intervals if each["term"] == "apt") == 22_380
    assert {each["state"] for each in intervals} == {"execute", "held"}
    assert len(counts["items"]) == 1
    following = call("GET", "/counts", query={**UNIT, "cursor": counts["next_cursor"]}).body
    assert len(following["items"]) == 1


def test_losses_reliability_and_shifts_answer(worked: None, call: Call) -> None:
    losses = call("GET", "/losses", query=UNIT).body
    reliability = call("GET", "/reliability", query=UNIT).body
    shifts = call("GET", "/shifts", query={"equipment": LINE, "on": "2026-03-02"}).body

    assert losses["lost_s"] == 47 * 60
    assert losses["big"]["reject"] == pytest.approx(423)
    assert reliability["mtbf"]["seconds"] is None
    assert shifts[0]["figure"]["local"]["end"] == "2026-03-02T16:00:00+09:00"


def test_a_stop_gets_its_reason_from_an_operator(worked: None, call: Call) -> None:
    part = {"start": instant(150).isoformat(), "end": instant(197).isoformat(), "reason": 180100}

    answer = call("POST", f"/downtime/{PLACE}/classify", body={"parts": [part]}, role="operator")

    assert answer.status == 200
    assert call("GET", "/reliability", query=UNIT).body["mttr"]["seconds"] == 47 * 60


def test_a_state_is_read_and_entered_by_hand(worked: None, call: Call) -> None:
    body = {"start": instant(470).isoformat(), "packml": 5, "reason": 200001}

    answer = call("POST", f"/states/{PLACE}", body=body, role="operator")

    assert answer.status == 200
    state = call("GET", f"/states/{PLACE}").body
    assert (state["state"], state["reason_name"], state["source"]) == ("suspended", "External, downstream", "hand")


def test_a_jump_is_corrected_by_hand_and_figures_are_computed_again(worked: None, call: Call) -> None:
    call("GET", "/oee", query=UNIT)
    body = {"counter": "good", "device_id": "mc-01", "at": END.isoformat(), "quantity": 18_000}

    assert call("POST", f"/counters/{PLACE}/correct", body=body).status == 200
    answer = call("POST", "/recompute", body={"equipment": MC1, "start": WINDOW["from"], "end": WINDOW["to"]})

    (restated,) = answer.body["restated"]
    assert restated["revision"] == 2
    assert {"name": "gq", "before": 18_848.0, "after": 18_000.0} in restated["differences"]


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ({**UNIT, "equipment": "nagoya/machining/line-9"}, 404, None),
        ({**UNIT, "equipment": "Not A Place"}, 422, "/query/equipment"),
        ({**UNIT, "from": "2026-03-01T23:00:00"}, 422, "/query/from"),
        ({**UNIT, "from": UNIT["to"], "to": UNIT["from"]}, 422, "/query/to"),
        ({**UNIT, "from": "2020-01-01T00:00:00Z"}, 422, "/query/to"),
        ({"equipment": MC1}, 422, "/query/from"),
        ({**UNIT, "from": "0001-01-01T00:00:00+14:00"}, 422, "/query/from"),
        ({**UNIT, "to": "9999-12-31T23:59:59-14:00"}, 422, "/query/to"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_field(
    worked: None, call: Call, query: dict[str, str | list[str]], status: int, pointer: str | None
) -> None:
    answer = call("GET", "/oee", query=query)

    assert answer.status == status
    assert pointer is None or pointer in answer.pointers


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_shifts_of_a_day_beyond_the_calendar_are_refused(call: Call, on: str) -> None:
    answer = call("GET", "/shifts", query={"equipment": LINE, "on": on})

    assert (answer.status, answer.pointers) == (422, {"/query/on"})


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("POST", f"/downtime/{PLACE}/classify", {"parts": []}, "/body/parts"),
        (
            "POST",
            f"/downtime/{PLACE}/classify",
            {"parts": [{"start": END.isoformat(), "end": SHIFT.isoformat(), "reason": 180100}]},
            "/body/parts/0",
        ),
        ("POST", f"/states/{PLACE}", {"start": SHIFT.isoformat(), "packml": 18}, "/body/packml"),
        ("PUT", f"/counters/{PLACE}", {"max_per_hour": 0}, "/body/max_per_hour"),
        (
            "POST",
            f"/counters/{PLACE}/correct",
            {"counter": "good", "device_id": "mc-01", "at": END.isoformat(), "quantity": -1},
            "/body/quantity",
        ),
    ],
)
def test_a_body_that_says_the_impossible_is_refused_with_the_field(
    worked: None, call: Call, method: str, path: str, body: dict[str, Any], pointer: str
) -> None:
    answer = call(method, path, body=body)

    assert answer.status == 422
    assert pointer in answer.pointers


def test_a_cursor_of_another_listing_is_refused(worked: None, call: Call) -> None:
    answer = call("GET", "/intervals", query={**UNIT, "cursor": "somewhere"})

    assert (answer.status, answer.pointers) == (422, {"/query/cursor"})


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_who_may_only_look_computes_nothing_again(worked: None, call: Call, role: str) -> None:
    body = {"equipment": MC1, "start": WINDOW["from"], "end": WINDOW["to"]}

    assert call("POST", "/recompute", body=body, role=role).status == 403
    assert call("PUT", f"/counters/{PLACE}", body={}, role=role).status == 403
    assert call("GET", "/oee", query=UNIT, role=role).status == 200


def test_another_tenants_figures_are_not_shown(worked: None, call: Call) -> None:
    assert call("GET", "/oee", query=UNIT, tenant_id=OTHER_TENANT).status == 403


def pending(platform: Platform, detail_type: str) -> list[dict[str, Any]]:
    """What the unit told and is not published yet."""
    tenant: TenantContext = platform.open_tenant(TENANT, None, "correlation-1")
    page = tenant.documents.system().query(Query(f"performance#{MC1}", prefix=PENDING, limit=1000))
    found = [Envelope.model_validate_json(str(each.data["envelope"])) for each in page.items]
    return [each.data for each in found if each.detail_type == detail_type]
