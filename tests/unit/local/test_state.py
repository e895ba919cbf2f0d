"""What one laptop cloud remembers."""

import json
import stat
from dataclasses import replace
from pathlib import Path

from local.state import State, free_ports, is_listening, write_private


def test_ports_and_passwords_are_chosen_once(tmp_path: Path) -> None:
    state = State.prepare(tmp_path / "state")

    first = state.remembered()

    assert State.prepare(tmp_path / "state").remembered() == first
    assert len({first.postgres_port, first.emulator_port, first.mqtt_port}) == 3
    assert first.database_owner_password != first.database_app_password


def test_two_laptops_share_no_password(tmp_path: Path) -> None:
    one, other = (State.prepare(tmp_path / name).remembered() for name in ("one", "other"))

    assert one.database_owner_password != other.database_owner_password
    assert one.demo_password != other.demo_password


def test_remembered_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    state = State.prepare(tmp_path)
    state.remembered()

    assert stat.S_IMODE((tmp_path / "remembered.json").stat().st_mode) == 0o600


def test_a_private_file_replaces_an_open_one_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "devices" / "cnc-01.json"
    file.parent.mkdir()
    file.write_text("{}")
    file.chmod(0o644)

    write_private(file, json.dumps({"key": "new"}))

    assert json.loads(file.read_text()) == {"key": "new"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_free_port_is_not_listening() -> None:
    assert not any(is_listening(port) for port in free_ports(2))


def test_what_an_older_start_did_not_know_is_chosen_beside_what_it_chose(tmp_path: Path) -> None:
    state = State.prepare(tmp_path)
    first = state.remembered()
    file = tmp_path / "remembered.json"
    older = {name: value for name, value in json.loads(file.read_text()).items() if name != "vault_port"}
    file.write_text(json.dumps(older))

    again = state.remembered()

    assert replace(again, vault_port=first.vault_port) == first
    assert state.remembered() == again
