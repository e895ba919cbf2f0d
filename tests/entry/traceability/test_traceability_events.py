"""Traceability's reactions through the queue's handler."""

from decimal import Decimal
from typing import Any

from makoto.domain.factory import EquipmentId
from makoto.events import Envelope
from makoto.events.production import LotUse, QuantityReported
from makoto.events.quality import NonConformanceClosed, NonConformanceDispositioned, NonConformanceOpened
from makoto.events.traceability import SweepAdvanced
from makoto.ports.documents import Query
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import TENANT
from tests.entry.traceability.conftest import Call, Deliver

PLACE: EquipmentId = "nagoya/machining/line-1/mc-01"


def reported(platform: Platform) -> QuantityReported:
    return QuantityReported(
        tenant_id=TENANT,
        order_id="WO-1",
        product="shaft",
        unit="pcs",
        sequence=10,
        equipment=PLACE,
        operator="taro",
        at=platform.clock.now(),
        good=Decimal(10),
        scrap=Decimal(0),
        rework=Decimal(0),
        consumed=(LotUse(lot_id="B1", material="steel", quantity=Decimal(20), unit="kg"),),
        produced=(LotUse(lot_id="S1", material="shaft", quantity=Decimal(10), unit="pcs"),),
    )


def relay(platform: Platform, deliver: Deliver) -> None:
    """Deliver the steps that were told until there are no new ones."""
    done: set[str] = set()
    while True:
        system = platform.open_tenant(TENANT, None, "relay").documents.system()
        page = system.query(Query("genealogy", prefix=f"{PENDING}sweep%2F", limit=1000))
        told = [Envelope.model_validate_json(str(each.data["envelope"])) for each in page.items]
        new = [each for each in told if each.id not in done]
        if not new:
            return
        for each in new:
            assert deliver((SweepAdvanced.model_validate(each.data), each.id)) == []
            done.add(each.id)


def status_of(call: Call, lot: str) -> Any:
    return call("GET", f"/lots/{lot}").body["status"]


def test_from_the_report_of_production_to_the_hold_of_quality_and_back(
    call: Call, deliver: Deliver, platform: Platform
) -> None:
    call("POST", "/lots", body={"lot_id": "B1", "material": "steel", "quantity": 100})
    report = reported(platform)
    assert deliver((report, "wo-1"), (report, "wo-1")) == []
    assert call("GET", "/lots/S1").body["remaining"] == "10"

    opened = NonConformanceOpened(
        tenant_id=TENANT, nc_id="NC-1", title="bore", product="shaft", lots=("B1",), since=platform.clock.now()
    )
    assert deliver((opened, "nc-1"), (opened, "nc-1")) == []
    relay(platform, deliver)
    assert (status_of(call, "B1"), status_of(call, "S1")) == ("on_hold", "on_hold")
    assert call("GET", "/sweeps/nc-NC-1").body["phase"] == "done"

    scrapped = NonConformanceDispositioned(tenant_id=TENANT, nc_id="NC-1", disposition="scrap", lots=("S1",))
    assert deliver((scrapped, "nc-1-decided")) == []
    relay(platform, deliver)
    assert (status_of(call, "B1"), status_of(call, "S1")) == ("on_hold", "scrapped")

    assert deliver((NonConformanceClosed(tenant_id=TENANT, nc_id="NC-1"), "nc-1-closed")) == []
    relay(platform, deliver)
    assert status_of(call, "B1") == "available"


def test_a_report_that_cannot_be_recorded_does_not_come_back_and_can_be_seen(
    call: Call, deliver: Deliver, platform: Platform
) -> None:
    call("POST", "/lots", body={"lot_id": "B1", "material": "shaft", "quantity": 100})

    assert deliver((reported(platform), "wo-1")) == []

    (aside,) = call("GET", "/refused-reports").body["items"]
    assert (aside["problem"], aside["order_id"]) == ("units-do-not-convert", "WO-1")
