"""Master data under strain: deep and wide bills, numbers without end, clocks, names that begin alike."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.runtime.composition import Platform
from tests.entry.masters.conftest import Answer, Call

Put = Callable[[dict[str, Any]], Answer]


def material(name: str, unit: str = "pcs") -> dict[str, Any]:
    return {"kind": "material", "id": name, "name": name, "unit": unit}


def bill(product: str, *parts: str) -> dict[str, Any]:
    lines = [{"material": each, "quantity": 1, "unit": "pcs"} for each in parts]
    return {"kind": "bom", "id": product, "product": product, "effective_from": "2020-01-01", "lines": lines}


def calendar(**given: Any) -> dict[str, Any]:
    return {"kind": "calendar", "id": "week", "time_zone": "Europe/Berlin", "shifts": [], **given}


def shift(start: str, end: str, *breaks: tuple[str, str]) -> dict[str, Any]:
    rests = [{"start": one, "end": other} for one, other in breaks]
    return {"name": f"{start} to {end}", "start": start, "end": end, "breaks": rests}


def test_the_revisions_of_a_place_are_not_those_of_what_stands_below_it(put: Put, call: Call) -> None:
    put({"kind": "equipment", "id": "nagoya", "name": "Nagoya"})
    for name in ("a", "b", "c"):
        put({"kind": "equipment", "id": "nagoya/milling", "name": name})

    listed = call("GET", "/equipment/nagoya/revisions").body["items"]

    assert [(each["record"]["id"], each["revision"]) for each in listed] == [("nagoya", 1)]


def test_a_place_that_was_retired_counts_its_own_revisions_on(put: Put, call: Call) -> None:
    put({"kind": "equipment", "id": "nagoya", "name": "Nagoya"})
    for name in ("a", "b", "c"):
        put({"kind": "equipment", "id": "nagoya/milling", "name": name})
    call("DELETE", "/equipment/nagoya~milling")
    call("DELETE", "/equipment/nagoya")

    assert put({"kind": "equipment", "id": "nagoya", "name": "Nagoya"}).body["revision"] == 3


def test_a_loop_through_a_thousand_levels_is_found(put: Put, call: Call) -> None:
    names = [f"part-{at}" for at in range(1200)]
    for at in range(0, 1200, 400):
        call("POST", "/import", body={"records": [material(each) for each in names[at : at + 400]]})
    bills = [bill(one, other) for one, other in zip(names[-2::-1], names[:0:-1], strict=True)]
    for at in range(0, len(bills), 400):
        assert call("POST", "/import", body={"records": bills[at : at + 400]}).body["refused"] == []

    answer = put(bill("part-1199", "part-0"))

    assert (answer.status, answer.pointers) == (422, {"/lines"})


def test_a_bill_that_branches_without_end_is_refused_at_once(put: Put, call: Call) -> None:
    names = [f"part-{at}" for at in range(40)]
    call("POST", "/import", body={"records": [material(each) for each in names]})
    call("POST", "/import", body={"records": [bill(a, b, b) for a, b in pairwise(names)]})

    answer = call("GET", "/material/part-0/explosion", query={"on": "2026-05-01"})

    assert (answer.status, answer.body["type"]) == (422, "urn:makoto:problem:too-many-components")


@pytest.mark.parametrize("quantity", ["1e999999", "1e-999999", "9" * 41, "0." + "0" * 30 + "1"])
def test_a_quantity_has_a_measured_number_of_digits(quantity: str, put: Put, call: Call) -> None:
    put(material("shaft"))

    answer = call("GET", "/material/shaft/explosion", query={"quantity": quantity})

    assert (answer.status, answer.pointers) == (422, {"/query/quantity"})


@pytest.mark.parametrize("nominal", ["1e400", "1e-400", "9" * 50])
def test_a_nominal_has_a_measured_number_of_digits(nominal: str, put: Put) -> None:
    answer = put({"kind": "characteristic", "id": "length", "name": "length", "unit": "mm", "nominal": nominal})

    assert (answer.status, answer.pointers) == (422, {"/body/nominal"})


def test_a_capacity_is_finite(put: Put) -> None:
    answer = put({"kind": "equipment", "id": "nagoya", "name": "n", "capacity_per_hour": "inf"})

    assert (answer.status, answer.pointers) == (422, {"/body/capacity_per_hour"})


@pytest.mark.parametrize(
    "given",
    [
        {"exceptions": [{"on": "2026-01-01", "shifts": [shift("08:00", "16:00"), shift("12:00", "20:00")]}]},
        {
            "shifts": [shift("22:00", "06:00")],
            "exceptions": [{"on": "2026-01-02", "shifts": [shift("04:00", "16:00")]}],
        },
        {
            "exceptions": [
                {"on": "2026-01-01", "shifts": [shift("22:00", "06:00")]},
                {"on": "2026-01-02", "shifts": [shift("04:00", "16:00")]},
            ]
        },
        {"shifts": [shift("08:00", "16:00", ("12:00", "11:00"))]},
        {"shifts": [shift("08:00", "16:00", ("11:00", "12:00"), ("11:30", "12:30"))]},
        {"shifts": [shift("08:00", "16:00", ("11:00Z", "12:00Z"))]},
        {"shifts": [shift("08:00", "16:00", ("12:00", "08:00"))]},
    ],
)
def test_days_out_of_order_and_breaks_that_cannot_be_are_refused(given: dict[str, Any], put: Put) -> None:
    assert put(calendar(**given)).status == 422


def test_an_exceptional_day_may_end_where_the_next_begins(put: Put) -> None:
    night = shift("22:00", "06:00", ("23:30", "00:30"), ("00:30", "01:00"))
    days = [{"on": "2026-01-01", "shifts": [night]}, {"on": "2026-01-02", "shifts": [shift("06:00", "22:00")]}]

    assert put(calendar(shifts=[night], exceptions=days)).status == 200


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-02-01T00:00:00Z"),
        ("9999-12-30T00:00:00Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_window_out_of_order_or_out_of_time_is_refused(start: str, end: str, put: Put, call: Call) -> None:
    put(calendar(shifts=[shift("08:00", "16:00")]))

    answer = call("GET", "/calendar/week/shifts", query={"from": start, "to": end})

    assert (answer.status, "/query/to" in answer.pointers) == (422, True)


def test_the_small_factory_of_the_documentation_is_stored(call: Call) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/factory/master-data.md").read_text()
    example = page.split("/masters/import -d '")[1].split("'")[0]

    answer = call("POST", "/import", body=json.loads(example))

    assert (answer.body["stored"], answer.body["refused"]) == (11, [])


def test_a_bill_is_exploded_as_of_today_by_the_tenants_own_clock(platform: Platform, put: Put, call: Call) -> None:
    platform.clock = FixedClock(datetime(2026, 4, 30, 23, tzinfo=UTC))
    call("POST", "/import", body={"records": [material("shaft"), material("bar")]})
    put(bill("shaft", "bar") | {"effective_from": "2026-05-01"})

    answer = call("GET", "/material/shaft/explosion")

    assert (answer.body["on"], list(answer.body["totals"])) == ("2026-05-01", ["bar"])
