"""What an order is planned by."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from functions.production import service
from functions.production.planning import require_no_loop
from functions.production.refusals import (
    BomLoop,
    DueBeforeStart,
    NoRouting,
    OrderClosed,
    OrderExists,
    OrderTooLarge,
    QuantityOutOfRange,
    UnitsDoNotConvert,
    UnknownMaterial,
)
from makoto.domain.factory import BillOfMaterial, BomLine, Material, OperationStep, Routing, RunTime
from makoto.errors import Invalid
from tests.unit.production.shopfloor import DUE, LATHE, LINE, OTHER_LINE, YEAR_START, Shop


def bom(product: str, *parts: str, unit: str = "pcs", first: date = YEAR_START) -> BillOfMaterial:
    lines = tuple(BomLine(material=each, quantity=Decimal(1), unit=unit) for each in parts)
    return BillOfMaterial(id=f"{product}-{first:%Y%m%d}", product=product, effective_from=first, lines=lines)


def routing(name: str, first: date, last: date | None = None, place: str = OTHER_LINE) -> Routing:
    step = OperationStep(sequence=5, name=name, equipment=(place,))
    return Routing(id=name, product="gear", effective_from=first, effective_to=last, operations=(step,))


def test_operations_come_in_the_order_of_their_sequence(floor: Shop) -> None:
    view = floor.plan()

    assert [(each.sequence, each.name) for each in view.operations] == [(10, "Turning"), (20, "Grinding")]


def test_components_are_scaled_converted_and_rounded_up_to_whole_pieces(floor: Shop) -> None:
    """30 gears are 2.5 dozen: 2.5 × 12 / (1 - 0.04) = 31.25 blanks, 2.5 × 250 mL of oil."""
    view = floor.plan(quantity=30)

    assert [(each.material, each.quantity, each.unit) for each in view.components] == [
        ("blank", Decimal(32), "pcs"),
        ("oil", Decimal("0.625"), "L"),
    ]


def test_a_material_that_two_lines_name_is_needed_once_in_all(floor: Shop) -> None:
    floor.master(bom("gear", "blank", "blank", first=date(2026, 2, 1)))

    assert [(each.material, each.quantity) for each in floor.plan(quantity=7).components] == [("blank", Decimal(14))]


def test_the_routing_in_force_on_the_day_of_the_start_counts_by_the_tenants_clock(floor: Shop) -> None:
    floor.master(routing("later", date(2026, 6, 1)))

    before = floor.plan("wo-1", start_at=datetime(2026, 5, 31, 14, 59, tzinfo=UTC))  # 23:59 in Tokyo
    after = floor.plan("wo-2", start_at=datetime(2026, 5, 31, 15, 0, tzinfo=UTC))

    assert (before.routing, after.routing) == ("gear-1", "later")


def test_a_routing_that_has_ended_does_not_count(floor: Shop) -> None:
    floor.master(routing("short", date(2026, 2, 1), date(2026, 2, 28)))

    assert floor.plan().routing == "gear-1"


def test_an_order_keeps_what_it_was_planned_by(floor: Shop) -> None:
    floor.release()
    floor.master(routing("gear-1", YEAR_START))
    floor.master(
        RunTime(
            id="gear-line-1", product="gear", equipment=LINE, seconds_per_unit=Decimal(99), effective_from=YEAR_START
        )
    )

    floor.start(10, LATHE)

    assert [each.sequence for each in floor.read().operations] == [10, 20]
    assert service.report_order("wo-1", floor.tenant).operations[0].times.planned_run_s == 3000


def test_a_product_without_a_bill_needs_nothing(floor: Shop) -> None:
    floor.master(
        Material(id="wash", name="Wash"),
        Routing(
            id="wash-1",
            product="wash",
            effective_from=YEAR_START,
            operations=(OperationStep(sequence=1, name="Wash", equipment=(LINE,)),),
        ),
    )

    view = floor.plan(product="wash")

    assert (view.bom, view.components) == (None, ())
    assert service.report_order("wo-1", floor.tenant).operations[0].times.planned_run_s is None


@pytest.mark.parametrize("through", [("blank",), ("blank", "oil")])
def test_a_bill_that_goes_round_is_refused_with_the_way_it_goes(floor: Shop, through: tuple[str, ...]) -> None:
    way = ("gear", *through, "gear")
    for product, part in pairwise(way):
        floor.master(bom(product, part, first=date(2026, 3, 1)))

    with pytest.raises(BomLoop, match=" → ".join(way)) as refused:
        floor.plan()

    assert refused.value.errors[0].pointer == "/body/product"


def test_a_material_that_two_ways_lead_to_is_no_loop(floor: Shop) -> None:
    floor.master(bom("gear", "blank", "oil", first=date(2026, 3, 1)))
    floor.master(bom("blank", "steel"), bom("oil", "steel"), Material(id="steel", name="Steel"))
    floor.master(Material(id="oil", name="Oil"))

    assert len(floor.plan().components) == 2


def test_a_product_that_a_thousand_million_ways_lead_to_is_looked_at_once() -> None:
    boms = {f"m-{level}": bom(f"m-{level}", f"m-{level + 1}", f"n-{level + 1}") for level in range(30)}
    boms |= {f"n-{level}": bom(f"n-{level}", f"m-{level + 1}", f"n-{level + 1}") for level in range(30)}

    require_no_loop("m-0", boms)


def test_a_loop_through_a_bill_that_is_over_is_none(floor: Shop) -> None:
    back = bom("blank", "gear").model_copy(update={"effective_to": date(2026, 1, 31)})
    floor.master(back)

    assert floor.plan().bom == "gear-bom-1"


@pytest.mark.parametrize(
    ("said", "refusal", "pointer"),
    [
        ({"product": "nothing"}, UnknownMaterial, "/body/product"),
        ({"product": "blank"}, NoRouting, "/body/product"),
        ({"unit": "kg"}, UnitsDoNotConvert, "/body/unit"),
        ({"start_at": datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC)}, DueBeforeStart, "/body/due_at"),
    ],
)
def test_a_plan_is_refused_by_the_field(
    floor: Shop, said: dict[str, Any], refusal: type[Invalid], pointer: str
) -> None:
    with pytest.raises(refusal) as refused:
        floor.plan(**said)

    assert [each.pointer for each in refused.value.errors] == [pointer]


def test_a_bill_whose_unit_does_not_convert_to_the_components_is_refused(floor: Shop) -> None:
    floor.master(bom("gear", "blank", unit="kg", first=date(2026, 3, 1)))

    with pytest.raises(UnitsDoNotConvert, match="kg"):
        floor.plan()


def test_a_bill_that_names_an_unknown_material_is_refused(floor: Shop) -> None:
    floor.master(bom("gear", "unobtainium", first=date(2026, 3, 1)))

    with pytest.raises(UnknownMaterial, match="unobtainium"):
        floor.plan()


def test_a_routing_too_large_for_one_document_is_refused(floor: Shop) -> None:
    places = tuple(f"{'s' * 60}/{'a' * 60}/{'l' * 60}/m-{number}" for number in range(50))
    steps = tuple(OperationStep(sequence=each, name="x", equipment=places) for each in range(1, 40))
    floor.master(Routing(id="huge", product="gear", effective_from=date(2026, 3, 1), operations=steps))

    with pytest.raises(OrderTooLarge):
        floor.plan()


def test_an_order_that_is_there_is_found_even_when_it_could_not_be_planned_any_more(floor: Shop) -> None:
    first = floor.plan()
    floor.master(routing("gear-1", YEAR_START, date(2026, 1, 2)))

    assert floor.plan() == first
    with pytest.raises(OrderExists):
        floor.plan(note="another")


def test_releasing_again_changes_nothing(floor: Shop) -> None:
    released = floor.release()
    floor.later(hours=1)

    assert service.release_order("wo-1", floor.tenant) == released
    assert len(floor.told()) == 2


def test_an_order_cannot_be_due_before_it_starts_after_a_change_either(floor: Shop) -> None:
    floor.plan(start_at=datetime(2026, 6, 1, tzinfo=UTC))

    with pytest.raises(DueBeforeStart):
        floor.reschedule(due_at=datetime(2026, 5, 1, tzinfo=UTC))

    assert floor.read().due_at == DUE


def test_rescheduling_to_what_is_so_changes_nothing(floor: Shop) -> None:
    planned = floor.plan()

    assert floor.reschedule(due_at=DUE) == planned


def test_a_cancelled_order_is_neither_released_nor_started_nor_rescheduled(floor: Shop) -> None:
    floor.release()
    cancelled = floor.cancel()

    with pytest.raises(OrderClosed):
        service.release_order("wo-1", floor.tenant)
    with pytest.raises(OrderClosed):
        floor.start()
    with pytest.raises(OrderClosed):
        floor.reschedule(priority=1)
    assert floor.cancel() == cancelled


@pytest.mark.parametrize("quantity", ["999999999", "0.000001"])
def test_a_quantity_that_cannot_be_counted_in_the_products_unit_is_refused(floor: Shop, quantity: str) -> None:
    unit, given = ("mg", "t") if quantity != "0.000001" else ("t", "mg")
    floor.master(Material(id="powder", name="Powder", unit=unit))
    floor.master(routing("powder-1", YEAR_START).model_copy(update={"product": "powder"}))

    with pytest.raises(QuantityOutOfRange):
        floor.plan(product="powder", quantity=Decimal(quantity), unit=given)
