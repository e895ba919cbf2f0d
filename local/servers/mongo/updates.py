"""What a document becomes by an update."""

from collections.abc import Mapping
from typing import Any

from bson import encode

from local.servers.mongo.errors import CommandError, unknown
from local.servers.mongo.matching import is_operators

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
Stored = dict[str, Any]


def updated(document: Stored, update: Any) -> Stored:
    """Return the document as a replacement or the operators make it; `_id` stays."""
    if not isinstance(update, Mapping):
        raise unknown("update by", "pipeline")
    changed = _operated(document, update) if is_operators(update) else {"_id": document["_id"], **update}
    if changed["_id"] != document["_id"]:
        raise CommandError(66, "the _id of a document cannot change")
    return storable(changed)


def upserted(query: Mapping[str, Any], update: Any) -> Stored:
    """Return the document that an upsert inserts: the query's equalities, then the update."""
    fixed = {name: value for name, value in query.items() if not name.startswith("$") and not is_operators(value)}
    if "_id" not in fixed:
        raise unknown("upsert without", "_id")
    return updated(fixed, update)


def storable(document: Mapping[str, Any]) -> Stored:
    """Return the document if it may be stored."""
    if "_id" not in document or isinstance(document["_id"], list):
        raise CommandError(2, "a document needs an _id that is no array")
    _check_names(document)
    if len(encode(document)) > MAX_DOCUMENT_BYTES:
        raise CommandError(10334, f"a document has at most {MAX_DOCUMENT_BYTES} bytes")
    return dict(document)


def _operated(document: Stored, update: Mapping[str, Any]) -> Stored:
    changed = dict(document)
    for operator, fields in update.items():
        if operator not in ("$set", "$unset"):
            raise unknown("update operator", operator)
        if any("." in name for name in fields):
            raise unknown("update of", "a nested field")
        if operator == "$set":
            changed.update(fields)
        else:
            changed = {name: value for name, value in changed.items() if name not in fields}
    return changed


def _check_names(value: Any) -> None:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name.startswith("$") or "." in name:
                raise CommandError(52, "a field's name may not begin with a dollar sign or hold a dot")
            _check_names(each)
    elif isinstance(value, list):
        for each in value:
            _check_names(each)
