"""Laws of the genealogy on random graphs: reach, paths, shares, mass, and that repeats do nothing."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.traceability import records, traces
from functions.traceability.traces import AskTrace
from makoto.analytics.genealogy import (
    Direction,
    Genealogy,
    GenealogyCycle,
    Part,
    Step,
    genealogy_of,
    reach,
    require_acyclic,
)
from makoto.analytics.genealogy_paths import count_paths, paths_to, shares
from makoto.errors import MakotoError
from makoto.ports.documents import Query
from tests.unit.traceability.conftest import Plant, plant_of

LOTS = 12


@st.composite
def graphs(draw: st.DrawFn) -> Genealogy:
    """Random steps from lower lots to higher ones, so that none is its own ancestor."""
    steps = []
    for number in range(draw(st.integers(0, 12))):
        cut = draw(st.integers(1, LOTS - 1))
        inputs = draw(st.sets(st.integers(0, cut - 1), min_size=1, max_size=3))
        outputs = draw(st.sets(st.integers(cut, LOTS - 1), min_size=1, max_size=3))
        steps.append(Step(f"s{number}", _parts(inputs), _parts(outputs)))
    return genealogy_of(steps)


def _parts(lots: set[int]) -> tuple[Part, ...]:
    return tuple(Part(f"L{lot}", 1.0, 1.0) for lot in sorted(lots))


def closure(graph: Genealogy) -> set[tuple[str, str]]:
    """Warshall's closure of the relation `went into`, as slow and as plain as it can be."""
    lots = [f"L{n}" for n in range(LOTS)]
    found = {(a.lot, b.lot) for step in graph.steps.values() for a in step.inputs for b in step.outputs}
    for k in lots:
        for i in lots:
            for j in lots:
                if (i, k) in found and (k, j) in found:
                    found.add((i, j))
    return found


@given(graphs())
def test_what_is_reached_is_the_closure_in_both_directions(graph: Genealogy) -> None:
    related = closure(graph)
    for start in (f"L{n}" for n in range(LOTS)):
        assert set(reach(graph, [start], "forward")) == {start} | {b for a, b in related if a == start}
        assert set(reach(graph, [start], "backward")) == {start} | {a for a, b in related if b == start}


@given(graphs(), st.sampled_from(["forward", "backward"]))
def test_paths_are_counted_as_many_as_there_are(graph: Genealogy, direction: Direction) -> None:
    start = "L0" if direction == "forward" else f"L{LOTS - 1}"
    counts = count_paths(graph, start, direction)
    for lot, count in counts.items():
        ways = list(paths_to(graph, start, lot, direction))
        assert len(ways) == len(set(ways)) == count


@given(graphs(), st.integers(0, 5))
def test_a_depth_cuts_off_exactly_what_lies_deeper(graph: Genealogy, depth: int) -> None:
    whole = reach(graph, ["L0"], "forward")

    assert reach(graph, ["L0"], "forward", depth) == {lot: at for lot, at in whole.items() if at <= depth}


@given(graphs())
def test_the_shares_of_all_origins_of_a_lot_make_the_whole(graph: Genealogy) -> None:
    """Every lot consists of lots that nobody made, in shares that add up to one."""
    made: dict[str, float] = defaultdict(float)
    for step in graph.steps.values():
        for part in step.outputs:
            made[part.lot] += part.own
    origins = [lot for lot in graph.uses if lot not in graph.sources]
    total: dict[str, float] = defaultdict(float)
    for origin in origins:
        for lot, share in shares(graph, [origin], "forward", made).items():
            total[lot] += share or 0.0

    assert all(value == pytest.approx(1.0) for lot, value in total.items())


@given(graphs(), st.data())
def test_an_edge_back_closes_a_cycle_and_is_seen(graph: Genealogy, data: st.DataObject) -> None:
    related = sorted(closure(graph))
    require_acyclic(graph)
    if related:
        early, late = data.draw(st.sampled_from(related))
        graph.add(Step("back", (Part(late),), (Part(early),)))
        with pytest.raises(GenealogyCycle):
            require_acyclic(graph)


Doing = tuple[str, int, int, int]
doings = st.lists(
    st.tuples(
        st.sampled_from(["split", "merge", "produce", "consume", "scrap", "reverse", "again"]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(1, 40),
    ),
    max_size=25,
)


def act(plant: Plant, told: list[dict[str, Any]], number: int, doing: Doing) -> None:
    """Do something with lots that are there; what is refused changes nothing."""
    kind, first, second, amount = doing
    lots = [f"L{each}" for each in range(3)] + [f"N{each}" for each in range(number)]
    a, b = lots[first % len(lots)], lots[second % len(lots)]
    new = f"N{number}"
    commands: dict[str, dict[str, Any]] = {
        "split": {"kind": "split", "inputs": [f"{a}:{amount}"], "outputs": [f"{new}:{amount}"]},
        "merge": {"kind": "merge", "inputs": [f"{a}:{amount}", f"{b}:1"], "outputs": [f"{new}:{amount + 1}"]},
        "produce": {"kind": "produce", "inputs": [f"{a}:{amount}"], "outputs": [f"{b}:{amount}:kg:steel"]},
        "consume": {"kind": "consume", "inputs": [f"{a}:{amount}"]},
        "scrap": {"kind": "scrap", "inputs": [f"{a}:{amount}"], "reason": "x"},
        "reverse": {"kind": "reverse", "reverses": f"act{first}"},
    }
    command = told[first % len(told)] if kind == "again" and told else commands.get(kind)
    if command is None:
        return
    command = {"activity_id": f"act{number}", **command}
    try:
        plant.do(**command)
    except (MakotoError, ValueError):
        return
    told.append(command)


@settings(max_examples=60, deadline=None)
@given(doings)
def test_nothing_is_lost_and_nothing_comes_from_nowhere(done: list[Doing]) -> None:
    """All that was received is still there, consumed or scrapped, whatever was split, merged, reversed or repeated."""
    plant = plant_of()
    plant.receive("L0:100:kg:steel", "L1:100:kg:steel", "L2:100:kg:steel")
    told: list[dict[str, Any]] = []
    for number, doing in enumerate(done):
        act(plant, told, number, doing)

    lots = [records.lot_of(each) for each in plant.tenant.documents.query(_all("lot/")).items]
    activities = [records.activity_of(each) for each in plant.tenant.documents.query(_all("activity/")).items]
    gone = sum(
        (line.own for each in activities if each.counts and not each.outputs for line in each.inputs), Decimal(0)
    )
    assert sum((lot.remaining for lot in lots), Decimal(0)) + gone == 300
    assert all(lot.remaining >= 0 for lot in lots)
    for lot in lots:
        for view in traces.trace(AskTrace(lot=lot.lot_id), plant.tenant).traces:
            assert len({each.lot_id for each in view.affected}) == view.lot_count


@settings(max_examples=25, deadline=None)
@given(doings, st.randoms(use_true_random=False))
def test_whatever_is_sent_again_in_whatever_order_gives_the_same_state(done: list[Doing], random: Any) -> None:
    plant = plant_of()
    plant.receive("L0:100:kg:steel", "L1:100:kg:steel", "L2:100:kg:steel")
    told: list[dict[str, Any]] = []
    for number, doing in enumerate(done):
        act(plant, told, number, doing)
    before = plant.tenant.documents.query(_all("")).items

    repeated = told * 2
    random.shuffle(repeated)
    for command in repeated:
        plant.do(**command)

    assert plant.tenant.documents.query(_all("")).items == before


def _all(prefix: str) -> Query:
    return Query(records.PARTITION, prefix=prefix, limit=1000)
