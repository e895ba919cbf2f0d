"""Holds of a few and of thousands of lots: traced, held by cause, released, and unharmed by crashes and repeats."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from functions.traceability import applying, deciding, holds, model, records, service, sweeping
from functions.traceability.holds import HoldLots, ReleaseLots
from makoto.adapters.clouds.memory import documents as memory_documents
from makoto.errors import Conflict
from makoto.events.quality import NonConformanceClosed, NonConformanceDispositioned, NonConformanceOpened
from makoto.ports.documents import ConditionFailed, Put
from tests.builders import TENANT
from tests.unit.traceability import deliveries
from tests.unit.traceability.conftest import Plant


def opened(nc_id: str = "NC-1", *lots: str, **more: Any) -> NonConformanceOpened:
    return NonConformanceOpened(tenant_id=TENANT, nc_id=nc_id, title="porosity", product=None, lots=lots, **more)


def held(plant: Plant, cause: str = "NC-1") -> list[str]:
    return list(records.names(f"hold/{cause}/", plant.tenant))


def flow(plant: Plant) -> None:
    """B1 went into S1 and S2; S1 was shipped, S2 is here; B2 went into S3."""
    plant.receive("B1:100:kg:steel", "B2:100:kg:steel")
    plant.do("produce", inputs=["B1:10"], outputs=["S1:10:kg:cream"], equipment="nagoya/machining/line-1/mc-01")
    plant.do("produce", inputs=["B1:10"], outputs=["S2:10:kg:cream"])
    plant.do("produce", inputs=["B2:10"], outputs=["S3:10:kg:cream"], equipment="nagoya/machining/line-1/mc-02")
    plant.do("ship", inputs=["S1"], customer="Toyo", delivery_note="DN-1")


def test_a_non_conformance_holds_what_came_of_its_lots_and_names_what_is_past_holding(plant: Plant) -> None:
    flow(plant)

    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.relay(plant)

    assert held(plant) == ["B1", "S2"]
    assert {each["lot_id"] for each in plant.facts("traceability.lot_held")} == {"B1", "S2"}
    (traced,) = plant.facts("traceability.lots_traced")
    assert (set(traced["held"]), traced["beyond"]) == ({"B1", "S2"}, ["S1"])
    with pytest.raises(model.LotIsHeld, match="NC-1"):
        plant.do("ship", inputs=["S2"], customer="Toyo")


def test_what_was_made_at_the_place_since_is_held_too(plant: Plant) -> None:
    flow(plant)
    since = plant.clock.now()
    plant.clock.advance(60)
    plant.do("produce", inputs=["B2:10"], outputs=["S4:10:kg:cream"], equipment="nagoya/machining/line-1/mc-02")

    deliveries.deliver(plant, opened("NC-2", equipment="nagoya/machining/line-1", since=since))
    deliveries.relay(plant)

    assert held(plant, "NC-2") == ["S3", "S4"]


def test_where_no_hold_is_wanted_the_lots_are_named_only(plant: Plant) -> None:
    flow(plant)

    deliveries.deliver(plant, opened("NC-1", "B1", is_hold_wanted=False))
    deliveries.relay(plant)

    (traced,) = plant.facts("traceability.lots_traced")
    assert held(plant) == []
    assert (traced["held"], traced["beyond"], set(traced["reached"])) == ([], ["S1"], {"B1", "S2"})


def test_a_lot_is_free_when_its_last_cause_is_gone(plant: Plant) -> None:
    flow(plant)
    for cause in ("NC-1", "NC-2"):
        deliveries.deliver(plant, opened(cause, "B2"), cause)
    deliveries.relay(plant)

    released = holds.release_lots(ReleaseLots(cause="NC-1", reason="measured again"), plant.tenant)
    assert (released.state, released.changed) == ("done", 2)
    assert plant.lot("B2").status == "on_hold"
    holds.release_lots(ReleaseLots(cause="NC-2", lots=("B2",), reason="too"), plant.tenant)
    assert plant.lot("B2").status == "available"
    assert plant.lot("S3").status == "on_hold"
    free = {each["lot_id"]: each["is_free"] for each in plant.facts("traceability.lot_released") if each["is_free"]}
    assert free == {"B2": True}


@pytest.mark.parametrize(
    ("disposition", "status"),
    [
        ("use_as_is", "available"),
        ("regrade", "available"),
        ("scrap", "scrapped"),
        ("return_to_supplier", "rejected"),
        ("rework", "reserved"),
    ],
)
def test_a_disposition_decides_what_becomes_of_the_lots(plant: Plant, disposition: str, status: str) -> None:
    flow(plant)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.relay(plant)

    fact = NonConformanceDispositioned(tenant_id=TENANT, nc_id="NC-1", disposition=disposition, lots=("S2",))
    deliveries.deliver(plant, fact, "event-2")
    deliveries.relay(plant, times=2)

    assert plant.lot("S2").status == status
    assert plant.lot("B1").status == "on_hold"
    with pytest.raises(Conflict) if status != "available" else pytest.raises(model.InsufficientQuantity):
        plant.do("ship", inputs=["S2:11"], customer="Toyo")


def test_rework_may_use_the_lot_that_was_set_aside_for_it(plant: Plant) -> None:
    flow(plant)
    deliveries.deliver(plant, opened("NC-1", "S2"))
    deliveries.relay(plant)
    fact = NonConformanceDispositioned(tenant_id=TENANT, nc_id="NC-1", disposition="rework", lots=("S2",))
    deliveries.deliver(plant, fact, "event-2")
    deliveries.relay(plant)

    plant.do("produce", inputs=["S2"], outputs=["S2R:10:kg:cream"], order_id="rework:NC-1")

    assert plant.lot("S2").status == "consumed"


def test_closing_releases_whatever_is_still_held(plant: Plant) -> None:
    flow(plant)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.relay(plant)

    deliveries.deliver(plant, NonConformanceClosed(tenant_id=TENANT, nc_id="NC-1"), "event-2")
    deliveries.relay(plant)

    assert held(plant) == []
    assert plant.lot("S2").status == "available"


def many(plant: Plant, count: int) -> None:
    """A bar and `count` pieces cut off it, written as they would be stored."""
    plant.receive("B1:100000:kg:steel")
    for start in range(0, count, 30):
        names = [f"C{n:05}:1" for n in range(start, min(start + 30, count))]
        plant.do("split", inputs=["B1"], outputs=names)


def test_thousands_of_lots_are_held_over_many_commits_with_progress_to_see(plant: Plant) -> None:
    many(plant, 1500)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    first, *_ = deliveries.steps_waiting(plant)
    deliveries.react(plant, first)
    _, second = deliveries.steps_waiting(plant)
    deliveries.react(plant, second)

    midway = sweeping.read_sweep("nc-NC-1", plant.tenant)
    assert (midway.lots, midway.changed, midway.phase) == (1501, 1000, "applying")
    deliveries.relay(plant)

    done = sweeping.read_sweep("nc-NC-1", plant.tenant)
    assert (done.phase, done.changed) == ("done", 1501)
    assert len(held(plant)) == 1501
    parts = plant.facts("traceability.lots_traced")
    assert sorted(each["part"] for each in parts) == [1, 2]
    assert sum(len(each["held"]) for each in parts) == 1501


def test_steps_delivered_twice_and_late_hold_each_lot_once(plant: Plant) -> None:
    many(plant, 120)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.relay(plant, times=3)
    revisions = {each: plant.lot(each).revision for each in held(plant)}
    for envelope in deliveries.steps_waiting(plant):
        deliveries.forget(plant, envelope)
        deliveries.react(plant, envelope)

    assert {each: plant.lot(each).revision for each in held(plant)} == revisions
    assert len(plant.facts("traceability.lot_held")) == 121
    assert len(plant.facts("traceability.lots_traced")) == 1


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("survived", [0, 1, 2, 3, 5])
def test_a_hold_that_dies_between_two_commits_goes_on_where_it_was(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    many(plant, 120)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    write_all = memory_documents.MemoryDocuments.write_all
    commits = [0]

    def dying(self: Any, writes: Any, now: datetime) -> None:
        if commits[0] == survived:
            raise Crash
        commits[0] += 1
        write_all(self, writes, now)

    with monkeypatch.context() as patched:
        patched.setattr(memory_documents.MemoryDocuments, "write_all", dying)
        with pytest.raises(Crash):
            deliveries.relay(plant)
    deliveries.relay(plant)

    assert len(held(plant)) == 121
    told = [each["lot_id"] for each in plant.facts("traceability.lot_held")]
    assert sorted(told) == sorted(set(told)) == sorted(held(plant))
    assert sweeping.read_sweep("nc-NC-1", plant.tenant).is_done


def test_what_came_to_be_while_lots_were_being_held_is_held_too(plant: Plant) -> None:
    many(plant, 30)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.react(plant, deliveries.steps_waiting(plant)[0])  # traced, nothing held yet
    plant.do("produce", inputs=["C00003:1"], outputs=["D1:1:kg:steel"])
    deliveries.relay(plant)

    assert plant.lot("D1").status == "on_hold"


def test_a_case_that_is_closed_while_lots_are_being_held_leaves_none_held(plant: Plant) -> None:
    many(plant, 60)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.react(plant, deliveries.steps_waiting(plant)[0])
    deliveries.deliver(plant, NonConformanceClosed(tenant_id=TENANT, nc_id="NC-1"), "event-2")
    deliveries.relay(plant)

    assert held(plant) == []
    assert sweeping.read_sweep("nc-NC-1", plant.tenant).is_done


def test_a_case_that_is_closed_in_the_middle_of_a_step_leaves_none_held(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(plant, 60)
    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.react(plant, deliveries.steps_waiting(plant)[0])
    change_holds = applying.change_holds

    def closed_before_the_last(lot_ids: Any, *given: Any, **more: Any) -> int:
        if "C00059" in lot_ids:
            monkeypatch.undo()
            deliveries.deliver(plant, NonConformanceClosed(tenant_id=TENANT, nc_id="NC-1"), "event-2")
            while not sweeping.read_sweep("nc-NC-1-closed", plant.tenant).is_done:
                for envelope in deliveries.steps_waiting(plant):
                    if "closed" in envelope.aggregate:
                        deliveries.react(plant, envelope)
        return change_holds(lot_ids, *given, **more)

    monkeypatch.setattr(applying, "change_holds", closed_before_the_last)
    with pytest.raises(ConditionFailed):
        deliveries.react(plant, deliveries.steps_waiting(plant)[1])
    deliveries.relay(plant)

    assert held(plant) == []


def test_a_hold_by_hand_of_a_few_lots_is_done_at_once(plant: Plant) -> None:
    flow(plant)

    few = holds.hold_lots(HoldLots(lots=("B1", "S1"), cause="QA", reason="smell"), plant.tenant)
    again = holds.hold_lots(HoldLots(lots=("B1",), cause="QA", reason="smell"), plant.tenant)

    assert (few.state, few.changed, again.changed) == ("done", 1, 0)  # S1 is gone
    assert [each.lot_id for each in holds.list_held("QA", plant.tenant, 10, None).items] == ["B1"]


def test_a_hold_by_hand_reaches_what_came_of_the_lots(plant: Plant) -> None:
    flow(plant)

    answer = holds.hold_lots(HoldLots(lots=("B1",), cause="QA", reason="smell", is_downstream=True), plant.tenant)

    assert (answer.state, answer.changed) == ("done", 2)
    assert plant.lot("S2").holds[0].reason == "smell"


def test_a_hold_of_a_lot_that_is_not_there_is_refused(plant: Plant) -> None:
    with pytest.raises(model.LotNotFound, match="B404"):
        holds.hold_lots(HoldLots(lots=("B404",), cause="QA", reason="smell"), plant.tenant)


def test_a_hold_and_a_shipment_at_once_do_not_both_happen(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    flow(plant)
    decide = deciding.decide

    def overtaken(*given: Any) -> Any:
        monkeypatch.undo()
        holds.hold_lots(HoldLots(lots=("S2",), cause="QA", reason="smell"), plant.tenant)
        return decide(*given)

    monkeypatch.setattr(service, "decide", overtaken)

    with pytest.raises(model.LotIsHeld):
        plant.do("ship", inputs=["S2"], customer="Toyo")


def test_a_past_hold_is_remembered(plant: Plant) -> None:
    flow(plant)
    holds.hold_lots(HoldLots(lots=("B1",), cause="QA", reason="smell"), plant.tenant)
    plant.clock.advance(60)
    holds.release_lots(ReleaseLots(cause="QA", lots=("B1",), reason="fine"), plant.tenant)

    (past,) = plant.lot("B1").past_holds
    assert (past.cause, (past.until - past.since).total_seconds()) == ("QA", 60)


def test_the_neighbour_is_not_held(plant: Plant) -> None:
    flow(plant)
    neighbour = replace(plant, tenant=plant.neighbour)
    copy = plant.lot("B1")
    place = records.key("lot", "B1")
    neighbour.tenant.documents.atomic([Put(place, records._lot_data(copy))])

    deliveries.deliver(plant, opened("NC-1", "B1"))
    deliveries.relay(plant)

    assert neighbour.lot("B1").status == "available"
    assert neighbour.left("B1") == (Decimal(80),)
