"""What production reports becomes genealogy: recorded as it happened, flagged where something is against it."""

from decimal import Decimal
from typing import Any

from functions.traceability import reactions, records, traces
from functions.traceability.holds import HoldLots, hold_lots
from functions.traceability.traces import AskTrace
from makoto.events.production import LotUse, QuantityReported
from tests.builders import TENANT
from tests.unit.traceability import deliveries
from tests.unit.traceability.conftest import Plant

PLACE = "nagoya/machining/line-1/mc-01"


def report(plant: Plant, consumed: list[str], produced: list[str], event_id: str = "event-1", **more: Any) -> None:
    fact = QuantityReported.model_validate(
        {
            "tenant_id": TENANT,
            "order_id": "WO-1",
            "product": "shaft",
            "unit": "pcs",
            "sequence": 10,
            "equipment": PLACE,
            "operator": "taro",
            "at": plant.clock.now(),
            "good": 10,
            "scrap": 0,
            "rework": 0,
            "consumed": [used(each) for each in consumed],
            "produced": [used(each) for each in produced],
        }
        | more
    )
    deliveries.deliver(plant, fact, event_id)


def used(text: str) -> LotUse:
    lot, quantity, unit, material = text.split(":")
    return LotUse(lot_id=lot, material=material, quantity=Decimal(quantity), unit=unit)


def test_a_report_is_a_transformation_with_its_order_operation_and_place(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])

    (made,) = records.load_activities(plant.lot("S1").sources, plant.tenant)
    assert (made.kind, made.order_id, made.operation, made.equipment) == ("produce", "WO-1", 10, PLACE)
    assert (made.by, made.flags, plant.left("B1", "S1")) == ("taro", (), (80, 10))


def test_a_report_that_comes_again_counts_once(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    for _ in range(3):
        report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])
    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"], "event-2")

    assert plant.left("B1", "S1") == (60, 20)


def test_a_report_of_lots_that_nobody_registered_makes_them_and_says_so(plant: Plant) -> None:
    report(plant, ["B9:20:kg:steel"], ["S1:10:pcs:shaft"])

    (made,) = records.load_activities(plant.lot("S1").sources, plant.tenant)
    assert made.flags == ("unknown_lot:B9", "overdrawn:B9")
    assert plant.left("B9") == (-20,)
    (backward,) = traces.trace(AskTrace(lot="S1", direction="backward"), plant.tenant).traces
    assert {each.lot_id for each in backward.affected} == {"S1", "B9"}


def test_a_report_of_a_held_lot_is_kept_and_flagged(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    hold_lots(HoldLots(lots=("B1",), cause="NC-1", reason="crack"), plant.tenant)

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])

    (made,) = records.load_activities(plant.lot("S1").sources, plant.tenant)
    assert made.flags == ("lot_is_held:B1",)


def test_a_negative_report_takes_back(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])

    report(plant, ["B1:-4:kg:steel"], ["S1:-2:pcs:shaft"], "event-2")
    report(plant, ["B1:-4:kg:steel"], ["S1:-2:pcs:shaft"], "event-2")

    assert plant.left("B1", "S1") == (84, 8)
    assert plant.lot("S1").made == 8


def test_a_report_with_both_signs_is_two_activities_told_once(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel", "B2:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])

    for _ in range(2):
        report(plant, ["B1:-20:kg:steel", "B2:20:kg:steel"], [], "event-2")

    assert plant.left("B1", "B2") == (100, 80)


def test_a_report_that_cannot_be_recorded_is_kept_aside_with_its_reason(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")

    report(plant, ["B1:20:m:steel"], ["S1:10:pcs:shaft"])
    report(plant, ["B1:20:kg:steel"], ["鋼:10:pcs:shaft"], "event-2")
    report(plant, ["B1:20:kg:steel"], ["B1:10:kg:steel"], "event-3")

    aside = reactions.list_refused(plant.tenant, 10, None).items
    assert sorted(each.problem for each in aside) == ["lot-loop", "not-recordable", "units-do-not-convert"]
    assert plant.left("B1") == (100,)


def test_a_report_without_lots_changes_nothing(plant: Plant) -> None:
    report(plant, [], [])

    assert reactions.list_refused(plant.tenant, 10, None).items == ()
    assert plant.facts("traceability") == []


def reached(plant: Plant, lot: str, direction: str = "forward") -> set[str]:
    (one,) = traces.trace(AskTrace.model_validate({"lot": lot, "direction": direction}), plant.tenant).traces
    return {each.lot_id for each in one.affected if each.material != "work-in-progress"}


def test_reports_that_name_one_side_only_are_joined_by_their_order(plant: Plant) -> None:
    """Raw material at the first operation, a finished lot at the last one, and more material after that."""
    plant.receive("B1:100:kg:steel", "B2:100:kg:steel", "B3:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], [], "e1", sequence=10)
    report(plant, [], ["S1:10:pcs:shaft"], "e2", sequence=30)
    report(plant, ["B2:20:kg:steel"], [], "e3", sequence=30)
    report(plant, ["B3:20:kg:steel"], [], "e4", sequence=10, order_id="WO-2")

    assert reached(plant, "B1") == {"B1", "S1"}
    assert reached(plant, "S1", "backward") == {"S1", "B1", "B2"}
    assert reached(plant, "B3") == {"B3"}


def test_a_report_with_both_sides_holds_what_its_order_had_in_work_too(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel", "B2:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], [], "e1")
    report(plant, ["B2:20:kg:steel"], ["S1:10:pcs:shaft"], "e2")

    assert reached(plant, "S1", "backward") == {"S1", "B1", "B2"}


def test_a_lot_between_two_operations_of_an_order_is_no_loop(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], [], "e1", sequence=10)
    report(plant, [], ["P1:10:pcs:shaft"], "e2", sequence=10)
    report(plant, ["P1:10:pcs:shaft"], [], "e3", sequence=20)
    report(plant, [], ["S1:10:pcs:shaft"], "e4", sequence=20)

    assert reactions.list_refused(plant.tenant, 10, None).items == ()
    assert reached(plant, "B1") == {"B1", "P1", "S1"}


def test_a_hold_finds_its_way_through_work_in_progress_and_holds_lots_only(plant: Plant) -> None:
    from makoto.events.quality import NonConformanceOpened

    plant.receive("B1:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], [], "e1")
    report(plant, [], ["S1:10:pcs:shaft"], "e2")
    opened = NonConformanceOpened(tenant_id=TENANT, nc_id="NC-1", title="crack", product=None, lots=("B1",))
    deliveries.deliver(plant, opened, "e3")
    deliveries.relay(plant)

    assert plant.lot("S1").status == "on_hold"
    (traced,) = plant.facts("traceability.lots_traced")
    assert (traced["held"], traced["beyond"]) == (["B1", "S1"], [])
    registered = {each["lot_id"] for each in plant.facts("traceability.lot_registered")}
    assert registered == {"B1", "S1"}


def test_what_is_taken_back_of_an_order_leads_nowhere(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    plant.do("consume", inputs=["B1:1"], order_id="WO-1", activity_id="wrong")
    plant.do("produce", outputs=["S1:1:pcs:shaft"], order_id="WO-1")
    plant.do("reverse", reverses="wrong")

    assert reached(plant, "B1") == {"B1"}
    assert plant.left("B1") == (100,)
