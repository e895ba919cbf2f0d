"""Tracing through the store: every path, quantities along the edges, shares, depth, pages; and what may be picked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from functions.traceability import reading, records, traces
from functions.traceability.holds import HoldLots, hold_lots
from functions.traceability.model import LotNotFound
from functions.traceability.reading import AskActivities, AskLots, AskPicks
from functions.traceability.traces import AskTrace, CursorUnknown
from functions.traceability.views import TraceView
from makoto.adapters.clouds.memory import documents as memory_documents
from tests.unit.traceability.conftest import Plant


def traced(plant: Plant, lot: str, direction: str = "forward", **more: Any) -> TraceView:
    asked = AskTrace.model_validate({"lot": lot, "direction": direction, **more})
    (one,) = traces.trace(asked, plant.tenant).traces
    return one


def chain(plant: Plant) -> None:
    """Two bars, one split, meet again in one shaft: B1 reaches S1 over three paths, B2 over one."""
    plant.receive("B1:100:kg:steel", "B2:100:kg:steel", supplier_lot="KS-9", supplier="Kobe")
    plant.do("split", inputs=["B1"], outputs=["B1.1:40", "B1.2:20"])
    plant.do("produce", inputs=["B1:10", "B1.1:40", "B1.2:20", "B2:30"], outputs=["S1:100:kg:cream"])
    plant.do("ship", inputs=["S1:60"], customer="Toyo", delivery_note="DN-1")


def test_a_trace_shows_every_path_and_not_one(plant: Plant) -> None:
    chain(plant)

    view = traced(plant, "B1", paths=True)

    (shaft,) = [each for each in view.affected if each.lot_id == "S1"]
    assert (shaft.paths, shaft.level) == (3, 1)
    assert view.path_count == 3
    ways = [path.steps for path in view.paths if path.target == "S1"]
    assert len(set(ways)) == 3
    assert ("B1", "a2", "B1.1", "a3", "S1") in ways


def test_both_directions_come_in_one_answer(plant: Plant) -> None:
    chain(plant)

    forward, backward = traces.trace(AskTrace(lot="S1"), plant.tenant).traces

    assert [each.lot_id for each in forward.affected] == ["S1"]
    assert {each.lot_id for each in backward.affected} == {"S1", "B1", "B2", "B1.1", "B1.2"}
    assert {each.lot_id: each.paths for each in backward.affected}["B1"] == 3


def test_quantities_stand_on_the_edges(plant: Plant) -> None:
    chain(plant)

    view = traced(plant, "S1", "backward")

    found = {(each.source, each.target): (each.quantity, each.unit) for each in view.edges}
    assert found["B2", "a3"] == (Decimal(30), "kg")
    assert found["a3", "S1"] == (Decimal(100), "kg")
    assert {each.id for each in view.nodes if each.type == "activity"} >= {"a2", "a3"}


def test_a_share_says_how_much_of_a_lot_came_along(plant: Plant) -> None:
    chain(plant)

    forward = {each.lot_id: each.share for each in traced(plant, "B2").affected}
    backward = {each.lot_id: each.share for each in traced(plant, "S1", "backward").affected}

    assert forward == {"B2": 1.0, "S1": 0.3}
    assert backward["B2"] == pytest.approx(0.3)
    assert backward["B1"] == pytest.approx(0.7)
    assert backward["B1.1"] == 1.0


def test_a_share_of_what_cannot_be_compared_is_not_told(plant: Plant) -> None:
    plant.receive("W1:100:pcs:screw", "B1:5:kg:steel")
    plant.do("produce", inputs=["W1:4", "B1:1"], outputs=["P1:1:pcs:pump"])

    assert {each.lot_id: each.share for each in traced(plant, "W1").affected} == {"W1": 1.0, "P1": None}


def test_a_trace_ends_at_its_depth_and_says_that_it_is_not_complete(plant: Plant) -> None:
    plant.receive("L0:100:kg:steel")
    for n in range(5):
        plant.do("produce", inputs=[f"L{n}:10"], outputs=[f"L{n + 1}:10:kg:steel"])

    view = traced(plant, "L0", depth=2)

    assert [each.lot_id for each in view.affected] == ["L0", "L1", "L2"]
    assert not view.is_complete
    assert traced(plant, "L0", depth=5).is_complete


def test_pages_of_a_trace_hold_every_lot_once(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    for start in range(0, 60, 20):
        plant.do("split", inputs=["B1"], outputs=[f"C{n:02}:1" for n in range(start, start + 20)])

    found: list[str] = []
    cursor = None
    while True:
        view = traced(plant, "B1", limit=7, cursor=cursor)
        found += [each.lot_id for each in view.affected]
        if (cursor := view.next_cursor) is None:
            break

    assert sorted(found) == sorted(["B1", *(f"C{n:02}" for n in range(60))])
    with pytest.raises(CursorUnknown):
        traced(plant, "B1", cursor="nonsense")


def test_what_was_reversed_is_no_way(plant: Plant) -> None:
    chain(plant)
    plant.receive("X1:5:kg:steel")
    wrong = plant.do("produce", inputs=["X1:1"], outputs=["Y1:1:kg:steel"])
    plant.do("reverse", reverses=wrong.activity_id)

    assert [each.lot_id for each in traced(plant, "X1").affected] == ["X1"]
    assert records.get_activity(wrong.activity_id, plant.tenant).reversed_by is not None


def test_counts_of_paths_beyond_a_double_are_told_as_text(plant: Plant) -> None:
    plant.receive("D0:100000:kg:steel")
    for n in range(54):
        plant.do("split", inputs=[f"D{n}"], outputs=[f"E{n}:1", f"F{n}:1"])
        plant.do("merge", inputs=[f"E{n}:1", f"F{n}:1"], outputs=[f"D{n + 1}:2"])

    counts = {each.lot_id: each.paths for each in traced(plant, "D0").affected}

    assert counts["D50"] == 2**50
    assert counts["D54"] == str(2**54)


def test_a_level_of_the_trace_costs_a_few_calls_and_not_one_a_lot(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.receive("B1:1000:kg:steel")
    for start in range(0, 100, 20):
        plant.do("split", inputs=["B1"], outputs=[f"C{n:02}:1" for n in range(start, start + 20)])
    calls = []
    read_many = memory_documents.MemoryDocuments.read_many

    def counted(self: Any, keys: Any) -> Any:
        calls.append(len(keys))
        return read_many(self, keys)

    monkeypatch.setattr(memory_documents.MemoryDocuments, "read_many", counted)
    traced(plant, "B1")

    assert len(calls) <= 5  # the lot twice, its activities, its children; they have no activities


def test_an_unknown_lot_is_not_traced(plant: Plant) -> None:
    with pytest.raises(LotNotFound):
        traced(plant, "B404")
    with pytest.raises(ValidationError):
        AskTrace(lot="B1", depth=0)


def test_fefo_picks_what_expires_first_and_what_never_does_last(plant: Plant) -> None:
    today = plant.clock.now().date()
    for lot, days in (("M3", 30), ("M1", 5), ("M2", 20), ("M0", None)):
        given: dict[str, Any] = {"lot_id": lot, "quantity": 10, "material": "steel"}
        plant.receive(given | ({"expires_on": str(today + timedelta(days=days))} if days else {}))
        plant.clock.advance(60)

    picked = reading.pick(AskPicks(material="steel", quantity=Decimal(25)), plant.tenant)
    lasting = reading.pick(AskPicks(material="steel", min_remaining_days=6), plant.tenant)

    assert [(each.lot_id, each.take) for each in picked.picks] == [
        ("M1", Decimal(10)),
        ("M2", Decimal(10)),
        ("M3", Decimal(5)),
    ]
    assert picked.missing == 0
    assert [each.lot_id for each in lasting.picks] == ["M2", "M3", "M0"]


def test_fefo_leaves_out_what_is_held_expired_reserved_packed_or_gone(plant: Plant) -> None:
    plant.receive(*(f"B{n}:10:kg:steel" for n in range(6)))
    hold_lots(HoldLots(lots=("B0",), cause="NC-1", reason="rust"), plant.tenant)
    plant.do("reserve", inputs=["B1"], order_id="O1")
    plant.do("pack", inputs=["B2"], container="BOX")
    plant.do("consume", inputs=["B3"])
    plant.do("reject", inputs=["B4"], reason="rust")

    picked = reading.pick(AskPicks(material="steel", quantity=Decimal(20000), unit="g"), plant.tenant)
    for_order = reading.pick(AskPicks(material="steel", order_id="O1"), plant.tenant)

    assert [each.lot_id for each in picked.picks] == ["B5"]
    assert (picked.covered, picked.missing) == (Decimal(10), Decimal(10))
    assert [each.lot_id for each in for_order.picks] == ["B1", "B5"]


def test_fefo_of_equal_dates_goes_by_arrival_then_by_id(plant: Plant) -> None:
    plant.receive("B2:1:kg:steel", "B1:1:kg:steel")
    plant.clock.advance(60)
    plant.receive("B0:1:kg:steel")

    picked = reading.pick(AskPicks(material="steel"), plant.tenant)

    assert [each.lot_id for each in picked.picks] == ["B1", "B2", "B0"]


def test_lots_are_listed_by_what_they_are(plant: Plant) -> None:
    plant.receive("B1:1:kg:steel", "M1:1:L:milk")
    plant.do("consume", inputs=["B1"])

    def listed(**where: Any) -> list[str]:
        return [each.lot_id for each in reading.list_lots(AskLots(**where), plant.tenant).items]

    assert listed(material="milk") == ["M1"]
    assert listed(status="consumed") == ["B1"]
    assert listed(expires_before=date(2100, 1, 1)) == ["M1"]
    assert listed(limit=1) == ["B1"]


def test_activities_are_listed_by_time_and_place(plant: Plant) -> None:
    line = "nagoya/machining/line-1"
    plant.receive("B1:100:kg:steel")
    start = plant.clock.now()
    plant.clock.advance(60)
    plant.do("consume", inputs=["B1:1"], equipment=f"{line}/mc-01", order_id="O1")
    plant.clock.advance(60)
    plant.do("consume", inputs=["B1:1"], equipment="nagoya/machining/line-10")

    def listed(**where: Any) -> list[str]:
        return [each.activity_id for each in reading.list_activities(AskActivities(**where), plant.tenant).items]

    assert listed() == ["a1", "a2", "a3"]
    assert listed(equipment=line) == ["a2"]
    assert listed(start=start + timedelta(seconds=61)) == ["a3"]
    assert listed(order_id="O1", end=plant.clock.now()) == ["a2"]


def test_a_lots_history_is_newest_first(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")
    plant.clock.advance(60)
    plant.do("move", inputs=["B1"], location="Hall 2")
    plant.clock.advance(60)
    plant.do("consume", inputs=["B1:1"])

    assert [each.kind for each in reading.lot_history("B1", plant.tenant).items] == ["consume", "move", "receive"]
    assert plant.lot("B1").location == "Hall 2"
