"""What a case knows of its lots, and what stands against closing it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.quality import nonconformance, service
from functions.quality.capa import ChangeCapa, ListCapas, OpenCapa, Verification
from functions.quality.disposition import MOST_LOTS, Decide, Disposition
from functions.quality.model import AlreadyExists, Change
from functions.quality.nonconformance import Close, NonConformance, NotYetClosable, OpenNonConformance
from makoto.errors import Conflict, Invalid, NotFound
from makoto.events.traceability import LotsTraced
from tests.builders import TENANT
from tests.unit.quality.conftest import Shop, minute

NOW = Change(at=datetime(2026, 5, 1, tzinfo=UTC), by="hanako", what="w")


def case(**more: Any) -> NonConformance:
    base = {"nc_id": "nc-1", "title": "t", "subject": "hand/nc-1", "opened_at": NOW.at, "opened_by": "hanako"}
    return NonConformance.model_validate(base | more)


def traced(of: NonConformance, **more: Any) -> NonConformance:
    fact = LotsTraced.model_validate({"tenant_id": TENANT, "nc_id": of.nc_id, "held": (), "beyond": ()} | more)
    return nonconformance.traced(of, fact, NOW)


def test_what_is_traced_is_known_better_than_what_was_named_and_never_forgotten() -> None:
    named = nonconformance.with_lots(case(), ("A", "B", "C"), "named")

    found = traced(traced(named, held=("A",), beyond=("B", "D")), held=("B",), reached=("A", "E"))

    states = {each.lot_id: each.state for each in found.lots}
    assert states == {"A": "held", "B": "beyond", "C": "named", "D": "beyond", "E": "named"}


def test_a_trace_in_parts_is_done_with_its_last_part() -> None:
    waiting = case(traces_wanted=1)

    first = traced(waiting, held=("A",), part=1, parts=2)
    second = traced(first, held=("B",), part=2, parts=2)

    assert (first.traces_done, second.traces_done, len(second.lots)) == (0, 1, 2)


def test_a_case_whose_trace_is_not_answered_stays_open_unless_no_hold_was_wanted() -> None:
    with pytest.raises(NotYetClosable, match="not all traced"):
        nonconformance.closed(case(traces_wanted=1), Close(), NOW)

    assert nonconformance.closed(traced(case(traces_wanted=1)), Close(), NOW).status == "closed"
    assert nonconformance.closed(case(is_hold_wanted=False), Close(), NOW).status == "closed"


def test_lots_past_what_a_document_holds_are_counted_and_keep_the_case_open() -> None:
    found = traced(case(traces_wanted=1), held=tuple(f"L{each}" for each in range(MOST_LOTS + 7)))
    decided, lots = nonconformance.decided(found, Decide(disposition=Disposition.SCRAP, reason="r"), NOW)

    assert (len(found.lots), found.untold, len(lots)) == (MOST_LOTS, 7, MOST_LOTS)
    with pytest.raises(NotYetClosable, match="not all traced"):
        nonconformance.closed(decided, Close(), NOW)
    assert nonconformance.closed(decided, Close(waive_trace="by hand"), NOW).status == "closed"


def test_a_part_of_a_lot_does_not_decide_the_lot() -> None:
    named = nonconformance.with_lots(case(), ("A",), "held")
    part = Decide.model_validate(
        {"disposition": "scrap", "lots": ["A"], "quantity": 3, "unit": "pcs", "is_partial": True, "reason": "cracked"}
    )
    rest = Decide(disposition=Disposition.USE_AS_IS, lots=("A",), reason="sorted")

    once, _ = nonconformance.decided(named, part, NOW)
    twice, _ = nonconformance.decided(once, rest, NOW)

    assert (once.undecided, twice.undecided) == (("A",), ())
    assert [each.disposition for each in twice.decisions] == ["scrap", "use_as_is"]
    assert twice.lots[0].decisions == (1, 2)


def test_a_lot_that_is_not_affected_cannot_be_decided() -> None:
    named = nonconformance.with_lots(case(), ("A",), "held")

    with pytest.raises(Invalid) as refused:
        nonconformance.decided(named, Decide(disposition=Disposition.SCRAP, lots=("A", "X"), reason="r"), NOW)
    assert refused.value.errors[0].pointer == "/body/lots/1"


@pytest.mark.parametrize(
    "body",
    [
        {"lots": ["A", "B"], "quantity": 3, "unit": "pcs"},  # whose quantity?
        {"lots": ["A"], "quantity": 3},
        {"lots": ["A"], "quantity": -3, "unit": "pcs"},
        {"lots": ["A"], "quantity": 3, "unit": "furlong"},
        {"lots": ["A"], "is_partial": True},
        {"disposition": "forget"},
    ],
)
def test_a_disposition_that_says_too_little_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Decide.model_validate({"disposition": "scrap", "reason": "r"} | body)


def test_a_closed_case_is_decided_no_more(shop: Shop) -> None:
    opened = service.open_by_hand(OpenNonConformance(nc_id="nc-1", title="t", lots=("A",)), shop.tenant)
    assert (opened.traces_wanted, opened.revision) == (1, 1)
    service.decide_lots("nc-1", Decide(disposition=Disposition.SCRAP, reason="r"), shop.tenant)
    service.close_case("nc-1", Close(waive_trace="one piece"), shop.tenant)

    with pytest.raises(Conflict, match="closed"):
        service.decide_lots("nc-1", Decide(disposition=Disposition.SCRAP, reason="r"), shop.tenant)
    with pytest.raises(Conflict, match="closed"):
        service.open_capa(OpenCapa(title="t", problem="p", nc_id="nc-1"), shop.tenant)


def test_a_case_by_hand_is_opened_once_under_its_id(shop: Shop) -> None:
    command = OpenNonConformance(nc_id="nc-1", title="t")
    first = service.open_by_hand(command, shop.tenant)

    assert service.open_by_hand(command, shop.tenant) == first
    with pytest.raises(AlreadyExists):
        service.open_by_hand(OpenNonConformance(nc_id="nc-1", title="other"), shop.tenant)
    with pytest.raises(ValueError, match="together"):
        OpenNonConformance(title="t", equipment="nagoya")


def test_what_is_overdue_comes_first_due_first_and_goes_when_it_is_done(shop: Shop) -> None:
    tenant = shop.tenant
    for name, days in (("late", 1), ("later", 2), ("tomorrow", 365)):
        action = {"what": "w", "owner": "o", "due_at": minute(days * 1440)}
        service.open_capa(
            OpenCapa.model_validate({"capa_id": name, "title": "t", "problem": "p", "actions": [action]}), tenant
        )

    def overdue() -> list[str]:
        return [each.capa_id for each in service.list_capas(ListCapas(is_overdue=True), tenant).items]

    assert overdue() == ["late", "later"]
    service.change_capa("late", ChangeCapa(done=(1,), done_note="done"), tenant)
    assert overdue() == ["later"]
    service.change_capa("later", ChangeCapa.model_validate({"root_cause": {"cause": "c"}, "done": [1]}), tenant)
    closed = service.verify_capa("later", Verification(is_effective=True, evidence="e"), tenant)
    assert (overdue(), closed.actions[0].done_by) == ([], "hanako@example.com")
    with pytest.raises(Conflict, match="closed"):
        service.change_capa("later", ChangeCapa(done=(1,)), tenant)


def test_what_is_not_there_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        service.read_capa("x", shop.tenant)
    with pytest.raises(NotFound):
        service.open_capa(OpenCapa(title="t", problem="p", nc_id="x"), shop.tenant)
    service.open_capa(OpenCapa(capa_id="c", title="t", problem="p"), shop.tenant)
    with pytest.raises(Invalid):
        service.change_capa("c", ChangeCapa(done=(9,)), shop.tenant)
    with pytest.raises(ValueError, match="nothing is changed"):
        ChangeCapa()
