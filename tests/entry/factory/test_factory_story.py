"""A night in a small factory, through every domain's doors; each number is checked against a calculation of its own."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.builders import OTHER_TENANT
from tests.entry.factory.conftest import LINE, MC1, MC2, Factory, minute

SCHEMA = Path(__file__).parents[2] / "data" / "epcis" / "EPCIS-JSON-Schema.json"
END = 420
BREAK = range(120, 150)
PRU = {MC1: 30, MC2: 20}
MADE = {MC1: (530 + 40 + 126, 2), MC2: (250 + 20 + 100, 5 + 1)}
"""Good and scrap by hand: over the rollover at 65,536 40 more, after the resets what the counter shows."""

SPREADS = (
    (-0.02, -0.01, 0.0, 0.01, 0.02),
    (-0.03, 0.0, 0.01, 0.02, 0.01),
    (0.02, -0.02, 0.01, -0.03, 0.0),
    (0.01, 0.03, -0.01, -0.02, 0.0),
)
WAVE = (0.0, 0.008, -0.009, 0.004, -0.006, 0.011, -0.003)


def worked(factory: Factory) -> None:
    """Machine 1 runs from 0 and is held from 100 to 130, machine 2 from 200 on and waits from 400 on."""
    factory.at(0)
    factory.do("work-orders/wo-1/operations/10/start", {"equipment": MC1})
    factory.state(MC1, -30, 4)
    factory.state(MC1, 0, 6, times=2)
    factory.counts(MC1, 0, 65_000, 10)
    factory.at(200)
    factory.state(MC1, 130, 6)  # told before the stop that it ends
    factory.state(MC1, 100, 11)
    factory.counts(MC1, 200, 65_300, 12)
    factory.counts(MC1, 100, 65_150, 11, times=2)  # late, and twice
    consumed = [{"lot_id": "B-1", "material": "steel", "quantity": 300, "unit": "kg"}]
    produced = [{"lot_id": "H-0", "material": "housing", "quantity": 300, "unit": "pcs"}]
    report = {"good": 300, "scrap": 2, "consumed": consumed, "produced": produced}
    factory.do("work-orders/wo-1/operations/10/report", report)
    factory.do("work-orders/wo-1/operations/20/start", {"equipment": MC2})
    factory.state(MC2, 200, 6)
    factory.counts(MC2, 200, 100, 0)
    factory.at(300)
    factory.counts(MC1, 300, 65_530, 12)
    factory.counts(MC2, 300, 350, 5)
    factory.relay(times=2)
    factory.at(END)
    factory.counts(MC1, 320, 34, 12)  # 16 bits are over
    factory.counts(MC1, 400, 160, 0)  # scrap was set back
    factory.counts(MC2, 350, 20, 1)  # both were set back
    factory.counts(MC2, 410, 120, 1)
    factory.state(MC2, 400, 5)
    factory.relay()
    factory.at(END + 5)


def figures(factory: Factory, place: str) -> Any:
    window = {"from": minute(0).isoformat(), "to": minute(END).isoformat()}
    return factory.get("performance/kpis", equipment=place, **window)


def busy(place: str, *, stops: range) -> tuple[int, int]:
    """PBT and APT, minute by minute: in the shift and no break; then running and not stopped."""
    planned = [each for each in range(END) if each not in BREAK]
    begun = 0 if place == MC1 else 200
    return len(planned) * 60, sum(each >= begun and each not in stops for each in planned) * 60


def test_a_night_shift_from_messages_to_figures_that_are_restated(factory: Factory) -> None:
    worked(factory)

    expected = {MC1: busy(MC1, stops=range(100, 130)), MC2: busy(MC2, stops=range(400, END))}
    sums = {"apt": 0, "pbt": 0, "run": 0, "gq": 0, "pq": 0}
    for place, (pbt, apt) in expected.items():
        body, (good, scrap) = figures(factory, place), MADE[place]
        terms = {name: each["value"] for name, each in body["terms"].items()}
        assert [terms[name] for name in ("pot", "pbt", "apt", "gq", "sq")] == [END * 60, pbt, apt, good, scrap]
        assert body["kpis"]["oee"]["value"] == pytest.approx(PRU[place] * good / pbt, rel=1e-12)
        assert {"counter_reset", "counts_quarantined"} & set(body["flags"]) == {"counter_reset"}
        run = PRU[place] * (good + scrap)
        for name, value in (("apt", apt), ("pbt", pbt), ("run", run), ("gq", good), ("pq", good + scrap)):
            sums[name] += value
    line = figures(factory, LINE)["kpis"]
    assert line["availability"]["value"] == pytest.approx(sums["apt"] / sums["pbt"], rel=1e-12)
    of_sums = sums["run"] / sums["pbt"] * sums["gq"] / sums["pq"]
    assert line["oee"]["value"] == pytest.approx(of_sums, rel=1e-12)
    (shift,) = factory.get("performance/shifts", equipment=LINE, on="2026-03-28")
    assert shift["figure"]["kpis"]["oee"] == line["oee"]
    assert shift["figure"]["local"]["end"] == "2026-03-29T06:00:00+02:00"

    parts = [{"start": minute(100).isoformat(), "end": minute(130).isoformat(), "reason": 210000}]
    factory.do(f"performance/downtime/{MC1.replace('/', '~')}/classify", {"parts": parts})
    told = factory.facts("performance.figures_restated", factory.relay())

    pbt = expected[MC1][0] - 20 * 60  # ten of the thirty minutes were in the break
    assert figures(factory, MC1)["kpis"]["oee"]["value"] == pytest.approx(PRU[MC1] * MADE[MC1][0] / pbt, rel=1e-12)
    assert {each["equipment"]: each["revision"] for each in told} == {MC1: 2, LINE: 2}
    name = figures(factory, LINE)["figure_id"]
    first, second = factory.get(f"performance/figures/{name}/revisions")["items"]
    assert (first["kpis"]["oee"], first["differences"]) == (line["oee"]["value"], [])
    changed = {each["name"]: (each["before"], each["after"]) for each in second["differences"]}
    assert changed["pbt"] == (sums["pbt"] * 1000, sums["pbt"] * 1000 - 1_200_000)
    assert changed["preventive_maintenance"] == (0, 1_200_000)
    assert factory.ask("GET", f"performance/figures/{name}/revisions", tenant_id=OTHER_TENANT)[0] == 404


def subgroup(number: int, off: float = 0.0) -> dict[str, Any]:
    """Five bores, ten minutes after those before."""
    mean = 20 + off + WAVE[number % len(WAVE)]
    values = [round(mean + each, 3) for each in SPREADS[number % len(SPREADS)]]
    return {"point_id": f"p-{number:03}", "at": minute(10 * number).isoformat(), "values": values}


def reported(factory: Factory, at: float, bar: str, lot: str) -> None:
    """Ten housings were turned of a bar."""
    body = {
        "good": 10,
        "at": minute(at).isoformat(),
        "consumed": [{"lot_id": bar, "material": "steel", "quantity": 10, "unit": "kg"}],
        "produced": [{"lot_id": lot, "material": "housing", "quantity": 10, "unit": "pcs"}],
    }
    factory.do("work-orders/wo-1/operations/10/report", body)


def activity(kind: str, at: float, **more: Any) -> dict[str, Any]:
    return {"activity_id": f"{kind}-{at}", "kind": kind, "at": minute(at).isoformat(), **more}


def received(name: str) -> dict[str, Any]:
    return {"lot_id": name, "material": "steel", "quantity": 100, "unit": "kg"}


@pytest.fixture
def drifted(factory: Factory) -> Factory:
    """Twenty quiet subgroups, frozen limits, lots of each bar; then the bore drifts, and a lot is reported late."""
    factory.at(0)
    factory.do("work-orders/wo-1/operations/10/start", {"equipment": MC1})
    bars = [received(f"B-{each}") for each in range(1, 6)]
    arrived = activity("receive", 0, outputs=bars, supplier='神戸, "製鋼"', supplier_lot="KS-9")
    factory.do("traceability/activities", {"activities": [arrived]})
    chart = {"chart_id": "bore", "title": "内径", "kind": "xbar_r", "characteristics": ["bore"], "subgroup_size": 5}
    factory.do("quality/charts", {**chart, "equipment": MC1})
    factory.at(196)
    factory.do("quality/charts/bore/points", {"points": [subgroup(each) for each in range(20)]})
    frozen = factory.do("quality/charts/bore/limits", {"end": minute(195).isoformat()})
    assert frozen["version"] == 1
    factory.at(232)
    reported(factory, 199, "B-1", "H-1")
    reported(factory, 215, "B-2", "H-2")
    factory.relay()
    shipped = activity("ship", 231, inputs=[{"lot_id": "H-2", "quantity": 4}], customer='東洋, "精機"')
    factory.do("traceability/activities", {"activities": [shipped]})
    drift = [subgroup(20), subgroup(21), subgroup(22, 0.09)]
    factory.do("quality/charts/bore/points", {"points": drift})
    factory.relay(times=2)
    factory.at(240)
    reported(factory, 225, "B-3", "H-3")  # made in the bad time, told after the trace
    reported(factory, 239, "B-4", "H-4")  # made after it
    factory.relay()
    return factory


def test_a_drift_holds_what_it_reached_until_it_is_decided(drifted: Factory) -> None:
    (line,) = drifted.get("quality/non-conformances")["items"]
    path = f"quality/non-conformances/{line['nc_id']}"
    case = drifted.get(path)

    assert case["since"] == minute(210).isoformat().replace("+00:00", "Z")
    assert {each["lot_id"]: each["state"] for each in case["lots"]} == {"H-2": "held", "H-3": "held"}
    assert (case["traces_done"], case["traces_wanted"]) == (1, 1)
    statuses = {each: drifted.get(f"traceability/lots/{each}")["status"] for each in ("H-1", "H-2", "H-3", "H-4")}
    assert statuses == {"H-1": "available", "H-2": "on_hold", "H-3": "on_hold", "H-4": "available"}
    refused = activity("ship", 241, inputs=[{"lot_id": "H-3"}], customer="Toyo")
    status, problem = drifted.ask("POST", "traceability/activities", {"activities": [refused]})
    assert (status, problem["type"]) == (409, "urn:makoto:problem:lot-is-held")

    drifted.do(f"{path}/dispositions", {"disposition": "scrap", "lots": ["H-3"], "reason": "bore too large"})
    assert drifted.ask("POST", f"{path}/close")[0] == 409
    drifted.do(f"{path}/dispositions", {"disposition": "use_as_is", "lots": ["H-2"], "reason": "measured all"})
    drifted.relay(times=2)
    closed = drifted.do(f"{path}/close", {"note": "tool replaced"})
    drifted.relay()

    assert closed["status"] == "closed"
    statuses = {each: drifted.get(f"traceability/lots/{each}")["status"] for each in ("H-2", "H-3")}
    assert statuses == {"H-2": "available", "H-3": "scrapped"}
    assert drifted.ask("GET", path, tenant_id=OTHER_TENANT)[0] == 404


def test_split_merge_and_rework_balance_and_every_path_is_traced(drifted: Factory) -> None:
    bar = {"lot_id": "B-5", "quantity": 50}
    halves = [{"lot_id": "B-5.1", "quantity": 20}, {"lot_id": "B-5.2", "quantity": 30}]
    merged = [{"lot_id": "B-5.3", "quantity": 50}]
    housings = [{"lot_id": "H-9", "material": "housing", "quantity": 9}]
    done = (
        activity("split", 241, inputs=[bar], outputs=halves),
        activity("merge", 242, inputs=[{"lot_id": "B-5.1"}, {"lot_id": "B-5.2"}], outputs=merged),
        activity("produce", 243, inputs=[{"lot_id": "B-5.3"}, {"lot_id": "H-4", "quantity": 2}], outputs=housings),
    )
    drifted.do("traceability/activities", {"activities": done})

    (trace,) = drifted.get("traceability/trace", lot="H-9", direction="backward", paths="true")["traces"]

    assert trace["path_count"] == 3  # by each half of the bar, and by the lot that was worked again
    assert {each["lot_id"] for each in trace["affected"]} >= {"B-5", "B-5.1", "B-5.2", "B-5.3", "B-4", "H-4"}
    lost = activity("split", 244, inputs=[{"lot_id": "H-1", "quantity": 5}], outputs=[{"lot_id": "X-1", "quantity": 3}])
    status, problem = drifted.ask("POST", "traceability/activities", {"activities": [lost]})
    assert (status, problem["type"]) == (409, "urn:makoto:problem:quantities-do-not-balance")
    loop = activity("produce", 245, inputs=[{"lot_id": "H-9"}], outputs=[{"lot_id": "B-5.3", "quantity": 1}])
    status, problem = drifted.ask("POST", "traceability/activities", {"activities": [loop]})
    assert (status, problem["type"]) == (409, "urn:makoto:problem:lot-loop")


def test_a_recall_names_its_customers_in_a_list_for_spreadsheets(drifted: Factory) -> None:
    drifted.do("traceability/recalls", {"recall_id": "R-1", "reason": "crack", "scope": {"supplier_lot": "KS-9"}})
    drifted.relay()
    reported(drifted, 239, "B-5", "H-5")  # of a bar that is called back
    drifted.relay()

    text = drifted.get("traceability/recalls/R-1/csv", language="ja")

    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert {each["トレーサビリティロット番号"] for each in rows} == {
        *(f"B-{each}" for each in range(1, 6)),
        *(f"H-{each}" for each in range(1, 6)),
    }
    (sold,) = [each for each in rows if each["出荷先"]]
    assert (sold["出荷先"], sold["数量"], sold["品名"]) == ('東洋, "精機"', "4", 'ハウジング, "A"')
    assert drifted.get("traceability/lots/H-5")["status"] == "on_hold"
    assert drifted.ask("GET", "traceability/recalls/R-1/csv", tenant_id=OTHER_TENANT)[0] == 404


def test_what_was_done_goes_out_as_epcis_that_is_valid(drifted: Factory) -> None:
    document = drifted.get("traceability/epcis/events", company_prefix="4512345")

    assert [each.message for each in Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(document)] == []
    kinds = [each["type"] for each in document["epcisBody"]["eventList"]]
    assert kinds.count("TransformationEvent") == 4
    taken = drifted.do("traceability/epcis/capture", document)
    assert all(each["is_duplicate"] for each in taken["captured"])
    assert taken["refused"] == []
