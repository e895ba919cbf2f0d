"""Where a tenant's data is to lie, from files: the account as the API takes it, and the keys apart."""

import json
from pathlib import Path
from typing import Any

import typer

from cli.failures import Failed
from cli.texts import text

HOSTED, OWN_ACCOUNT = "hosted", "own_account"
CLOUDS = {"aws": OWN_ACCOUNT}
"""What a person says where the API has another word."""


def place(to: str, config: Path | None, keys: Path | None) -> dict[str, Any]:
    """What the API is told of the target: own accounts in AWS are described flat, others by account and keys."""
    if to == HOSTED:
        return {"mode": HOSTED}
    if config is None:
        raise typer.BadParameter(text("error.move_config"), param_hint="--config")
    account, mode = read_json(config), CLOUDS.get(to, to)
    if mode == OWN_ACCOUNT:
        return {"mode": mode, **account}
    return {"mode": mode, "account": account, "keys": read_json(keys) if keys else {}}


def read_json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failed(text("error.move_file", file=file)) from error
    if not isinstance(found, dict):
        raise Failed(text("error.move_file", file=file))
    return found


def without_keys(body: dict[str, Any]) -> dict[str, Any]:
    cloud = {name: value for name, value in body["cloud"].items() if name != "keys"}
    return {**body, "cloud": cloud}
