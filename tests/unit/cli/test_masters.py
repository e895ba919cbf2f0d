"""`makoto masters …` through the real handlers."""

import json
from pathlib import Path

import pytest

from cli.commands import masters_import
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal
from tests.unit.cli.plant import LATHE, LINE, RECORDS, build, cells, read, write


@pytest.fixture
def engineer(makoto: Terminal) -> Terminal:
    makoto.sign_in(ADMIN)
    build(makoto)
    return makoto


def test_a_plant_is_imported_once_and_what_is_wrong_is_told_by_its_place(engineer: Terminal, tmp_path: Path) -> None:
    again = engineer("masters", "import", str(tmp_path / "plant.json"))
    assert (again.code, again.out) == (0, f"0 stored, {len(RECORDS)} as they were.\n")

    bad = {"kind": "run_time", "id": "x", "product": "nothing", "equipment": LINE, "effective_from": "2026-01-01"}
    file = write(tmp_path / "bad.json", {"records": [RECORDS[3], bad | {"seconds_per_unit": 1}, bad]})
    said = engineer("masters", "import", file)

    assert said.code == 2
    assert "/records/1/product: reference: there is no material nothing" in said.err
    assert "/records/2" in said.err
    assert read_refused(engineer, file) == {1, 2}


def read_refused(engineer: Terminal, file: str) -> set[int]:
    refused = json.loads(engineer("masters", "import", file, "--json").out)["refused"]
    return {int(each["pointer"].split("/")[2]) for each in refused}


def test_a_long_file_goes_in_portions_in_whatever_order(
    makoto: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masters_import, "AT_ONCE", 2)
    makoto.sign_in(ADMIN)
    wrong = {"kind": "material", "id": "UPPER", "name": "x"}

    said = makoto("masters", "import", write(tmp_path / "plant.json", [wrong, *RECORDS]), "--json")

    done = json.loads(said.out)
    assert (said.code, done["stored"], done["unchanged"]) == (2, len(RECORDS), 0)
    assert {each["pointer"].split("/")[2] for each in done["refused"]} == {"0"}


def test_a_file_without_records_is_refused_in_a_sentence(engineer: Terminal, tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("no json")

    assert "holds no list of records" in engineer("masters", "import", write(tmp_path / "a.json", {"a": 1})).err
    assert "holds no JSON" in engineer("masters", "import", "text.json").err
    assert "does not say `kind` and `id`" in engineer("masters", "put", write(tmp_path / "a.json", {"kind": 1})).err
    nowhere = engineer("masters", "put", "nowhere.json")
    assert (nowhere.code, nowhere.err) == (1, "nowhere.json: No such file or directory\n")


def test_records_are_listed_in_columns_of_their_kind(engineer: Terminal) -> None:
    said = engineer("masters", "list", "equipment", "--prefix", LINE)

    assert [row[0] for row in cells(said)] == [LINE, LATHE, f"{LINE}/mc-02"]
    assert "work_center" in said.out
    assert "+09:00" in said.out
    assert [each["record"]["id"] for each in read(engineer("masters", "list", "bom", "--json"))] == ["shaft-bom"]
    assert engineer("masters", "list", "robots").code == 2


def test_a_record_is_changed_only_from_the_revision_that_was_read(engineer: Terminal, tmp_path: Path) -> None:
    changed = {"kind": "equipment", "id": LATHE, "name": "旋盤 1 号"}
    file = write(tmp_path / "lathe.json", changed)

    assert "旋盤 1 号" in engineer("masters", "put", file, "--expect", "1").out
    refused = engineer("masters", "put", write(tmp_path / "b.json", changed | {"name": "b"}), "--expect", "1")

    assert (refused.code, refused.err[:3]) == (1, "409")
    assert [row[0] for row in cells(engineer("masters", "history", "equipment", LATHE))] == ["2", "1"]
    assert (
        read(engineer("masters", "show", "equipment", LATHE, "--revision", "1", "--json"))["record"]["name"]
        == "Lathe 1"
    )


def test_a_record_comes_through_a_pipe(engineer: Terminal) -> None:
    said = engineer("masters", "put", "-", typed='{"kind": "material", "id": "oil", "name": "油", "unit": "L"}')

    assert said.code == 0
    assert engineer("masters", "show", "material", "oil").code == 0


def test_what_others_refer_to_is_not_retired(engineer: Terminal) -> None:
    assert engineer("masters", "retire", "material", "steel").err.startswith("409")
    retired = read(engineer("masters", "retire", "characteristic", "bore", "--json"))
    assert retired["is_retired"] is True
    assert engineer("masters", "show", "calendar", "nights").err.startswith("404")


def test_a_product_is_exploded(engineer: Terminal) -> None:
    said = engineer("masters", "explode", "shaft", "-q", "100")

    assert said.out.startswith("100 pcs of shaft")
    ((level, material, quantity, unit, scrap, is_made),) = cells(said)
    assert (level, material, unit, scrap, is_made) == ("1", "steel", "kg", "0.04", "false")
    assert float(quantity) == pytest.approx(1.5 * 100 / 0.96)
    assert engineer("masters", "explode", "shaft", "-q", "0").code == 2
    assert engineer("masters", "explode", "nothing").err.startswith("404")


def test_shifts_are_told_on_the_calendars_own_clock(engineer: Terminal) -> None:
    window = ("--from", "2026-03-02T00:00+09:00", "--to", "2026-03-03T00:00+09:00")

    assert cells(engineer("masters", "shifts", "days", *window)) == [
        ["2026-03-02", "day", "2026-03-02 08:00", "2026-03-02 17:00", "1"]
    ]
    assert read(engineer("masters", "shifts", "days", *window, "--json"))[0]["start"].startswith("2026-03-01T23:00:00")
    assert engineer("masters", "shifts", "days").code == 0
    assert engineer("masters", "shifts", "nights").err.startswith("404")


def test_a_viewer_writes_nothing(engineer: Terminal, tmp_path: Path) -> None:
    engineer.sign_in(VIEWER)

    assert engineer("masters", "import", str(tmp_path / "plant.json")).err.startswith("403 Not allowed")
    assert cells(engineer("masters", "list", "material"))[0][0] == "shaft"
