"""The onboarding runbook shows files that the command takes, and the container that the platform asks for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import TypeAdapter

from cli.commands import tenants
from cli.commands.places import HOSTED, place
from makoto.adapters.clouds.azure.cosmos_properties import command
from makoto.domain.clouds.places import Place
from tests.house.checkout import ROOT

PAGE = (ROOT / "docs/runbooks/onboarding-a-tenant.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```json (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def taken(cloud: str, config: dict[str, Any], keys: dict[str, Any] | None, folder: Path) -> Any:
    """Read files as `makoto tenants create` does, and check them as the API does."""
    files = {name: folder / name for name in ("config.json", "keys.json")}
    files["config.json"].write_text(json.dumps(config), encoding="utf-8")
    files["keys.json"].write_text(json.dumps(keys), encoding="utf-8")
    body = place(cloud, files["config.json"], files["keys.json"] if keys else None)
    return TypeAdapter[Any](Place).validate_python(body)


def file_of(name: str) -> Any:
    return json.loads(FILES[name])


@pytest.mark.parametrize("cloud", ["aws", "azure", "custom", "sakura"])
def test_the_page_shows_what_a_tenant_in_this_cloud_is_made_of(cloud: str, tmp_path: Path) -> None:
    keys = None if cloud == "azure" or f"{cloud}.keys.json" not in FILES else file_of(f"{cloud}.keys.json")

    assert taken(cloud, file_of(f"{cloud}.json"), keys, tmp_path).account.provider == cloud


def test_every_kind_of_place_is_on_the_page() -> None:
    shown = {name.partition(".")[0] for name in FILES} | {HOSTED}

    assert shown == {"hosted", "aws", "azure", "custom", "sakura"}
    assert all(f"--cloud {each}" in PAGE for each in shown)


def test_an_application_with_a_secret_is_described_as_the_page_says(tmp_path: Path) -> None:
    config = {**file_of("azure.json"), "authentication": "client_secret"}
    del config["external_id"]

    assert taken("azure", config, file_of("azure.keys.json"), tmp_path).keys.keys() == {"client_secret"}


def test_the_page_makes_the_container_that_the_platform_asks_for() -> None:
    assert command("makoto") in PAGE


def test_the_pages_options_are_those_of_the_command() -> None:
    group: Any = typer.main.get_command(tenants.app)
    known = {option for each in group.commands["create"].params for option in each.opts}
    line = PAGE[PAGE.index("makoto tenants create") : PAGE.index("makoto tenants show")]

    assert set(re.findall(r"--[a-z-]+", line)) <= known
