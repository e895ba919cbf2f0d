"""Imports a file of master data in portions; what refers to what comes later in the file is tried again."""

from pathlib import Path
from typing import Any

from cli.factory import Domain, read_document
from cli.failures import Failed
from cli.texts import text

AT_ONCE = 500


def import_records(masters: Domain, file: Path) -> dict[str, Any]:
    """Store every record of a list, or of an object with `records`; pointers lead into the file.

    What is refused is sent again as long as something was stored meanwhile: it may have needed just that.
    """
    records = _records(file)
    waiting, stored, unchanged = list(range(len(records))), 0, 0
    while True:
        refused: dict[int, list[dict[str, Any]]] = {}
        before = stored
        for place in range(0, len(waiting), AT_ONCE):
            portion = waiting[place : place + AT_ONCE]
            answer = masters.call("POST", "import", json={"records": [records[each] for each in portion]})
            stored, unchanged = stored + answer["stored"], unchanged + answer["unchanged"]
            for each in answer["refused"]:
                at, pointer = _located(each["pointer"], portion)
                refused.setdefault(at, []).append({**each, "pointer": pointer})
        if not refused or stored == before or len(records) <= AT_ONCE:
            told = [each for at in sorted(refused) for each in refused[at]]
            return {"stored": stored, "unchanged": unchanged, "refused": told}
        waiting = sorted(refused)


def _located(pointer: str, portion: list[int]) -> tuple[int, str]:
    """Where a pointer into a portion leads in the file."""
    head, _, rest = pointer.partition("/records/")
    number, slash, inner = rest.partition("/")
    at = portion[int(number)]
    return at, f"{head}/records/{at}{slash}{inner}"


def _records(file: Path) -> list[Any]:
    found = read_document(file)
    records = found.get("records") if isinstance(found, dict) else found
    if not isinstance(records, list) or not records:
        raise Failed(text("error.records_file", file=file))
    return records
