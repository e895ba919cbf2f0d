"""Answers in the service's shapes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local.servers.cosmos.store import RANGES

RANGES_ETAG = '"two"'


class Answer:
    """A status, a body of JSON, and the headers that the SDK looks for."""

    def __init__(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.text = "" if body is None else json.dumps(body)
        etag = body.get("_etag") if isinstance(body, Mapping) else None
        named = {"etag": str(etag)} if etag else {}
        counted = {"x-ms-request-charge": "1", "x-ms-version": "2020-07-15"}
        self.headers: dict[str, str] = {**counted, **named, **(headers or {})}


def account_answer(origin: str, regions: Sequence[str], consistency: str) -> Answer:
    """Describe the account; the first of its regions is written to, all are read from."""
    places = [{"name": name, "databaseAccountEndpoint": origin} for name in regions]
    return Answer(
        200,
        {
            "id": "stand-in",
            "_self": "",
            "_rid": "stand-in",
            "_dbs": "//dbs/",
            "media": "//media/",
            "addresses": "//addresses/",
            "writableLocations": places[:1],
            "readableLocations": places,
            "enableMultipleWriteLocations": False,
            "userConsistencyPolicy": {"defaultConsistencyLevel": consistency},
        },
    )


def feed(
    kind: str, found: Sequence[Mapping[str, Any]], rid: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with several resources."""
    counted = {"x-ms-item-count": str(len(found)), **(headers or {})}
    return Answer(200, {"_rid": rid, kind: list(found), "_count": len(found)}, counted)


def ranges_answer(rid: str, headers: Mapping[str, str]) -> Answer:
    """Name the physical partitions; who knows them already is told that nothing has changed."""
    known = {"etag": RANGES_ETAG}
    if headers.get("if-none-match") == RANGES_ETAG:
        return Answer(304, None, known)
    ranges = [
        {"id": name, "_rid": f"{rid}-{name}", "minInclusive": begins, "maxExclusive": ends, "parents": []}
        for name, begins, ends in RANGES
    ]
    return feed("PartitionKeyRanges", ranges, rid, known)
