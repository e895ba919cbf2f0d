"""Recording what was done with lots: what is taken, given, refused and flagged."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from functions.traceability import activities, balance, books, deciding, model, records, service
from functions.traceability.activities import RecordActivity
from functions.traceability.service import Manner
from makoto.errors import Invalid
from makoto.ports.masters import NoSuchMaster
from tests.unit.traceability.conftest import Plant


def test_a_received_lot_says_where_it_came_from(plant: Plant) -> None:
    bar = {"lot_id": "B1", "quantity": "500", "material": "steel", "attributes": {"heat": "H4711"}}
    plant.receive(bar, supplier="Kobe", supplier_lot="KS-9")

    lot = plant.lot("B1")
    assert (lot.remaining, lot.unit, lot.status) == (Decimal(500), "kg", "available")
    assert (lot.supplier, lot.supplier_lot, lot.attributes) == ("Kobe", "KS-9", {"heat": "H4711"})
    assert [each["lot_id"] for each in plant.facts("traceability.lot_registered")] == ["B1"]


def test_a_lot_expires_by_its_materials_shelf_life(plant: Plant) -> None:
    plant.receive("M1:100:L:milk")

    assert plant.lot("M1").expires_on == plant.clock.now().date() + timedelta(days=10)


def test_production_takes_of_its_inputs_and_makes_its_outputs(plant: Plant) -> None:
    plant.receive("B1:500:kg:steel")
    made = plant.do(
        "produce",
        inputs=["B1:100000:g"],
        outputs=[{"lot_id": "S1", "quantity": 48, "material": "shaft", "mass_kg": 96}],
        scrap=({"quantity": 4, "unit": "kg"},),
    )

    assert plant.left("B1", "S1") == (400, 48)
    assert (made.balance.state, made.balance.unit, made.balance.difference) == ("balanced", "kg", Decimal(0))
    assert made.inputs[0].own == 100


def test_four_screws_and_a_shaft_are_a_pump_that_nobody_can_add_up(plant: Plant) -> None:
    plant.receive("W1:100:pcs:screw", "S1:10:pcs:shaft")

    made = plant.do("produce", inputs=["W1:4", "S1:1"], outputs=["P1:1:pcs:pump"])

    assert made.balance.state == "not_comparable"
    assert plant.lot("P1").is_serial


@pytest.mark.parametrize("scrap", [1, 3])
def test_quantities_that_do_not_balance_are_refused_with_the_difference(plant: Plant, scrap: int) -> None:
    plant.receive("B1:100:kg:steel")

    with pytest.raises(balance.QuantitiesDoNotBalance, match="unaccounted"):
        plant.do("produce", inputs=["B1:100"], outputs=["C1:98:kg:cream"], scrap=({"quantity": scrap, "unit": "kg"},))

    assert plant.left("B1") == (100,)


def test_an_imbalance_that_is_allowed_is_flagged(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")

    made = plant.do(
        "produce", inputs=["B1:100"], outputs=["C1:90:kg:cream"], allow_imbalance=True, reason="evaporation"
    )

    assert made.flags == ("unbalanced",)
    assert made.balance.difference == 10


def test_what_is_within_the_tolerance_balances(plant: Plant) -> None:
    plant.receive("B1:100:kg:steel")

    made = plant.do("produce", inputs=["B1:100"], outputs=["C1:99.95:kg:cream"])

    assert (made.balance.state, made.balance.difference) == ("balanced", Decimal("0.05"))


def test_a_split_keeps_the_source_and_passes_on_all_that_it_says(plant: Plant) -> None:
    bar = {"lot_id": "B1", "quantity": "500", "material": "steel", "attributes": {"heat": "H4711"}}
    plant.receive(bar | {"expires_on": "2027-01-31"}, supplier_lot="KS-9")
    plant.do("split", inputs=["B1"], outputs=["B1.1:200", "B1.2:50000:g"])

    assert plant.left("B1", "B1.1", "B1.2") == (250, 200, 50)
    child = plant.lot("B1.2")
    assert (child.attributes, child.expires_on, child.supplier_lot) == ({"heat": "H4711"}, date(2027, 1, 31), "KS-9")


def test_a_split_into_a_lot_that_exists_is_refused(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel", "B2:5:kg:steel")

    with pytest.raises(model.LotExists):
        plant.do("split", inputs=["B1"], outputs=["B2:1"])


def test_the_children_of_a_held_lot_are_held(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    hold(plant, "B1", "NC-1")
    plant.do("split", inputs=["B1"], outputs=["B2:1"])

    assert plant.lot("B2").status == "on_hold"


def test_a_merge_expires_with_the_earliest(plant: Plant) -> None:
    for lot, day, heat in (("B1", "2027-03-01", "H1"), ("B2", "2027-02-01", "H2")):
        plant.receive(
            {"lot_id": lot, "quantity": 5, "material": "steel", "expires_on": day, "attributes": {"heat": heat}}
        )
    plant.do("merge", inputs=["B1", "B2"], outputs=["B3:10"])

    merged = plant.lot("B3")
    assert (merged.remaining, merged.expires_on, merged.attributes) == (
        Decimal(10),
        date(2027, 2, 1),
        {"heat": "H1; H2"},
    )
    assert plant.lot("B1").status == "consumed"


def test_lots_of_two_materials_are_not_merged(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel", "C1:5:kg:cream")

    with pytest.raises(books.MaterialDiffers):
        plant.do("merge", inputs=["B1", "C1"], outputs=["B3:10"])


def test_a_lot_is_not_made_of_itself(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")

    with pytest.raises(books.LotLoop):
        plant.do("produce", inputs=["B1:1"], outputs=["B1:1"])


def test_a_lot_is_not_made_of_what_came_from_it(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    plant.do("produce", inputs=["B1:2"], outputs=["B2:2:kg:steel"])
    plant.do("produce", inputs=["B2:1"], outputs=["B3:1:kg:steel"])

    with pytest.raises(books.LotLoop, match="B3"):
        plant.do("produce", inputs=["B3:1"], outputs=["B1:1"])


def test_more_may_be_added_to_a_lot_that_was_used_already(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel", "B9:5:kg:steel")
    plant.do("produce", inputs=["B1:2"], outputs=["B2:2:kg:steel"])
    plant.do("produce", inputs=["B2:1"], outputs=["B3:1:kg:steel"])
    plant.do("produce", inputs=["B9:2"], outputs=["B2:2:kg:steel"])

    assert plant.left("B2") == (3,)


def test_more_than_there_is_cannot_be_taken_unless_it_is_allowed_and_flagged(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    with pytest.raises(model.InsufficientQuantity, match="5 are left"):
        plant.do("consume", inputs=["B1:6"])

    made = plant.do("consume", inputs=["B1:6"], allow_overdraw=True, reason="scale was wrong")

    assert made.flags == ("overdrawn:B1",)
    assert plant.left("B1") == (-1,)
    assert plant.lot("B1").status == "consumed"


def test_units_that_measure_other_things_are_refused_with_the_field(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")

    with pytest.raises(balance.UnitsDoNotConvert) as refused:
        plant.do("consume", inputs=["B1:1:m"])

    assert refused.value.errors[0].pointer == "/inputs/0/unit"


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity"])
def test_a_quantity_is_more_than_nothing(plant: Plant, quantity: str) -> None:
    with pytest.raises(ValidationError):
        plant.receive(f"B1:{quantity}:kg:steel")


def test_an_unknown_lot_or_material_is_named(plant: Plant) -> None:
    with pytest.raises(model.LotNotFound, match="B404"):
        plant.do("consume", inputs=["B404:1"])
    with pytest.raises(NoSuchMaster, match="unobtainium"):
        plant.receive("B1:1:kg:unobtainium")
    with pytest.raises(books.MaterialMissing):
        plant.receive("B1:1:kg")


def test_a_serial_is_one(plant: Plant) -> None:
    with pytest.raises(books.SerialIsOne):
        plant.receive("P1:2:pcs:pump")
    plant.receive("P1:1:pcs:pump")
    with pytest.raises(books.SerialIsOne):
        plant.receive("P1:1:pcs:pump")


def test_the_same_activity_again_changes_nothing_and_another_with_its_id_is_refused(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    first = plant.do("consume", inputs=["B1:2"], activity_id="once")
    again = plant.do("consume", inputs=["B1:2"], activity_id="once")

    assert again == first
    assert plant.left("B1") == (3,)
    with pytest.raises(activities.ActivityIdTaken):
        plant.do("consume", inputs=["B1:1"], activity_id="once")


@pytest.mark.parametrize("kind", ["consume", "ship", "produce", "pack", "reserve"])
def test_a_held_lot_is_neither_used_nor_shipped(plant: Plant, kind: str) -> None:
    plant.receive("B1:5:kg:steel")
    hold(plant, "B1", "NC-1")
    more: dict[str, dict[str, Any]] = {
        "ship": {"customer": "Toyo"},
        "produce": {"outputs": ["B2:5:kg:steel"]},
        "pack": {"container": "C1"},
        "reserve": {"order_id": "O1"},
    }

    with pytest.raises(model.LotIsHeld, match=r"B1.*NC-1"):
        plant.do(kind, inputs=["B1"], **more.get(kind, {}))


def test_an_expired_lot_is_neither_used_nor_shipped_but_scrapped(plant: Plant) -> None:
    plant.receive("M1:100:L:milk")
    plant.clock.advance(11 * 86400)

    with pytest.raises(model.LotIsExpired, match="M1"):
        plant.do("ship", inputs=["M1"], customer="Toyo")
    plant.do("scrap", inputs=["M1"], reason="expired")
    assert plant.lot("M1").status == "scrapped"


def test_a_lot_expires_with_the_day_at_the_tenants_place(plant: Plant) -> None:
    """The clock stands at 09:00 in Tokyo; fifteen hours later it is tomorrow there and still today in London."""
    today = plant.clock.now().date()
    for lot in ("B1", "B2"):
        plant.receive({"lot_id": lot, "quantity": 5, "material": "steel", "expires_on": str(today)})
    plant.clock.advance(14 * 3600)
    plant.do("consume", inputs=["B1:1"])
    plant.clock.advance(3600)

    with pytest.raises(model.LotIsExpired):
        plant.do("consume", inputs=["B2:1"])


def test_what_is_used_up_or_rejected_is_not_used(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel", "B2:5:kg:steel")
    plant.do("consume", inputs=["B1"])
    plant.do("reject", inputs=["B2"], reason="rust")

    with pytest.raises(model.LotIsUsedUp, match="B1"):
        plant.do("consume", inputs=["B1:1"])
    with pytest.raises(model.LotIsRejected, match="B2"):
        plant.do("consume", inputs=["B2:1"])


def test_a_reserved_lot_is_for_its_order_only(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    plant.do("reserve", inputs=["B1"], order_id="O1")

    with pytest.raises(model.LotIsReserved, match="O1"):
        plant.do("consume", inputs=["B1:1"], order_id="O2")
    plant.do("consume", inputs=["B1:1"], order_id="O1")
    assert plant.lot("B1").status == "reserved"
    plant.do("unreserve", inputs=["B1"])
    assert plant.lot("B1").status == "available"


def test_a_reversal_gives_back_and_takes_back_and_leaves_the_record_as_it_was(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    made = plant.do("produce", inputs=["B1:2"], outputs=["B2:2:kg:steel"])
    plant.do("reverse", reverses=made.activity_id)

    assert plant.left("B1", "B2") == (5, 0)
    assert plant.lot("B2").status == "void"
    with pytest.raises(activities.AlreadyReversed):
        plant.do("reverse", reverses=made.activity_id)


def test_what_was_used_onward_is_not_reversed(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    made = plant.do("produce", inputs=["B1:2"], outputs=["B2:2:kg:steel"])
    plant.do("consume", inputs=["B2:1"])

    with pytest.raises(activities.AlreadyUsedOnward):
        plant.do("reverse", reverses=made.activity_id)
    with pytest.raises(activities.NotReversible):
        plant.do("reverse", reverses=plant.do("inspect", inputs=["B1"], is_conforming=True).activity_id)


def test_a_container_ships_with_what_is_in_it(plant: Plant) -> None:
    plant.receive("P1:1:pcs:pump", "P2:1:pcs:pump")
    plant.do("pack", inputs=["P1", "P2"], container="BOX")
    with pytest.raises(model.LotIsPacked, match="BOX"):
        plant.do("ship", inputs=["P1"], customer="Toyo")

    shipped = plant.do("ship", inputs=["BOX"], customer="Toyo", delivery_note="DN-1")

    assert [each.lot_id for each in shipped.inputs] == ["BOX", "P1", "P2"]
    assert plant.lot("P2").status == "shipped"


def test_a_container_with_a_held_lot_does_not_ship(plant: Plant) -> None:
    plant.receive("P1:1:pcs:pump", "P2:1:pcs:pump")
    plant.do("pack", inputs=["P1", "P2"], container="BOX")
    hold(plant, "P2", "NC-1")

    with pytest.raises(model.LotIsHeld, match="P2"):
        plant.do("ship", inputs=["BOX"], customer="Toyo")

    plant.do("unpack", inputs=["P1"], container="BOX")
    plant.do("ship", inputs=["P1"], customer="Toyo")
    assert plant.lot("BOX").contents == ("P2",)


def test_a_fact_is_recorded_whatever_is_against_it_and_flagged(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")
    hold(plant, "B1", "NC-1")

    made = plant.do("consume", inputs=["B1:6"], manner=Manner(is_fact=True, by="production"))

    assert made.flags == ("lot_is_held:B1", "overdrawn:B1")
    assert made.by == "production"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "consume"},
        {"kind": "receive"},
        {"kind": "consume", "inputs": [{"lot_id": "B1"}, {"lot_id": "B1"}]},
        {"kind": "ship", "inputs": [{"lot_id": "B1"}]},
        {"kind": "move", "inputs": [{"lot_id": "B1"}]},
        {"kind": "scrap", "inputs": [{"lot_id": "B1"}]},
        {"kind": "pack", "inputs": [{"lot_id": "B1"}]},
        {"kind": "reverse"},
        {"kind": "consume", "inputs": [{"lot_id": "B1"}], "allow_overdraw": True},
    ],
)
def test_a_command_that_lacks_what_its_kind_needs_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RecordActivity.model_validate({"activity_id": "a", **wrong})


def test_an_activity_too_large_for_one_write_is_refused_before_anything_is_written(plant: Plant) -> None:
    with pytest.raises(activities.TooManyLots):
        plant.receive(*(f"B{n}:1:kg:steel" for n in range(40)))
    assert issubclass(activities.TooManyLots, Invalid)
    assert plant.facts("traceability") == []


def test_a_lot_with_thousands_of_uses_keeps_them_all(plant: Plant) -> None:
    plant.receive("W1:1000:pcs:screw")
    for _ in range(600):
        plant.do("consume", inputs=["W1:1"])

    lot = plant.lot("W1")
    assert lot.use_pages == 17
    assert len(records.load_links([lot], "out", plant.tenant)["W1"]) == 600


def test_two_who_take_the_last_of_a_lot_at_once_do_not_both_get_it(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.receive("B1:5:kg:steel")
    decide = deciding.decide

    def overtaken(*given: Any) -> Any:
        monkeypatch.undo()
        plant.do("consume", inputs=["B1:4"])
        return decide(*given)

    monkeypatch.setattr(service, "decide", overtaken)
    with pytest.raises(model.InsufficientQuantity):
        plant.do("consume", inputs=["B1:4"])

    assert plant.left("B1") == (1,)


def test_another_tenant_sees_none_of_it(plant: Plant) -> None:
    plant.receive("B1:5:kg:steel")

    with pytest.raises(model.LotNotFound):
        records.get_lot("B1", plant.neighbour)


def hold(plant: Plant, lot_id: str, cause: str) -> None:
    loaded = records.load_lots([lot_id], plant.tenant)
    before = loaded.lots[lot_id]
    held = before.held(model.Hold(cause=cause, reason="test", since=plant.clock.now()))
    _, writes = records.lot_writes(before, held, loaded.when(lot_id))
    plant.tenant.commit(writes)


def test_what_lies_in_the_future_was_not_done(plant: Plant) -> None:
    ahead = plant.clock.now() + timedelta(minutes=5)
    plant.receive("B1:100:kg:steel", at=ahead)

    with pytest.raises(model.NotYet) as refused:
        plant.receive("B2:100:kg:steel", at=ahead + timedelta(seconds=1))

    assert [each.pointer for each in refused.value.errors] == ["/at"]


def test_a_lot_is_not_named_like_what_an_order_has_in_work(plant: Plant) -> None:
    plant.receive("wip:1:kg:steel")
    made = {"lot_id": "wip:WO-1:0010", "quantity": 1, "material": "steel"}

    with pytest.raises(model.LotIdReserved):
        plant.receive(made)
    with pytest.raises(model.LotIdReserved):
        plant.do("pack", inputs=["wip"], container="wip:1")
