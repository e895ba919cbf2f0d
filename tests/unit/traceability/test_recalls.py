"""Recalls: from a supplier's lot or a lot of ours to every customer that received of it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from pydantic import ValidationError

from functions.traceability import model, recalls
from functions.traceability.recalls import OpenRecall, RecallExists, RecallNotFound, RecallScopeMissing
from functions.traceability.sweeps import Scope
from tests.unit.traceability import deliveries
from tests.unit.traceability.conftest import Plant


@pytest.fixture
def sold(plant: Plant) -> Plant:
    """Milk of two farms becomes cream; of the cream of farm A some is sold, some is here."""
    plant.receive("MA:100:L:milk", supplier="Farm A", supplier_lot="A-17")
    plant.receive("MB:100:L:milk", supplier="Farm B", supplier_lot="B/9")
    for lot, of in (("K1", "MA"), ("K2", "MA"), ("K3", "MB")):
        plant.do("produce", inputs=[f"{of}:10"], outputs=[f"{lot}:10:kg:cream"])
    plant.clock.advance(3600)
    plant.do("ship", inputs=["K1"], customer="東洋乳業", delivery_note="DN-1")
    plant.do("ship", inputs=["K3"], customer="Other", delivery_note="DN-2")
    plant.do("ship", inputs=["K2:4"], customer="=cmd()", delivery_note="DN-3")
    return plant


def called_back(plant: Plant, **scope: object) -> recalls.RecallDetail:
    command = OpenRecall(recall_id="R1", reason="listeria", scope=Scope.model_validate(scope))
    recalls.open_recall(command, plant.tenant)
    return recalls.read_recall("R1", plant.tenant)


def test_a_recall_by_the_suppliers_lot_names_every_customer_and_holds_what_is_here(sold: Plant) -> None:
    found = called_back(sold, supplier_lot="A-17")

    assert (found.state, found.lots, found.held) == ("done", 3, 2)
    assert found.customers == ("=cmd()", "東洋乳業")
    assert {(each.lot_id, each.quantity, each.delivery_note) for each in found.deliveries} == {
        ("K1", "10", "DN-1"),
        ("K2", "4", "DN-3"),
    }
    assert sold.lot("K2").status == sold.lot("MA").status == "on_hold"
    assert sold.lot("K3").status == "shipped"
    with pytest.raises(model.LotIsHeld, match="R1"):
        sold.do("ship", inputs=["K2"], customer="X")


def test_a_complaint_about_one_lot_goes_back_to_its_origin_and_forward_again(sold: Plant) -> None:
    found = called_back(sold, lots=["K1"], from_origin=True)

    assert {each.lot_id for each in found.deliveries} == {"K1", "K2"}
    assert sold.lot("MA").status == "on_hold"
    assert sold.lot("MB").status == "available"


def test_a_suppliers_lot_alone_is_its_own_origin(sold: Plant) -> None:
    found = called_back(sold, supplier_lot="B/9", from_origin=True)

    assert {each.lot_id for each in found.deliveries} == {"K3"}


def test_without_its_origin_a_recall_goes_forward_only(sold: Plant) -> None:
    found = called_back(sold, lots=["K1"])

    assert found.customers == ("東洋乳業",)
    assert sold.lot("MA").status == "available"


def test_a_window_keeps_the_lots_that_came_to_be_in_it(sold: Plant) -> None:
    sold.do("produce", inputs=["MA:10"], outputs=["K4:10:kg:cream"])

    found = called_back(sold, supplier_lot="A-17", since=sold.clock.now() - timedelta(minutes=1))

    assert (found.lots, found.held) == (1, 1)
    assert sold.lot("K4").status == "on_hold"


def test_the_opening_is_told_once_with_its_customers(sold: Plant) -> None:
    called_back(sold, supplier_lot="A-17")
    called_back(sold, supplier_lot="A-17")
    deliveries.relay(sold, times=2)

    (told,) = sold.facts("traceability.recall_opened")
    assert (told["recall_id"], told["customers"], told["lots"]) == ("R1", ["=cmd()", "東洋乳業"], ["K1", "K2"])


def test_the_list_can_be_sorted_and_read_in_a_spreadsheet(sold: Plant) -> None:
    called_back(sold, supplier_lot="A-17")

    text, following = recalls.recall_csv("R1", sold.tenant, "ja")

    assert text[0] == "\ufeff"
    rows = list(csv.DictReader(StringIO(text[1:])))
    assert [row["トレーサビリティロット番号"] for row in rows] == ["K1", "K2", "MA"]
    assert rows[0]["出荷先"] == "東洋乳業"
    assert rows[1]["出荷先"] == "'=cmd()"  # no formula
    assert (rows[1]["数量"], rows[1]["残数量"]) == ("4", "6")
    assert rows[0]["出荷日時"].endswith("+00:00")
    assert following is None
    english = recalls.recall_csv("R1", sold.tenant, "en")[0]
    assert english[1:].startswith("Traceability Lot Code,Product,")


def test_a_recall_of_thousands_is_paged_and_loses_nobody(plant: Plant) -> None:
    plant.receive("B1:100000:kg:steel")
    for start in range(0, 1200, 30):
        plant.do("split", inputs=["B1"], outputs=[f"C{n:04}:1" for n in range(start, start + 30)])
    for n in range(1200):
        if n % 100 == 0:
            plant.do("ship", inputs=[f"C{n:04}"], customer=f"K{n}")
    called_back(plant, lots=["B1"])
    deliveries.relay(plant)

    customers: set[str] = set()
    cursor = None
    pages = 0
    while True:
        page = recalls.read_recall("R1", plant.tenant, cursor)
        customers |= set(page.customers)
        pages += 1
        if (cursor := page.next_cursor) is None:
            break

    assert (pages, len(customers), page.state, page.lots) == (2, 12, "done", 1201)


@pytest.mark.parametrize("scope", [{}, {"since": "2026-01-01T00:00:00Z"}, {"equipment": "nagoya"}])
def test_a_recall_needs_a_scope(plant: Plant, scope: dict[str, str]) -> None:
    with pytest.raises(RecallScopeMissing):
        called_back(plant, **scope)


def test_a_recall_of_unknown_lots_or_with_a_taken_id_is_refused(sold: Plant) -> None:
    with pytest.raises(model.LotNotFound):
        called_back(sold, lots=["K404"])
    called_back(sold, lots=["K1"])
    with pytest.raises(RecallExists):
        called_back(sold, lots=["K2"])
    with pytest.raises(RecallNotFound):
        recalls.read_recall("R404", sold.tenant)
    with pytest.raises(ValidationError):
        OpenRecall(recall_id="a/b", reason="x", scope=Scope())


def test_recalls_are_listed_with_their_progress(sold: Plant) -> None:
    called_back(sold, lots=["K1"])

    (found,) = recalls.list_recalls(sold.tenant, 10, None).items
    assert (found.recall_id, found.state, found.opened_by) == ("R1", "done", "hanako@example.com")
