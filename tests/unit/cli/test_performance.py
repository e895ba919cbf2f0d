"""`makoto performance …` through the real handlers: a shift of a lathe, its figures, losses and corrections."""

from pathlib import Path

import pytest

from cli.written import duration, share
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import GRINDER, LATHE, LINE, build, carry, cells, read, write

WINDOW = ("--from", "2026-04-02T08:00+09:00", "--to", "2026-04-02T10:00+09:00")
STOP = ("--from", "2026-04-02T08:30+09:00", "--to", "2026-04-02T08:50+09:00")
HOUR = 3600


@pytest.fixture
def shift(makoto: Terminal, world: World) -> Terminal:
    """Two hours with an order, of which the lathe stood for twenty minutes."""
    world.clock.advance(23 * HOUR)  # 8:00 on 2 April in Tokyo
    makoto.sign_in(ADMIN)
    build(makoto)
    makoto("orders", "plan", "shaft", "200", "--due", "2026-05-01T00:00Z", "--id", "wo-1")
    makoto("orders", "release", "wo-1")
    makoto("orders", "start", "wo-1", "10", "-e", LATHE)
    world.clock.advance(HOUR / 2)
    makoto("orders", "pause", "wo-1", "10")
    world.clock.advance(HOUR / 3)
    makoto("orders", "resume", "wo-1", "10")
    world.clock.advance(70 * 60 - 1)
    makoto("orders", "report", "wo-1", "10", "--good", "90", "--scrap", "10")
    world.clock.advance(1)
    assert makoto("orders", "complete", "wo-1", "10").code == 0
    carry(world)
    world.clock.advance(HOUR)
    return makoto


def test_oee_is_a_table_with_its_factors_and_terms(shift: Terminal, tmp_path: Path) -> None:
    said = shift("performance", "oee", LATHE, *WINDOW, "--chart", "oee.png")

    assert said.code == 0
    lines = [[cell.strip() for cell in line.split("│")] for line in said.out.splitlines()]
    figures = {line[1]: line[2] for line in lines if len(line) > 2}
    shown = {name: figures[name] for name in ("availability", "effectiveness", "quality_ratio", "oee")}
    assert shown == {"availability": "83.3 %", "effectiveness": "50.0 %", "quality_ratio": "90.0 %", "oee": "37.5 %"}
    assert (figures["pbt"], figures["apt"], figures["adet"]) == ("2:00:00", "1:40:00", "0:20:00")
    assert "2026-04-02 08:00:00 JST – 2026-04-02 10:00:00 JST" in said.out
    assert "(final, revision 1)" in said.out
    assert (tmp_path / "oee.png").read_bytes().startswith(b"\x89PNG")
    assert read(shift("performance", "oee", LATHE, *WINDOW, "--json"))["kpis"]["oee"]["value"] == pytest.approx(0.375)


def test_a_figure_without_a_value_says_why(shift: Terminal) -> None:
    said = shift("performance", "kpis", LINE, *WINDOW)

    assert f"Told nothing yet: {GRINDER}" in said.err
    row = next(line for line in said.out.splitlines() if "first_pass_yield" in line)
    assert [cell.strip() for cell in row.split("│")[2:5]] == [
        "–",
        "GP / IP",
        f"{LATHE}: no counter tells parts good at first pass",
    ]
    assert shift("performance", "oee", "osaka", *WINDOW).err.startswith("404")
    assert shift("performance", "oee", LATHE, "--from", "now", "--to", "2h").code == 2
    assert shift("performance", "oee", LATHE, "--chart", "oee.gif").code == 2
    empty = shift("performance", "oee", GRINDER, *WINDOW, "--chart", "x.png")
    assert (empty.code, "There is no waterfall" in empty.err) == (1, True)


def test_a_stop_gets_its_reason_and_the_figures_are_restated(shift: Terminal, tmp_path: Path) -> None:
    figure = read(shift("performance", "oee", LATHE, *WINDOW, "--json"))["figure_id"]
    assert cells(shift("performance", "losses", LATHE, *WINDOW))[0][1] == "without a reason"

    classified = cells(shift("performance", "classify", LATHE, *STOP, "--reason", "180100"))

    assert classified == [["2026-04-02 08:30:00+09:00", "2026-04-02 08:50:00+09:00", "180100"]]
    shift.environment["MAKOTO_LANG"] = "ja"
    lost = shift("performance", "losses", LATHE, *WINDOW, "--chart", "losses.svg")
    assert cells(lost)[0][:4] == ["180100", "主軸故障", "0:20:00", "1"]
    assert "速度低下" in lost.out
    assert "主軸故障" in (tmp_path / "losses.svg").read_text()
    assert "  主軸故障" in shift("performance", "losses", LATHE, *WINDOW, "--tree").out
    shift.environment["MAKOTO_LANG"] = "en"
    failures = shift("performance", "reliability", LATHE, *WINDOW)
    assert cells(failures) == [[LATHE, "2026-04-02 08:30:00+09:00", "2026-04-02 08:50:00+09:00"]]
    assert "0:20:00" in failures.out
    assert shift("performance", "oee", LATHE, *WINDOW).code == 0
    assert {row[0] for row in cells(shift("performance", "revisions", figure))} == {"2", "1"}
    assert [each["revision"] for each in read(shift("performance", "revisions", figure, "--json"))] == [1, 2]


def test_a_classification_that_makes_no_sense_is_refused(shift: Terminal, tmp_path: Path) -> None:
    assert "Say --from and --reason" in shift("performance", "classify", LATHE, "--reason", "180100").err
    running = ("--from", "2026-04-02T08:00+09:00", "--to", "2026-04-02T08:10+09:00")
    assert shift("performance", "classify", LATHE, *running, "--reason", "180100").err.startswith("422")
    part = {"start": "2026-04-02T08:30:00+09:00", "end": "2026-04-02T08:45:00+09:00", "reason": 180100}
    parts = {"parts": [part, part | {"start": "2026-04-02T08:40:00+09:00"}]}
    overlapping = shift("performance", "classify", LATHE, "--file", write(tmp_path / "parts.json", parts))
    assert (overlapping.code, "/body/parts/1/start" in overlapping.err) == (2, True)
    assert shift("performance", "classify", LATHE, *STOP, "--reason", "180100").code == 0
    assert cells(shift("performance", "classify", LATHE, *STOP, "--give-back"))[0][2] == "–"
    assert shift("performance", "revisions", "nothing").code == 2
    shift.sign_in(VIEWER)
    assert shift("performance", "classify", LATHE, *STOP, "--reason", "180100").err.startswith("403")


def test_states_are_seen_and_said(shift: Terminal) -> None:
    states = {row[0]: row[1] for row in cells(shift("performance", "states"))}
    assert set(states) == {LATHE, GRINDER}
    assert states[GRINDER] == "–"
    by_hand = ("--from", "2026-04-02T09:00+09:00", "--to", "2026-04-02T09:10+09:00", "--reason", "180100")
    assert shift("performance", "set-state", LATHE, "held", *by_hand).code == 0
    intervals = cells(shift("performance", "intervals", LATHE, *WINDOW))
    assert ["2026-04-02 09:00:00+09:00", "600"] in [[row[1], row[3]] for row in intervals]
    assert "is no state of PackML: " in shift("performance", "set-state", LATHE, "asleep").err
    assert shift("performance", "set-state", LINE, "11", "--from", "2026-04-02T09:00+09:00").code == 2
    assert shift("performance", "states", "osaka").err.startswith(("404", "422"))


def test_counts_are_listed_mapped_and_corrected(shift: Terminal, tmp_path: Path) -> None:
    counted = {row[3]: row[4] for row in cells(shift("performance", "counts", LATHE, *WINDOW))}
    assert counted == {"good": "90", "scrap": "10"}
    mapping = write(tmp_path / "mapping.json", {"roles": {"Teile": "total"}, "max_per_hour": 1200})
    assert read(shift("performance", "counters", LATHE, "--file", mapping, "--json"))["roles"] == {"Teile": "total"}
    assert "Teile" in shift("performance", "counters", LATHE).out
    nowhere = ("--device", "edge-07", "--at", "2026-04-02T09:00+09:00")
    assert shift("performance", "correct", LATHE, "Teile", "7", *nowhere).err.startswith("404")
    assert shift("performance", "counters", LATHE, "--file", write(tmp_path / "b.json", {"max_per_hour": 0})).code == 2


def test_shifts_and_recomputed_figures_are_told(shift: Terminal, tmp_path: Path) -> None:
    ((on, name, start, _, availability, *_, loss),) = cells(shift("performance", "shifts", LATHE, "--on", "2026-04-02"))
    assert (on, name, start) == ("2026-04-02", "day", "2026-04-02 08:00:00+09:00")
    assert availability.endswith("%")
    assert "without a reason" in loss
    shift("performance", "oee", LATHE, *WINDOW)
    slower = {"kind": "run_time", "id": "shaft-line-1", "product": "shaft", "equipment": LINE}
    shift(
        "masters", "put", write(tmp_path / "r.json", slower | {"seconds_per_unit": 45, "effective_from": "2026-01-01"})
    )

    restated = shift("performance", "recompute", LATHE, *WINDOW)

    assert "1 figures changed." in restated.err
    assert "effectiveness" in restated.out
    assert shift("performance", "recompute", "osaka", *WINDOW).err.startswith("404")
    assert shift("performance", "shifts", LATHE, "--on", "tomorrow").code == 2


def test_lengths_and_shares_are_written_for_people() -> None:
    assert [duration(each) for each in (None, 0.04, 59.9, 61, -3725.4)] == [
        None,
        "0.0 s",
        "59.9 s",
        "0:01:01",
        "-1:02:05",
    ]
    assert (share(None), share(0.12345)) == (None, "12.3 %")
