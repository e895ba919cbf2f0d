"""What people say of a unit: states by hand, reasons for stops, corrected counts; and the facts that are told."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from functions.performance import service
from functions.performance.model import (
    ClassifyDowntime,
    CorrectCount,
    CounterMapping,
    NoSuchCount,
    NotAStop,
    NotAUnit,
    NothingKnown,
    NotYet,
    OverlappingParts,
    Part,
    ReportState,
    Stretch,
    UnknownReason,
)
from functions.performance.views import IntervalView
from makoto.errors import Invalid
from makoto.events.telemetry import CountReport
from makoto.ports.masters import NoSuchMaster
from tests.unit.performance.factory import END, LINE, MC1, SHIFT, World, instant, minute


@pytest.fixture
def world() -> World:
    made = World()
    made.started()
    made.states((0, 6), (20, 11), (80, 6), (81, 11), (110, 6))
    return made


def intervals(world: World, start: float, end: float) -> list[IntervalView]:
    page = service.list_intervals(MC1, instant(start), instant(end), world.tenant, limit=500, cursor=None)
    return list(page.items)


def classify(world: World, *parts: tuple[float, float, int | None]) -> None:
    given = tuple(Part(start=instant(start), end=instant(end), reason=reason) for start, end, reason in parts)
    service.classify_downtime(MC1, ClassifyDowntime(parts=given), world.tenant)


def terms(world: World) -> dict[str, float | None]:
    figure = service.read_figure(MC1, SHIFT, END, world.tenant)
    return {name: each.value for name, each in figure.terms.items()}


def test_a_stop_is_split_after_the_fact_and_each_part_counts_as_its_reason_says(world: World) -> None:
    classify(world, (20, 40, 140010), (40, 80, 180100))

    found = [(each.seconds / 60, each.term, each.reason_name) for each in intervals(world, 20, 80)]
    assert found == [(20, "asut", "Setup"), (40, "adet_internal", "Spindle")]
    assert terms(world)["cmt"] == 40 * 60


def test_two_stops_are_merged_under_one_reason_and_the_run_between_them_stays(world: World) -> None:
    classify(world, (20, 110, 190001))

    found = [(each.seconds / 60, each.term) for each in intervals(world, 20, 110)]
    assert found == [(60, "adet_external"), (1, "apt"), (29, "adet_external")]
    assert terms(world)["adet_internal"] == 0


def test_a_classification_is_told_and_restates_what_was_told_before(world: World) -> None:
    figure = service.read_oee(MC1, SHIFT, END, world.tenant)

    classify(world, (20, 80, 210000))
    world.settle()

    (told,) = world.told("downtime_classified")
    assert (told["reason"], told["by"]) == (210000, "hanako@example.com")
    second = service.list_revisions(figure.figure_id, 50, None, world.tenant).items[1]
    assert {"pbt", "pmt", "availability"} <= {each.name for each in second.differences}


def test_the_same_classification_again_changes_nothing(world: World) -> None:
    classify(world, (20, 80, 180100))
    classify(world, (20, 80, 180100))

    assert len(world.told("downtime_classified")) == 1


def test_a_reason_taken_back_and_given_again_holds(world: World) -> None:
    for reason in (180100, None, 180100):
        classify(world, (20, 80, reason))

    assert intervals(world, 20, 80)[0].reason == 180100


def test_a_late_state_of_the_machine_does_not_undo_what_a_person_said(world: World) -> None:
    classify(world, (20, 80, 180100))

    world.states((30, 9))

    assert {each.reason for each in intervals(world, 20, 80)} == {180100}


def test_parts_that_overlap_and_a_reversed_part_are_refused(world: World) -> None:
    with pytest.raises(OverlappingParts) as overlap:
        classify(world, (20, 60, 180100), (50, 80, 140010))
    with pytest.raises(ValidationError, match="end must lie after start"):
        classify(world, (60, 20, 180100))

    assert overlap.value.errors[0].pointer == "/body/parts/1/start"


def test_a_run_is_not_a_stop_an_unknown_reason_is_none_and_the_future_is_not_told(world: World) -> None:
    with pytest.raises(NotAStop):
        classify(world, (5, 15, 180100))
    with pytest.raises(UnknownReason):
        classify(world, (20, 80, 999_999))
    with pytest.raises(NotYet):
        classify(world, (20, 10_000, 180100))
    with pytest.raises(ValidationError, match="at most 31 days"):
        Stretch(start=datetime.fromisoformat("2026-01-01T00:00Z"), end=END)


def test_a_state_by_hand_wins_over_its_stretch(world: World) -> None:
    command = ReportState(start=instant(5), end=instant(15), packml=5, reason=190001)

    service.report_state(MC1, command, world.tenant)

    found = [(each.seconds / 60, each.term, each.source) for each in intervals(world, 0, 20)]
    assert found == [(5, "apt", "machine"), (10, "adet_external", "hand"), (5, "apt", "machine")]


def test_a_state_by_hand_without_an_end_lasts_until_the_machine_says_another(world: World) -> None:
    service.report_state(MC1, ReportState(start=instant(200), packml=9), world.tenant)
    world.states((210, 6))

    found = [(each.seconds / 60, each.state) for each in intervals(world, 180, 220)]
    assert found == [(20, "execute"), (10, "aborted"), (10, "execute")]


def test_the_present_state_is_the_last_one_and_since_when(world: World) -> None:
    state = service.read_state(MC1, world.tenant)

    assert (state.state, state.since, state.is_executing) == ("execute", instant(110), True)


def test_of_a_unit_that_told_nothing_no_state_is_known() -> None:
    with pytest.raises(NothingKnown):
        service.read_state(MC1, World().tenant)
    with pytest.raises(NoSuchMaster):
        service.report_state("osaka", ReportState(start=SHIFT, packml=6), World().tenant)


def test_what_belongs_to_a_unit_is_not_told_of_a_line(world: World) -> None:
    with pytest.raises(NotAUnit, match="has units below it"):
        service.report_state(LINE, ReportState(start=SHIFT, packml=6), world.tenant)
    with pytest.raises(NotAUnit):
        service.map_counters(LINE, CounterMapping(), world.tenant)


def test_stops_and_starts_are_told_once_in_order_and_late_ones_not() -> None:
    world = World()
    world.states((0, 6), (60, 11))
    world.states((60, 11), (90, 6))
    world.states((30, 9), (40, 6))

    (stopped,) = world.told("machine_stopped")
    first, second = world.told("machine_started")
    assert (stopped["at"], stopped["packml"]) == ("2026-03-02T00:00:00Z", 11)
    assert (first["at"], first["stopped_at"]) == ("2026-03-01T23:00:00Z", None)
    assert (second["at"], second["stopped_at"]) == ("2026-03-02T00:30:00Z", "2026-03-02T00:00:00Z")


def test_a_machine_whose_clock_is_years_ahead_does_not_silence_those_that_come_after() -> None:
    world = World()
    world.states((0, 6), (60 * 24 * 365, 11))

    world.states((60, 11))

    assert [each["packml"] for each in world.told("machine_stopped")] == [11]
    assert service.read_state(MC1, world.tenant).since == instant(60)


def test_a_backlog_of_more_states_than_one_write_holds_is_taken_whole() -> None:
    world = World()

    world.states(*((at / 10, 6 if at % 2 else 11) for at in range(500)))

    assert len(world.told("machine_started")) == 250
    world.started()
    assert len(intervals(world, 0, 50)) == 500


def test_a_late_state_announces_the_stretch_until_the_next_one() -> None:
    world = World()
    world.states((0, 6), (50, 11))

    world.states((20, 9))

    told = world.told("facts_changed")[-1]
    assert (told["start"], told["end"]) == ("2026-03-01T23:19:59.999000Z", "2026-03-01T23:50:00Z")


def test_facts_just_told_are_not_late_and_announce_nothing() -> None:
    world = World()
    world.at(instant(1))

    world.states((0, 6), (0.5, 11))

    assert world.told("facts_changed") == []


def jumped() -> World:
    world = World()
    world.started()
    world.states((0, 6))
    world.counts((0, 0, 0), (10, 100, 0), (11, 5_000_100, 0), (20, 5_000_200, 0))
    return world


def test_a_jump_is_flagged_and_corrected_by_hand() -> None:
    world = jumped()
    figure = service.read_oee(MC1, SHIFT, END, world.tenant)
    correction = CorrectCount(counter="total", device_id="mc-01", at=instant(11), quantity=7)

    service.correct_count(MC1, correction, world.tenant)
    service.correct_count(MC1, correction, world.tenant)
    world.settle()

    assert figure.terms["pq"].value == 200
    assert "counts_quarantined" in figure.flags
    assert terms(world)["pq"] == 207
    revisions = service.list_revisions(figure.figure_id, 50, None, world.tenant).items
    assert [each.terms["pq"] for each in revisions] == [200, 207]
    counts = service.list_counts(MC1, SHIFT, END, world.tenant, limit=500, cursor=None).items
    (corrected,) = [each for each in counts if each.status == "corrected"]
    assert corrected.why.startswith("by hand, instead of 5000000: 5000000 in 60 s")


def test_the_last_correction_of_a_reading_holds() -> None:
    world = jumped()

    for quantity in (7, 9, 7, 8):
        correction = CorrectCount(counter="total", device_id="mc-01", at=instant(11), quantity=quantity)
        service.correct_count(MC1, correction, world.tenant)

    assert terms(world)["pq"] == 208


def test_only_a_reading_that_is_there_can_be_corrected_and_never_to_less_than_nothing() -> None:
    given: dict[str, Any] = {"counter": "total", "device_id": "mc-01", "at": instant(12)}

    with pytest.raises(NoSuchCount):
        service.correct_count(MC1, CorrectCount(**given, quantity=7), jumped().tenant)
    with pytest.raises(ValidationError):
        CorrectCount(**given, quantity=-1)


def test_counters_count_where_there_are_any_unless_it_is_configured_otherwise() -> None:
    world = jumped()
    world.reported(30, 90, 5)

    assert terms(world)["pq"] == 200
    service.map_counters(MC1, CounterMapping(counts_from="reports"), world.tenant)
    assert terms(world)["pq"] == 95
    assert service.read_mapping(MC1, world.tenant).counts_from == "reports"


def test_without_counters_what_was_reported_counts_once() -> None:
    world = World()
    world.started()
    world.reported(30, 90, 5, event_id="the-same")
    world.reported(30, 90, 5, event_id="the-same")
    world.reported(40, -10, 10)

    assert [terms(world)[name] for name in ("pq", "gq", "sq")] == [95, 80, 15]


def test_a_mapping_says_what_counters_of_other_names_count() -> None:
    world = World()
    world.started()
    for t, parts in ((0, 10), (60, 60)):
        world.machine(MC1, counts=(CountReport(t=minute(t), counters={"Teile": parts, "Ausschuss": parts // 10}),))
    assert terms(world)["pq"] is None

    service.map_counters(MC1, CounterMapping(roles={"Teile": "total", "Ausschuss": "scrap"}), world.tenant)

    assert [terms(world)[name] for name in ("pq", "gq", "sq")] == [50, 45, 5]


def test_total_and_produced_of_one_machine_are_not_added_up() -> None:
    world = World()
    world.started()
    for t, parts in ((0, 0), (60, 60)):
        counters = {"total": parts, "produced": parts, "scrap": 0}
        world.machine(MC1, counts=(CountReport(t=minute(t), counters=counters),))

    assert terms(world)["pq"] == 60


def test_a_negative_counter_is_set_aside_and_flagged() -> None:
    world = World()
    world.started()
    world.counts((0, 0, 0), (10, -5, 0), (20, 30, 0))

    figure = service.read_oee(MC1, SHIFT, END, world.tenant)
    assert figure.terms["pq"].value == 30
    assert "counts_quarantined" in figure.flags


def test_reversed_stretches_are_refused_wherever_they_are_given() -> None:
    with pytest.raises(ValidationError, match="end must lie after start"):
        ReportState(start=END, end=SHIFT, packml=6)
    with pytest.raises(Invalid):
        service.list_intervals(MC1, END, SHIFT, World().tenant, limit=10, cursor=None)
