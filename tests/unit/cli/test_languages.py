"""Both languages say everything, with the same blanks to fill."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest
import typer

from cli.main import app
from cli.texts import TEXTS
from tests.unit.cli.conftest import ADMIN, PASSWORD, Terminal

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("key", TEXTS)
def test_a_sentence_has_the_same_blanks_in_both_languages(key: str) -> None:
    english, japanese = ({name for _, name, _, _ in Formatter().parse(each) if name} for each in TEXTS[key])

    assert english == japanese
    assert all(TEXTS[key])


def test_every_sentence_is_said_somewhere() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "cli").rglob("*.py") if "texts" not in path.parts
    )
    families = ("status.", "step.", "state.", "demo.", "move.", "moved.", "loss.")

    assert [key for key in TEXTS if f'"{key}"' not in code and not key.startswith(families)] == []


def test_no_sentence_takes_the_place_of_another() -> None:
    tables = [
        table
        for path in (ROOT / "cli" / "texts").glob("[a-z]*.py")
        for name, table in vars(import_module(f"cli.texts.{path.stem}")).items()
        if name.isupper() and (path.stem != "factory" or name == "RECORDINGS")
    ]

    assert sorted(key for table in tables for key in table) == sorted(TEXTS)


def test_every_command_and_every_option_has_its_help() -> None:
    def silent(command: object, path: str) -> list[str]:
        found = [] if getattr(command, "help", "") else [path]
        found += [f"{path} {each.name}" for each in command.params if not getattr(each, "help", "")]  # type: ignore[attr-defined]  # Typer's own Click
        for name, each in getattr(command, "commands", {}).items():
            found += silent(each, f"{path} {name}")
        return found

    assert silent(typer.main.get_command(app), "makoto") == []


def test_failures_and_results_are_japanese_where_japanese_is_wanted(makoto: Terminal) -> None:
    makoto.environment["MAKOTO_LANG"] = "ja"

    assert "サインインしていません" in makoto("whoami").err
    signed_in = makoto("login", "-u", ADMIN, "--url", makoto.url, typed=f"{PASSWORD}\n")
    assert "パスワード" in signed_in.out
    assert "としてサインインしました" in signed_in.out
    refused = makoto("tenants", "list")
    assert refused.err.startswith("403 許可されていません")


def test_the_help_is_in_the_language_of_the_locale() -> None:
    command = [sys.executable, "-m", "cli.main", "devices", "register", "--help"]
    environment = {"LANG": "ja_JP.UTF-8", "PYTHONUTF8": "1", "HOME": str(ROOT)}

    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=True)

    assert "認証情報を保存します" in said.stdout
