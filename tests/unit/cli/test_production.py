"""`makoto orders …` through the real handlers."""

import pytest

from cli.commands import production_floor
from cli.times import now
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import GRINDER, LATHE, LINE, build, cells, read

PLAN = ("orders", "plan", "shaft", "100", "--due", "3d")


@pytest.fixture
def floor(makoto: Terminal, world: World) -> Terminal:
    """An order is released."""
    world.clock.advance((now() - world.clock.now()).total_seconds())
    makoto.sign_in(ADMIN)
    build(makoto)
    assert makoto(*PLAN, "--id", "wo-1", "--tolerance", "0.02", "--priority", "200").code == 0
    assert makoto("orders", "release", "wo-1").code == 0
    return makoto


def test_an_order_is_planned_once_and_listed_by_its_due_date(floor: Terminal) -> None:
    later = read(floor("orders", "plan", "shaft", "5", "--due", "9d", "--key", "k-1", "--json"))
    again = read(floor("orders", "plan", "shaft", "5", "--due", later["due_at"], "--key", "k-1", "--json"))

    assert (again["order_id"], later["status"]) == (later["order_id"], "planned")
    assert [row[0] for row in cells(floor("orders", "list"))] == ["wo-1", later["order_id"]]
    assert [row[0] for row in cells(floor("orders", "list", "--due-to", "5d", "--equipment", LINE))] == ["wo-1"]
    assert read(floor("orders", "list", "--status", "complete", "--json")) == []
    assert "+09:00" in floor("orders", "list").out


def test_what_cannot_be_planned_is_said_with_the_field(floor: Terminal) -> None:
    unknown = floor("orders", "plan", "nothing", "100", "--due", "3d")
    assert (unknown.code, unknown.err[:3]) == (2, "422")
    assert "/body/product" in unknown.err
    assert floor("orders", "plan", "shaft", "-1", "--due", "3d").code == 2
    assert "Not a time" in floor("orders", "plan", "shaft", "1", "--due", "2026-12-01").err
    assert floor("orders", "list", "--status", "lost").code == 2
    assert floor("orders", "show", "wo-9").err.startswith("404")
    assert floor("orders", "dispatch", "Osaka").code == 2


def test_an_order_goes_through_the_shop(floor: Terminal) -> None:
    ready = cells(floor("orders", "dispatch", LATHE))
    assert [(row[0], row[1]) for row in ready] == [("wo-1", "10")]
    assert floor("orders", "start", "wo-1", "10", "-e", LATHE, "--setup").code == 0
    assert floor("orders", "clock", "wo-1", "10", "on", "--operator", "佐藤").code == 0
    assert floor("orders", "start", "wo-1", "10", "-e", LATHE).code == 0
    lots = ("--consumed", "B:7:steel:6.2:kg", "--produced", "H-7:shaft:4:pcs")
    counted = read(floor("orders", "report", "wo-1", "10", "--good", "4", "--scrap", "1", *lots, "--json"))
    assert (counted["operations"][0]["good"], counted["operations"][0]["scrap"]) == (4, 1)
    assert floor("orders", "pause", "wo-1", "10", "--reason", "60000").code == 0
    assert floor("orders", "resume", "wo-1", "10").code == 0
    assert floor("orders", "complete", "wo-1", "10").code == 0
    operations = cells_of_operations(floor)
    assert [(row[0], row[2]) for row in operations] == [("10", "complete"), ("20", "ready")]
    done = [row[1] for row in cells(floor("orders", "history", "wo-1"))]
    assert {"planned", "released", "completed"} <= set(done)
    sheet = floor("orders", "report-sheet", "wo-1")
    assert "80.0 %" in sheet.out
    assert "Scrap by reason" in sheet.out
    assert read(floor("orders", "report-sheet", "wo-1", "--json"))["operations"][0]["scrap"] == 1


def cells_of_operations(floor: Terminal) -> list[list[str]]:
    return [
        [str(each[name]) for name in ("sequence", "name", "state")]
        for each in read(floor("orders", "show", "wo-1", "--json"))["operations"]
    ]


def test_a_report_that_is_sent_again_with_its_key_counts_once(floor: Terminal, world: World) -> None:
    floor("orders", "start", "wo-1", "10", "-e", LATHE)

    def break_off(method: str, path: str) -> None:
        if path.endswith("/report"):
            raise ConnectionAbortedError

    world.gateway.before = break_off
    lost = floor("orders", "report", "wo-1", "10", "--good", "3")
    world.gateway.before = lambda method, path: None

    assert lost.code == 3
    key = lost.err.split("--key ")[1].split(":")[0]
    for _ in range(2):
        report = read(floor("orders", "report", "wo-1", "10", "--good", "3", "--key", key, "--json"))
        assert report["operations"][0]["good"] == 3
    assert read(floor("orders", "report", "wo-1", "10", "--good", "3", "--json"))["operations"][0]["good"] == 6
    back = floor("orders", "report", "wo-1", "10", "--good", "-1", "--correction", "counted twice", "--json")
    assert read(back)["operations"][0]["good"] == 5


def test_what_the_shop_floor_may_not_do_is_refused(floor: Terminal) -> None:
    assert floor("orders", "start", "wo-1", "20", "-e", GRINDER).err.startswith("409")
    assert floor("orders", "start", "wo-1", "10", "-e", "osaka/x").err[:3] == "422"
    assert floor("orders", "report", "wo-1", "10", "--good", "1").err.startswith("409")
    floor("orders", "start", "wo-1", "10", "-e", LATHE)
    too_much = floor("orders", "report", "wo-1", "10", "--good", "103")
    assert (too_much.code, too_much.err[:3]) == (1, "409")
    assert floor("orders", "report", "wo-1", "10").code == 2
    assert floor("orders", "clock", "wo-1", "10", "away").code == 2
    assert floor("orders", "pause", "wo-1", "20").err.startswith("409")
    assert "nothing to resume" in floor("orders", "resume", "wo-1", "10").err
    assert floor("orders", "complete", "wo-1", "10").err.startswith("409")
    refused = floor("orders", "report", "wo-1", "10", "--good", "1", "--consumed", "B-7")
    assert (refused.code, "LOT:MATERIAL:QUANTITY:UNIT" in refused.err) == (2, True)


def test_an_order_is_moved_and_cancelled(floor: Terminal) -> None:
    moved = read(floor("orders", "reschedule", "wo-1", "--priority", "1", "--json"))
    assert moved["priority"] == 1
    assert floor("orders", "reschedule", "wo-1").code == 2
    assert read(floor("orders", "cancel", "wo-1", "--reason", "not needed", "--json"))["status"] == "cancelled"
    assert floor("orders", "release", "wo-1").err.startswith("409")
    floor.sign_in(VIEWER)
    assert floor("orders", "cancel", "wo-1", "--reason", "x").err.startswith("403")
    assert floor("orders", "show", "wo-1").code == 0


def test_a_lots_number_may_hold_colons() -> None:
    assert production_floor._lot("B:7:steel:6.2:kg") == {
        "lot_id": "B:7",
        "material": "steel",
        "quantity": "6.2",
        "unit": "kg",
    }
