"""The published language is whole: every fact is in the catalogue and has its schema."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from makoto import events
from makoto.events import Event
from makoto.events.catalogue import CATALOGUE
from tests.house.checkout import PACKAGE, ROOT
from tools import event_schemas

FOLDER = ROOT / "docs" / "events"
BASES = {"__init__", "envelope", "event"}


def facts() -> dict[str, type[Event]]:
    """Every event class of every module of `makoto.events`."""
    modules = [path.stem for path in sorted((PACKAGE / "events").glob("*.py")) if path.stem not in BASES]
    classes = [each for name in modules for each in vars(import_module(f"{events.__name__}.{name}")).values()]
    return {
        each.detail_type(): each
        for each in classes
        if isinstance(each, type) and issubclass(each, Event) and "name" in vars(each)
    }


def test_every_event_class_is_in_the_catalogue() -> None:
    assert facts() == CATALOGUE
    assert facts()


@pytest.mark.parametrize("detail_type", sorted(CATALOGUE))
def test_an_event_comes_from_the_domain_of_its_module_and_names_its_tenant(detail_type: str) -> None:
    event = CATALOGUE[detail_type]

    assert event.source == f"makoto.{event.__module__.rpartition('.')[2]}"
    assert re.fullmatch(rf"[a-z]+\.[a-z_]+\.v{event.version}", detail_type)
    assert "tenant_id" in event.model_fields
    assert event.__doc__


def test_every_event_has_its_schema_in_the_docs_and_it_says_what_the_code_says() -> None:
    wanted = event_schemas.schemas(FOLDER)

    assert {path.name for path in FOLDER.glob("*.schema.json")} == {path.name for path in wanted}
    for path, schema in wanted.items():
        assert _read(path) == json.loads(json.dumps(schema)), path.name


def _read(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))
