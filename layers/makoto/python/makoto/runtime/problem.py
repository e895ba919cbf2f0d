"""RFC 9457 problem documents: the one shape of every error answer."""

from http import HTTPStatus
from typing import Any

import orjson

from makoto.errors import FieldError, Invalid, MakotoError, Throttled, Unavailable

PROBLEM_JSON = "application/problem+json"


def problem_document(error: MakotoError, *, request_id: str) -> dict[str, Any]:
    """Write an error as a problem: `errors[].pointer` points into {path, query, header, body} of the request."""
    document: dict[str, Any] = {
        "type": f"urn:makoto:problem:{error.problem}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "instance": f"urn:makoto:request:{request_id}",
    }
    if error.errors:
        document["errors"] = [
            {"pointer": each.pointer, "rule": each.rule, "detail": each.detail} for each in error.errors
        ]
    return document


def internal_problem(request_id: str) -> dict[str, Any]:
    """Say only that it failed here; the log holds why, under the same request id."""
    return {
        "type": "urn:makoto:problem:internal",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "the request failed on our side and was recorded; it may be sent again",
        "instance": f"urn:makoto:request:{request_id}",
    }


def problem_headers(error: MakotoError) -> dict[str, str | list[str]]:
    """The headers an error brings: when to come back, how to prove who one is."""
    if isinstance(error, Throttled | Unavailable) and error.retry_after_s is not None:
        return {"Retry-After": str(error.retry_after_s)}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


def invalid_from(errors: list[dict[str, Any]], sent: Any = None) -> Invalid:
    """Translate Powertools' and pydantic's validation errors; the value that was sent is never repeated.

    `sent` is what the locations are about, where it is at hand: pydantic names the variant of a union in them too, and
    a pointer must not.
    """
    fields = tuple(
        FieldError(_pointer(_as_sent(each["loc"], sent)), str(each["type"]), str(each.get("msg", "")))
        for each in errors
        if not _follows(each, errors)
    )
    named = "; ".join(f"{field.pointer}: {field.detail or field.rule}" for field in fields[:3])
    return Invalid(f"the request breaks {len(fields)} rule(s): {named}", errors=fields)


def _follows(error: dict[str, Any], errors: list[dict[str, Any]]) -> bool:
    """Whether a tuple is only said to be too short since pydantic left out its broken elements, which are named."""
    place = tuple(error["loc"])
    inside = (tuple(each["loc"]) for each in errors)
    return error["type"] == "too_short" and any(len(loc) > len(place) and loc[: len(place)] == place for loc in inside)


def to_json(value: Any) -> str:
    """Serialise an answer; pydantic models and instants as their JSON form."""
    return orjson.dumps(value, default=_fallback).decode()


def _fallback(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _as_sent(location: tuple[Any, ...], sent: Any) -> tuple[Any, ...]:
    """Leave out the steps that are no key of what was sent; the last one may be a field that is missing."""
    if not isinstance(sent, dict) or location[0] not in sent:
        return location
    steps = list[Any]()
    here: Any = sent
    for place, step in enumerate(location):
        if isinstance(here, dict) and step not in here and place < len(location) - 1:
            continue
        steps.append(step)
        is_inside = (isinstance(here, dict) and step in here) or (isinstance(here, list) and isinstance(step, int))
        here = here[step] if is_inside else None
    return tuple(steps)


def _pointer(location: tuple[Any, ...]) -> str:
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in location)
