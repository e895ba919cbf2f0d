"""`makoto devices …` through the real handlers."""

import json
import stat
from pathlib import Path

import pytest

from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal

PLACE = ("--site", "osaka", "--area", "machining", "--line", "l1", "--cell", "c3")
REGISTER = ("devices", "register", "edge-07", *PLACE)


@pytest.fixture
def admin(makoto: Terminal) -> Terminal:
    makoto.sign_in(ADMIN)
    return makoto


def test_a_registered_devices_credentials_are_saved_for_its_owner_alone(admin: Terminal, tmp_path: Path) -> None:
    said = admin(*REGISTER, "--description", "旋盤 [/bold] :smile:")

    assert said.code == 0
    assert "旋盤 [/bold] :smile:" in said.out
    assert "cannot be fetched again" in said.err
    file = tmp_path / "edge-07.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    credentials = json.loads(file.read_text())
    assert set(credentials) >= {
        "certificate_pem",
        "private_key_pem",
        "endpoint",
        "port",
        "client_id",
        "topic",
        "ca_pem",
    }
    assert credentials["private_key_pem"] not in said.out + said.err


def test_for_a_program_the_device_and_its_file_are_one_record(admin: Terminal) -> None:
    device = json.loads(admin(*REGISTER, "--json").out)

    assert (device["status"], device["credentials_file"]) == ("active", "edge-07.json")
    assert "private_key_pem" not in json.dumps(device)


@pytest.mark.parametrize("out", ["keys", "keys/other.pem"])
def test_the_credentials_go_where_they_are_wanted(admin: Terminal, tmp_path: Path, out: str) -> None:
    (tmp_path / "keys").mkdir()

    assert admin(*REGISTER, "--out", out).code == 0
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["other.pem" if "." in out else "edge-07.json"]


@pytest.mark.parametrize("out", ["edge-07.json", "no/such/folder.json"])
def test_where_the_credentials_could_not_be_saved_no_device_is_registered(
    admin: Terminal, tmp_path: Path, out: str
) -> None:
    (tmp_path / "edge-07.json").write_text("another's key")

    assert admin(*REGISTER, "--out", out).code == 2
    assert (tmp_path / "edge-07.json").read_text() == "another's key"
    assert json.loads(admin("devices", "list", "--json").out) == []


def test_devices_are_listed_in_their_place(admin: Terminal) -> None:
    admin(*REGISTER)
    admin("devices", "register", "edge-08", *PLACE[:-3], "l2", *PLACE[-2:])

    listed = admin("devices", "list")
    assert "edge-07" in listed.out
    assert [cell.strip() for cell in listed.out.splitlines()[1].split("┃")[2:6]] == ["site", "area", "line", "cell"]
    assert [each["device_id"] for each in json.loads(admin("devices", "list", "--line", "l2", "--json").out)] == [
        "edge-08"
    ]
    assert admin("devices", "list", "--status", "disabled").err == "Nothing to show.\n"
    assert admin("devices", "list", "--status", "sleepy").code == 2


def test_a_device_is_disabled_and_enabled_and_its_history_is_shown(admin: Terminal) -> None:
    admin(*REGISTER)

    assert json.loads(admin("devices", "disable", "edge-07", "--json").out)["status"] == "disabled"
    assert admin("devices", "rotate", "edge-07").code == 1
    assert json.loads(admin("devices", "enable", "edge-07", "--json").out)["status"] == "active"
    shown = admin("devices", "show", "edge-07")
    assert "history" in shown.out
    assert "dt/t0123456789ab/osaka/machining/l1/c3" in shown.out


def test_a_rotation_replaces_the_credentials_file(admin: Terminal, tmp_path: Path) -> None:
    admin(*REGISTER)
    before = json.loads((tmp_path / "edge-07.json").read_text())

    assert admin("devices", "rotate", "edge-07").code == 0

    after = json.loads((tmp_path / "edge-07.json").read_text())
    assert after["certificate_pem"] != before["certificate_pem"]
    assert stat.S_IMODE((tmp_path / "edge-07.json").stat().st_mode) == 0o600


def test_a_certificate_that_was_kept_for_the_change_over_is_retired(admin: Terminal) -> None:
    admin(*REGISTER)
    device = json.loads(admin("devices", "rotate", "edge-07", "--keep-previous", "--json").out)
    first, second = (each["certificate_id"] for each in device["certificates"])

    left = json.loads(admin("devices", "retire", "edge-07", first, "--json").out)

    assert [each["certificate_id"] for each in left["certificates"]] == [second]


@pytest.mark.parametrize(
    "device_id",
    [
        "Edge 7",
        "a/../../b",
        "../../../auth/me",
        "..",
        "",
        "旋盤",
        "x" * 64,
        "?limit=1",
        "%2e%2e",
        "'; drop table--",
        "\udc80",
    ],
)
def test_an_odd_device_id_is_refused_in_sentences_and_reaches_no_other_route(admin: Terminal, device_id: str) -> None:
    for command in ("show", "disable", "rotate"):
        said = admin("devices", command, device_id)
        assert said.code in {1, 2}
        assert said.out == ""
        assert said.err
    assert admin("devices", "register", device_id, *PLACE).code in {1, 2}


def test_a_field_that_breaks_a_rule_is_named_with_its_rule(admin: Terminal) -> None:
    said = admin("devices", "register", "Edge_07", *PLACE)

    assert said.code == 2
    assert said.err.startswith("422 The input breaks a rule")
    assert "/body/device_id: " in said.err
    assert "urn:makoto:request:request-" in said.err


def test_another_tenants_devices_are_refused(admin: Terminal) -> None:
    said = admin("devices", "list", "--tenant", "t0123456789ac")

    assert (said.code, said.err[:3]) == (1, "403")


def test_a_viewer_registers_nothing(makoto: Terminal) -> None:
    makoto.sign_in(VIEWER)

    assert makoto(*REGISTER).err.startswith("403 Not allowed")
