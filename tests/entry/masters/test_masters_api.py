"""The routes of master data through the handler."""

from collections.abc import Callable
from typing import Any

import pytest

from makoto.domain.factory import Material
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT
from tests.entry.masters.conftest import Answer, Call

Put = Callable[..., Answer]
SITE = {"kind": "equipment", "id": "nagoya", "name": "名古屋工場"}
SHAFT = {"kind": "material", "id": "shaft-20", "name": "シャフト 20", "unit": "pcs"}
BAR = {"kind": "material", "id": "bar-22", "name": "Bar 22", "unit": "kg", "of": "raw"}
BILL = {
    "kind": "bom",
    "id": "shaft-20-a",
    "product": "shaft-20",
    "effective_from": "2026-01-01",
    "lines": [{"material": "bar-22", "quantity": "450", "unit": "g", "scrap": "0.1"}],
}


@pytest.fixture
def materials(put: Put) -> None:
    for each in (SHAFT, BAR):
        assert put(each).status == 200


def test_a_record_is_said_read_and_listed(put: Put, call: Call) -> None:
    said = put(SITE)

    assert (said.status, said.body["revision"], said.body["changed_by"]) == (200, 1, "hanako@example.com")
    assert call("GET", "/equipment/nagoya").body["record"]["name"] == "名古屋工場"
    assert [each["record"]["id"] for each in call("GET", "/equipment").body["items"]] == ["nagoya"]


def test_saying_the_same_again_changes_nothing_and_another_content_is_a_new_revision(put: Put, call: Call) -> None:
    put(SITE)

    again, renamed = put(SITE), put(SITE | {"name": "Nagoya"})

    assert (again.body["revision"], renamed.body["revision"]) == (1, 2)
    kept = call("GET", "/equipment/nagoya/revisions").body["items"]
    assert [(each["revision"], each["record"]["name"]) for each in kept] == [(2, "Nagoya"), (1, "名古屋工場")]
    assert call("GET", "/equipment/nagoya", query={"revision": "1"}).body["record"]["name"] == "名古屋工場"


def test_who_has_seen_an_older_revision_overwrites_nothing(put: Put) -> None:
    put(SITE)
    put(SITE | {"name": "Nagoya"})

    late = put(SITE | {"name": "Nagoya 2"}, headers={"If-Match": "1"})

    assert (late.status, late.body["type"]) == (409, "urn:makoto:problem:revision-mismatch")


def test_a_place_needs_its_parent_and_its_slashes_are_tildes_in_a_path(put: Put, call: Call) -> None:
    area = {"kind": "equipment", "id": "nagoya/machining", "name": "機械加工"}
    orphan = put(area)
    put(SITE)

    assert (orphan.status, orphan.pointers) == (422, {"/id"})
    assert put(area).status == 200
    assert call("GET", "/equipment/nagoya~machining").body["record"]["id"] == "nagoya/machining"


def test_a_body_of_another_name_than_the_path_is_refused(call: Call) -> None:
    answer = call("PUT", "/material/other", body=SHAFT)

    assert (answer.status, answer.pointers) == (422, {"/body/id"})


def test_a_kind_that_there_is_not_is_not_found(call: Call) -> None:
    assert call("GET", "/widgets").body["type"] == "urn:makoto:problem:unknown-kind"


@pytest.mark.usefixtures("materials")
def test_a_bill_explodes_with_units_converted_and_scrap_added(put: Put, call: Call) -> None:
    put(BILL)

    answer = call("GET", "/material/shaft-20/explosion", query={"quantity": "100", "on": "2026-05-01"})

    (need,) = answer.body["needs"]
    assert (need["material"], need["unit"], need["quantity"]) == ("bar-22", "kg", "50")
    assert call("GET", "/material/shaft-20/explosion", query={"on": "2025-12-31"}).body["needs"] == []


@pytest.mark.usefixtures("materials")
def test_a_bill_that_makes_a_loop_is_refused_and_names_it(put: Put) -> None:
    put(BILL)
    back = BILL | {"id": "bar-22-a", "product": "bar-22", "unit": "kg"}
    back["lines"] = [{"material": "shaft-20", "quantity": "1", "unit": "pcs"}]

    answer = put(back)

    assert answer.status == 422
    assert answer.body["errors"][0]["rule"] == "loop"
    assert "bar-22 → shaft-20 → bar-22" in answer.body["errors"][0]["detail"]


@pytest.mark.usefixtures("materials")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"lines": [{"material": "bar-22", "quantity": "1", "unit": "mm"}]}, "/lines/0/unit"),
        ({"lines": [{"material": "nothing", "quantity": "1", "unit": "pcs"}]}, "/lines/0/material"),
        ({"product": "nothing"}, "/product"),
        ({"unit": "kg"}, "/unit"),
    ],
)
def test_a_bill_names_each_rule_that_it_breaks(put: Put, change: dict[str, Any], pointer: str) -> None:
    answer = put(BILL | change)

    assert (answer.status, answer.pointers) == (422, {pointer})


@pytest.mark.usefixtures("materials")
@pytest.mark.parametrize(
    "change",
    [
        {"effective_to": "2025-01-01"},
        {"lines": []},
        {"lines": [{"material": "bar-22", "quantity": "0", "unit": "kg"}]},
        {"lines": [{"material": "bar-22", "quantity": "1", "unit": "stone"}]},
        {"lines": [{"material": "bar-22", "quantity": "1", "unit": "kg", "scrap": "1"}]},
    ],
)
def test_a_bill_out_of_shape_is_refused(put: Put, change: dict[str, Any]) -> None:
    assert put(BILL | change).status == 422


@pytest.mark.usefixtures("materials")
def test_two_versions_of_a_bill_are_never_in_force_on_one_day(put: Put) -> None:
    put(BILL)

    second = put(BILL | {"id": "shaft-20-b", "effective_from": "2026-07-01"})
    ended = put(BILL | {"effective_to": "2026-06-30"})
    third = put(BILL | {"id": "shaft-20-b", "effective_from": "2026-07-01"})

    assert (second.status, second.body["type"]) == (409, "urn:makoto:problem:overlapping-versions")
    assert (ended.status, third.status) == (200, 200)


@pytest.mark.usefixtures("materials")
def test_what_others_refer_to_stays_and_what_nobody_names_can_go(put: Put, call: Call) -> None:
    put(BILL)

    refused = call("DELETE", "/material/bar-22")
    gone = call("DELETE", "/bom/shaft-20-a")

    assert (refused.status, refused.body["type"]) == (409, "urn:makoto:problem:still-referred")
    assert "bom shaft-20-a" in refused.body["detail"]
    assert (gone.status, gone.body["is_retired"], gone.body["revision"]) == (200, True, 2)
    assert call("GET", "/bom/shaft-20-a").status == 404
    assert put(BILL).body["revision"] == 3


def test_an_import_takes_records_in_any_order_and_refuses_only_what_is_wrong(call: Call) -> None:
    wrong = {"kind": "material", "id": "x", "name": "x", "unit": "furlong"}
    given = [BILL, {"kind": "widget", "id": "w"}, SHAFT, wrong, BAR, SITE]

    first = call("POST", "/import", body={"records": given}).body
    again = call("POST", "/import", body={"records": given}).body

    assert (first["stored"], first["unchanged"]) == (4, 0)
    assert {each["pointer"].split("/")[2] for each in first["refused"]} == {"1", "3"}
    assert (again["stored"], again["unchanged"]) == (0, 4)


def test_a_calendars_shifts_are_told_in_utc_and_by_its_own_clock(put: Put, call: Call) -> None:
    night = {"name": "night", "start": "22:00", "end": "06:00", "breaks": [{"start": "01:30", "end": "02:00"}]}
    put({"kind": "calendar", "id": "two", "time_zone": "Asia/Tokyo", "shifts": [night]})
    wanted = {"from": "2026-05-01T12:00:00Z", "to": "2026-05-02T12:00:00Z"}

    (shift,) = call("GET", "/calendar/two/shifts", query=wanted).body

    assert (shift["on"], shift["start"], shift["end"]) == ("2026-05-01", "2026-05-01T13:00:00Z", "2026-05-01T21:00:00Z")
    assert shift["local_start"] == "2026-05-01T22:00:00+09:00"
    assert shift["breaks"] == [{"start": "2026-05-01T16:30:00Z", "end": "2026-05-01T17:00:00Z"}]


@pytest.mark.parametrize(
    "shifts",
    [
        [{"name": "none", "start": "08:00", "end": "08:00"}],
        [{"name": "a", "start": "06:00", "end": "14:00"}, {"name": "b", "start": "13:00", "end": "20:00"}],
        [{"name": "a", "start": "22:00", "end": "06:00"}, {"name": "b", "start": "05:00", "end": "12:00"}],
        [{"name": "a", "start": "06:00", "end": "14:00", "breaks": [{"start": "15:00", "end": "16:00"}]}],
    ],
)
def test_shifts_without_length_that_overlap_or_have_breaks_outside_are_refused(
    put: Put, shifts: list[dict[str, Any]]
) -> None:
    answer = put({"kind": "calendar", "id": "bad", "time_zone": "Asia/Tokyo", "shifts": shifts})

    assert answer.status == 422


def test_a_viewer_reads_and_does_not_write(put: Put, call: Call) -> None:
    put(SITE)

    assert call("GET", "/equipment", role="viewer").status == 200
    assert put(SITE | {"name": "x"}, role="viewer").status == 403


def test_another_tenant_sees_nothing(put: Put, call: Call) -> None:
    put(SITE)

    assert call("GET", "/equipment", tenant_id=OTHER_TENANT, role="viewer").status == 403
    assert call("GET", "/equipment", tenant_id=OTHER_TENANT).status == 403


def test_what_is_said_is_what_other_domains_read(put: Put, platform: Platform) -> None:
    put(SHAFT)

    masters = platform.open_tenant(TENANT, None, "test").masters

    assert masters.get(Material, "shaft-20").name == "シャフト 20"
    assert [each.id for each in masters.all(Material)] == ["shaft-20"]
