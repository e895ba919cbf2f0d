"""Facts that come after a hold's sweep is over: what they made is held and told as if it had been there."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

from functions.traceability import recalls
from functions.traceability.holds import HoldLots, ReleaseLots, hold_lots, list_held, release_lots
from functions.traceability.recalls import OpenRecall
from functions.traceability.sweeps import Scope
from makoto.events.quality import NonConformanceClosed, NonConformanceOpened
from tests.builders import TENANT
from tests.unit.traceability import deliveries
from tests.unit.traceability.conftest import Plant
from tests.unit.traceability.test_reports import PLACE, report


def opened(plant: Plant, *lots: str, **more: Any) -> None:
    fact = NonConformanceOpened(tenant_id=TENANT, nc_id="NC-1", title="porosity", product=None, lots=lots, **more)
    deliveries.deliver(plant, fact, "opened")
    deliveries.relay(plant)


def held(plant: Plant, cause: str = "NC-1") -> set[str]:
    return {each.lot_id for each in list_held(cause, plant.tenant, 50, None).items}


def told(plant: Plant) -> list[tuple[list[str], bool]]:
    return [(each["held"], each["is_late"]) for each in plant.facts("traceability.lots_traced")]


def test_a_lot_made_at_the_place_in_time_and_reported_after_the_trace_is_held_and_told(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    since = plant.clock.now()
    made_at = since + timedelta(minutes=5)
    plant.clock.advance(600)
    opened(plant, equipment="nagoya/machining/line-1", since=since)

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"], at=made_at)
    deliveries.relay(plant, times=2)

    assert plant.lot("S1").status == "on_hold"
    assert sorted(told(plant)) == [([], False), (["S1"], True)]


def test_what_is_made_there_after_the_case_was_opened_or_elsewhere_or_before_is_free(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    before = plant.clock.now()
    plant.clock.advance(600)
    since = plant.clock.now()
    plant.clock.advance(600)
    opened(plant, equipment=PLACE, since=since)

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"], "event-1", at=before)
    report(plant, ["B1:20:kg:steel"], ["S2:10:pcs:shaft"], "event-2", at=since, equipment="nagoya/machining/line-2")
    report(plant, ["B1:20:kg:steel"], ["S3:10:pcs:shaft"], "event-3", at=plant.clock.now())
    deliveries.relay(plant)

    assert held(plant) == set()


def test_what_a_report_made_of_a_held_lot_is_held_and_its_case_knows_of_it(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    opened(plant, "B1")

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])
    deliveries.relay(plant)

    assert held(plant) == {"B1", "S1"}
    assert sorted(told(plant)) == [(["B1"], False), (["S1"], True)]


def test_what_comes_out_of_the_work_on_a_held_lot_is_held_whichever_was_reported_first(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel", "B2:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], [], "event-1")
    opened(plant, "B1", "B2")
    report(plant, ["B2:20:kg:steel"], [], "event-2", order_id="WO-2")

    report(plant, [], ["S1:10:pcs:shaft"], "event-3")
    report(plant, [], ["S2:10:pcs:shaft"], "event-4", order_id="WO-2")
    deliveries.relay(plant)

    assert held(plant) == {"B1", "B2", "S1", "S2"}
    assert not any(each["lot_id"].startswith("wip:") for each in plant.facts("traceability.lot_held"))


def test_a_closed_case_holds_nothing_that_is_told_later(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    report(plant, ["B1:20:kg:steel"], [], "event-1")
    since = plant.clock.now()
    plant.clock.advance(600)
    opened(plant, "B1", equipment=PLACE, since=since)
    deliveries.deliver(plant, NonConformanceClosed(tenant_id=TENANT, nc_id="NC-1"), "closed")
    deliveries.relay(plant)

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"], "event-2", at=since)
    deliveries.relay(plant)

    assert held(plant) == set()
    assert plant.lot("S1").status == "available"


def test_a_recalls_list_names_what_was_told_after_it(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel", supplier_lot="KS-9")
    recalls.open_recall(OpenRecall(recall_id="R1", reason="crack", scope=Scope(supplier_lot="KS-9")), plant.tenant)
    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])

    text, _ = recalls.recall_csv("R1", plant.tenant, "en")

    assert [row[0] for row in csv.reader(StringIO(text.removeprefix("\ufeff")))][1:] == ["B1", "S1"]


def test_a_recall_of_a_place_and_a_time_holds_what_is_reported_later_until_it_is_released(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    since = plant.clock.now()
    plant.clock.advance(600)
    scope = Scope(equipment=PLACE, since=since)
    recalls.open_recall(OpenRecall(recall_id="R1", reason="crack", scope=scope), plant.tenant)
    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"], "event-1", at=since)
    deliveries.relay(plant)
    assert held(plant, "R1") == {"S1"}
    assert [each.lot_id for each in recalls.read_recall("R1", plant.tenant).deliveries] == []

    release_lots(ReleaseLots(cause="R1", reason="over"), plant.tenant)
    report(plant, ["B1:20:kg:steel"], ["S2:10:pcs:shaft"], "event-2", at=since)
    deliveries.relay(plant)

    assert held(plant, "R1") == set()


def test_a_lot_that_is_held_by_hand_hands_it_on_without_a_case(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    hold_lots(HoldLots(lots=("B1",), cause="QA-7", reason="smell"), plant.tenant)

    report(plant, ["B1:20:kg:steel"], ["S1:10:pcs:shaft"])
    deliveries.relay(plant)

    assert held(plant, "QA-7") == {"B1", "S1"}
    assert told(plant) == []


def test_a_recalls_cells_are_no_formulas_in_wide_characters_either_and_numbers_stay_numbers(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel", supplier="＝HYPERLINK(1)", supplier_lot="KS-9")
    plant.do("ship", inputs=["B1:40"], customer='東洋, "精機"')
    report(plant, ["B1:100:kg:steel"], ["S1:10:pcs:shaft"])
    recalls.open_recall(OpenRecall(recall_id="R1", reason="crack", scope=Scope(supplier_lot="KS-9")), plant.tenant)

    text, _ = recalls.recall_csv("R1", plant.tenant, "ja")

    bar = next(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert (bar["出荷先"], bar["仕入先"], bar["残数量"]) == ('東洋, "精機"', "'＝HYPERLINK(1)", "-40")
