"""What is decided of a part of a lot is done to that part only."""

from decimal import Decimal
from typing import Any

import pytest

from functions.traceability import records
from functions.traceability.holds import list_held
from functions.traceability.reactions import list_refused
from makoto.events.quality import NonConformanceClosed, NonConformanceDispositioned, NonConformanceOpened
from tests.builders import TENANT
from tests.unit.traceability import deliveries
from tests.unit.traceability.conftest import Plant


@pytest.fixture
def held(plant: Plant) -> Plant:
    """A bar of 100 kg that a case holds."""
    plant.receive("B1:100:kg:steel")
    opened = NonConformanceOpened(tenant_id=TENANT, nc_id="NC-1", title="crack", product=None, lots=("B1",))
    deliveries.deliver(plant, opened, "opened")
    deliveries.relay(plant)
    return plant


def decide(plant: Plant, disposition: str, times: int = 1, **more: Any) -> None:
    given = {"quantity": Decimal(10), "unit": "kg", "is_partial": True} | more
    fact = NonConformanceDispositioned(tenant_id=TENANT, nc_id="NC-1", disposition=disposition, lots=("B1",), **given)
    for _ in range(times):
        deliveries.deliver(plant, fact, f"decided-{disposition}")
        deliveries.relay(plant, times)


def part(plant: Plant) -> str:
    (name,) = [each for each in records.names("lot/", plant.tenant) if each.startswith("B1.")]
    return name


@pytest.mark.parametrize(
    ("disposition", "status", "left"),
    [
        ("scrap", "scrapped", 0),
        ("use_as_is", "available", 10),
        ("return_to_supplier", "rejected", 10),
        ("rework", "reserved", 10),
    ],
)
def test_a_part_becomes_a_lot_of_its_own_and_the_rest_is_held_on(
    held: Plant, disposition: str, status: str, left: int
) -> None:
    decide(held, disposition, times=2)

    done = held.lot(part(held))
    assert (str(done.status), done.remaining, len(done.holds)) == (status, Decimal(left), 0)
    assert (held.lot("B1").status, held.lot("B1").remaining) == ("on_hold", Decimal(90))
    assert [each.lot_id for each in list_held("NC-1", held.tenant, 9, None).items] == ["B1"]
    assert len(held.facts("traceability.lots_traced")) == 1  # the case knows what it did itself


def test_units_of_the_decision_are_converted(held: Plant) -> None:
    decide(held, "scrap", quantity=Decimal(2500), unit="g")

    assert held.lot("B1").remaining == Decimal("97.5")


def test_a_part_that_is_all_there_is_is_the_lot(held: Plant) -> None:
    decide(held, "scrap", quantity=Decimal(100))

    assert held.lot("B1").status == "scrapped"


def test_a_part_in_a_unit_that_does_not_convert_is_kept_aside_and_nothing_is_done(held: Plant) -> None:
    decide(held, "scrap", unit="pcs", times=2)

    (aside,) = list_refused(held.tenant, 9, None).items
    assert (aside.problem, aside.order_id) == ("units-do-not-convert", "NC-1")
    assert (held.lot("B1").status, held.lot("B1").remaining) == ("on_hold", Decimal(100))


def test_the_rest_is_decided_and_released_as_ever(held: Plant) -> None:
    decide(held, "scrap")
    decide(held, "use_as_is", quantity=None, unit=None, is_partial=False)
    deliveries.deliver(held, NonConformanceClosed(tenant_id=TENANT, nc_id="NC-1"), "closed")
    deliveries.relay(held)

    assert (held.lot("B1").status, held.lot("B1").remaining) == ("available", Decimal(90))
    assert held.lot(part(held)).status == "scrapped"
