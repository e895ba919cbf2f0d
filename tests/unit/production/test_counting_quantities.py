"""What operations make: limits of the input, tolerance, rework, corrections."""

from decimal import Decimal
from typing import Any

import pytest

from functions.production import service
from functions.production.refusals import (
    BelowZero,
    FractionOfPiece,
    LotsDoNotBalance,
    MoreThanInput,
    MoreThanInRework,
    NegativeCount,
    NothingToReport,
    UnknownReason,
    UsedByNext,
)
from makoto.domain.factory import Material, OperationStep, Reason, Routing, TimeCategory
from makoto.errors import MakotoError
from tests.unit.production.shopfloor import GRINDER, LATHE, LINE, YEAR_START, Shop, operation


@pytest.fixture
def running(floor: Shop) -> Shop:
    floor.release()
    floor.start()
    return floor


def test_reports_add_up(running: Shop) -> None:
    running.report(good=10)
    running.report(good=20, scrap=1)
    view = running.report(scrap=2, rework=3)

    turned = operation(view)
    assert (turned.good, turned.scrap, turned.rework, turned.in_rework, turned.available) == (30, 3, 3, 3, 64)
    assert [float(each) for each in (view.good, view.scrap, view.rework)] == [0, 3, 3]


@pytest.mark.parametrize("said", [{"good": 61}, {"scrap": 61}, {"rework": 61}, {"good": 30, "scrap": 31}])
def test_no_more_is_reported_than_reached_the_operation(running: Shop, said: dict[str, Any]) -> None:
    running.report(good=40)

    with pytest.raises(MoreThanInput, match="100 pcs reached the operation and 40"):
        running.report(**said)

    assert operation(running.read()).good == 40


def test_the_next_operation_works_on_what_was_good(running: Shop) -> None:
    running.report(good=40, scrap=5)
    running.start(20, GRINDER)

    with pytest.raises(MoreThanInput):
        running.report(20, good=41)
    assert operation(running.report(20, good=40), 20).good == 40


def test_a_tolerance_allows_so_much_more_at_each_operation(floor: Shop) -> None:
    floor.release(tolerance=Decimal("0.05"))
    floor.start()
    with pytest.raises(MoreThanInput):
        floor.report(good=106)
    floor.report(good=105)
    floor.start(20, GRINDER)

    with pytest.raises(MoreThanInput):
        floor.report(20, good=111)
    assert floor.report(20, good=110).good == 110


def test_what_comes_back_from_rework_uses_no_more_input(running: Shop) -> None:
    running.report(good=90, rework=10)

    view = running.report(good=7, scrap=3, from_rework=True)

    turned = operation(view)
    assert (turned.good, turned.scrap, turned.rework, turned.in_rework, turned.available) == (97, 3, 10, 0, 0)
    with pytest.raises(MoreThanInRework):
        running.report(good=1, from_rework=True)
    report = service.report_order("wo-1", running.tenant).operations[0]
    assert (report.yield_, report.first_pass_yield) == (0.97, 0.9)


def test_a_correction_takes_back_with_its_reason(running: Shop) -> None:
    running.report(good=50, scrap=5, reason=60000)

    view = running.report(good=-4, scrap=4, reason=60000, correction="四個は不良だった")

    assert (operation(view).good, operation(view).scrap) == (46, 9)
    line = service.read_history("wo-1", 50, None, running.tenant).items[-1]
    assert (line.what, line.note) == ("corrected", "四個は不良だった")
    assert line.good == -4


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"good": -51}, "/body/good"),
        ({"scrap": -6}, "/body/scrap"),
        ({"scrap": -5, "reason": 70000}, "/body/scrap"),
        ({"rework": -3}, "/body/rework"),
        ({"good": -1, "from_rework": True}, "/body/good"),
    ],
)
def test_a_correction_takes_back_no_more_than_was_reported(running: Shop, said: dict[str, Any], pointer: str) -> None:
    running.report(good=50, scrap=5, reason=60000)
    running.report(rework=2)

    with pytest.raises(BelowZero) as refused:
        running.report(correction="wrong", **said)

    assert refused.value.errors[0].pointer == pointer
    turned = operation(running.read())
    assert (turned.good, turned.scrap, turned.rework) == (50, 5, 2)


def test_rework_that_came_back_is_not_taken_back(running: Shop) -> None:
    running.report(rework=5)
    running.report(good=4, from_rework=True)

    with pytest.raises(MoreThanInRework):
        running.report(rework=-2, correction="only three were")


def test_what_the_next_operation_used_is_not_taken_back(running: Shop) -> None:
    running.report(good=50)
    running.start(20, GRINDER)
    running.report(20, good=45, scrap=4)

    running.report(good=-1, correction="counted twice")
    with pytest.raises(UsedByNext) as refused:
        running.report(good=-1, correction="counted twice")
    assert refused.value.errors[0].pointer == "/body/good"

    running.report(20, good=-1, correction="counted twice")
    assert operation(running.report(good=-1, correction="counted twice")).good == 48


def test_a_complete_order_is_corrected_too_and_stays_complete(running: Shop) -> None:
    running.report(good=100)
    running.complete()
    running.start(20, GRINDER)
    running.report(20, good=100)
    running.complete(20)

    view = running.report(20, good=-2, scrap=2, correction="found at the final check")

    assert view.status == "complete"
    assert (float(view.good), float(view.scrap)) == (98, 2)


@pytest.mark.parametrize(
    ("said", "refusal", "pointer"),
    [
        ({"good": -1}, NegativeCount, "/body/good"),
        ({"scrap": -1, "good": 1}, NegativeCount, "/body/scrap"),
        ({"rework": -1}, NegativeCount, "/body/rework"),
        ({}, NothingToReport, "/body/good"),
        ({"correction": "nothing"}, NothingToReport, "/body/good"),
        ({"good": Decimal("1.5")}, FractionOfPiece, "/body/good"),
        ({"scrap": 1, "reason": 999_999}, UnknownReason, "/body/reason"),
    ],
)
def test_a_report_is_refused_by_the_field(
    running: Shop, said: dict[str, Any], refusal: type[MakotoError], pointer: str
) -> None:
    with pytest.raises(refusal) as refused:
        running.report(**said)

    assert [each.pointer for each in refused.value.errors] == [pointer]


def test_what_is_measured_may_be_reported_in_parts(floor: Shop) -> None:
    step = OperationStep(sequence=1, name="Mix", equipment=(LINE,))
    floor.master(
        Material(id="paint", name="Paint", unit="kg"),
        Routing(id="paint-1", product="paint", effective_from=YEAR_START, operations=(step,)),
    )
    floor.release(product="paint", quantity=Decimal("1.5"), unit="t")
    floor.start(1, LATHE)

    assert floor.report(1, good=Decimal("1499.75")).good == Decimal("1499.75")


def test_scrap_is_summed_by_reason_and_named_by_the_tenants_own_words(running: Shop) -> None:
    running.master(Reason(id="60001", name="Chute blocked", category=TimeCategory.DELAY_INTERNAL))
    running.report(scrap=1, reason=60001)
    running.report(scrap=2, reason=60000)
    running.report(scrap=3, reason=60001)
    running.report(scrap=4)
    running.report(scrap=-2, reason=60000, correction="were good")

    scrapped = service.report_order("wo-1", running.tenant).operations[0].scrap_by_reason
    assert [(each.reason, each.name, float(each.quantity)) for each in scrapped] == [
        (None, None, 4),
        (60001, "Chute blocked", 4),
    ]


def test_lots_hold_no_more_than_was_made(running: Shop) -> None:
    lots = [{"lot_id": "L-1", "material": "gear", "quantity": 1, "unit": "dozen"}]
    with pytest.raises(LotsDoNotBalance):
        running.report(good=11, produced=lots)

    running.report(good=12, produced=lots, consumed=[lots[0] | {"material": "blank"}])

    data = running.told()[-1].data
    assert data["produced"] == [{"lot_id": "L-1", "material": "gear", "quantity": "1", "unit": "dozen"}]
    assert data["consumed"][0]["material"] == "blank"


def test_a_correction_takes_back_lots_too_and_nothing_else_does(running: Shop) -> None:
    lots = [{"lot_id": "L-1", "material": "gear", "quantity": 5, "unit": "pcs"}]
    running.report(good=5, produced=lots)
    for quantity in (-5, 0):
        with pytest.raises(NegativeCount) as refused:
            running.report(good=5, produced=[lots[0] | {"quantity": quantity}])
        assert refused.value.errors[0].pointer == "/body/produced/0/quantity"

    moved = [lots[0] | {"quantity": -5}, lots[0] | {"lot_id": "L-2"}]
    view = running.report(correction="the label of L-2 was misread", produced=moved)

    assert operation(view).good == 5
    assert [(each["lot_id"], each["quantity"]) for each in running.told()[-1].data["produced"]] == [
        ("L-1", "-5"),
        ("L-2", "5"),
    ]
