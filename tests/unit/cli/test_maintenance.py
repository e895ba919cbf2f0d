"""`makoto maintenance …` through the real handlers: a table goes up, a model is trained, rows are predicted."""

from pathlib import Path

import pytest

from cli.commands import maintenance
from tests.entry.maintenance.test_maintenance_doors import wearing
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import carry, cells, read, write


@pytest.fixture
def engineer(makoto: Terminal, tmp_path: Path) -> Terminal:
    makoto.sign_in(ADMIN)
    (tmp_path / "rig.csv").write_text(wearing() + "m9,1\n")
    return makoto


@pytest.fixture
def frame(engineer: Terminal) -> str:
    return str(read(engineer("maintenance", "frames", "upload", "rig.csv", "--json"))["frame_id"])


def asked(frame: str, **changes: str) -> tuple[str, ...]:
    how = {"frame": frame, "target": "rul", "groups": "machine"} | changes
    return ("maintenance", "train", "bearing", *(word for name, value in how.items() for word in (f"--{name}", value)))


def test_a_table_is_uploaded_under_its_files_name(engineer: Terminal, frame: str, tmp_path: Path) -> None:
    assert cells(engineer("maintenance", "frames", "list"))[0][:3] == [frame, "rig", "150"]
    assert read(engineer("maintenance", "frames", "show", frame, "--json"))["refused"] == [152]
    assert engineer("maintenance", "frames", "show", "01J9Z6ABCDEFGHJKMNPQRSTVWX").err.startswith("404")
    (tmp_path / "bad.csv").write_text("a,a\n1,2\n")
    assert engineer("maintenance", "frames", "upload", "bad.csv").code == 2
    assert engineer("maintenance", "frames", "upload", "nowhere.csv").code == 2
    engineer.sign_in(VIEWER)
    assert engineer("maintenance", "frames", "upload", "rig.csv").err.startswith("403")


def test_a_model_is_trained_shows_its_card_and_predicts(
    engineer: Terminal, frame: str, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def learn(method: str, path: str) -> None:
        if method == "GET" and path.endswith("/models/bearing"):
            carry(world)

    monkeypatch.setattr(maintenance, "POLL_S", 0)
    world.gateway.before = learn
    trained = engineer(*asked(frame), "--wait")

    assert trained.code == 0, trained
    assert "is_better_than_baseline" in trained.out
    assert "vibration" in cells(trained)[0][0] + cells(trained)[1][0] + cells(trained)[2][0]
    assert cells(engineer("maintenance", "models"))[0][:3] == ["bearing", "1", "trained"]
    assert [row[1] for row in cells(engineer("maintenance", "models", "bearing"))] == ["1"]
    assert read(engineer("maintenance", "card", "bearing", "--json"))["card"]["machines"] == 6
    rows = write(tmp_path / "rows.json", [{"vibration": 0.0, "cycle": 1, "mode": "eco"}])
    ((_, value, low, high, _),) = cells(engineer("maintenance", "predict", "bearing", rows))
    assert float(low) < float(value) < float(high)
    predicted = read(engineer("maintenance", "predict", "bearing", "--frame", frame, "--json"))
    assert len(predicted["predictions"]) == 150


def test_what_cannot_be_trained_or_predicted_is_said(engineer: Terminal, frame: str) -> None:
    unknown = engineer(*asked(frame, target="luck"))
    assert (unknown.code, "/body/target" in unknown.err) == (2, True)
    assert engineer("maintenance", "card", "bearing").err.startswith("404")
    assert engineer(*asked(frame)).code == 0
    assert read(engineer(*asked(frame), "--json"))["version"] == 1
    assert engineer("maintenance", "predict", "bearing", "--frame", frame).err.startswith("409")
    assert "--frame" in engineer("maintenance", "predict", "bearing").err
